"""Makes one round trip of concurrent calls: the queue they gather in, and the SQL texts that answer many callers."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from recado.db.database import Row, Value
from recado.errors import Unavailable

Put = tuple[str, tuple[Value, ...]]
"""A recorded write: its statement and its arguments."""

_BATCH = 256

_PLACEHOLDER = re.compile(r"\$(\d+)")
_ARRAY: dict[type, str] = {int: "bigint[]", str: "text[]", bytes: "bytea[]", float: "double precision[]"}
_RETURNING = re.compile(r"\bRETURNING\b", re.IGNORECASE)


def array_types(args: Sequence[Value]) -> tuple[str, ...] | None:
    """Return the PostgreSQL array type for each argument, or None when one has none (NULL, a bool) or none is given."""
    types = tuple(_ARRAY[type(value)] for value in args if type(value) in _ARRAY)
    return types if types and len(types) == len(args) else None


@lru_cache(maxsize=1024)
def many_selects(sql: str, types: tuple[str, ...]) -> str:
    """Return one SELECT that runs `sql` for each row of the argument arrays; the caller's number comes last.

    `OFFSET 0` keeps the planner from joining the whole table to all callers at once, which it does while it has no
    statistics.
    """
    inner = _PLACEHOLDER.sub(r"caller_.a\1", sql)
    arrays = ", ".join(f"${i}::{kind}" for i, kind in enumerate(types, 1))
    names = ", ".join(f"a{i}" for i in range(1, len(types) + 1))
    callers = f"unnest({arrays}) WITH ORDINALITY AS caller_({names}, n)"
    return f"SELECT answer_.*, caller_.n FROM {callers} CROSS JOIN LATERAL ({inner} OFFSET 0) AS answer_"


@lru_cache(maxsize=1024)
def numbered(sql: str, args: int) -> str:
    """Return `sql`, which ends with a RETURNING clause, giving one more argument, the caller's number, last."""
    return f"{sql}, ${args + 1}::bigint"


@lru_cache(maxsize=1024)
def returns_rows(sql: str) -> bool:
    """Tell whether a writing statement has a RETURNING clause."""
    return _RETURNING.search(sql) is not None


def merged(units: Iterable[Sequence[Put]]) -> Iterator[tuple[str, list[tuple[Value, ...]]]]:
    """Gather the writes of several units by statement, so that within each unit the order is kept."""
    waiting = [deque(puts) for puts in units if puts]
    while waiting:
        sql = waiting[0][0][0]
        rows: list[tuple[Value, ...]] = []
        for puts in waiting:
            while puts and puts[0][0] == sql:
                rows.append(puts.popleft()[1])
        yield sql, rows
        waiting = [puts for puts in waiting if puts]


@dataclass(slots=True)
class Call:
    """One caller of a shared batch."""

    args: tuple[Value, ...]
    puts: Sequence[Put]
    done: asyncio.Future[Any]

    def answer(self, result: object) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Queue:
    """Gathers the calls that arrive while a batch is on its way, and runs them as the next one."""

    __slots__ = ("_calls", "_idle", "_run", "_task")

    def __init__(self, run: Callable[[list[Call]], Awaitable[None]], idle: Callable[[], object] = bool) -> None:
        """`run` answers all calls of a batch or raises; `idle` is called each time no call is left."""
        self._run = run
        self._idle = idle
        self._calls: list[Call] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many calls wait for the next batch."""
        return len(self._calls)

    def add(self, args: tuple[Value, ...], puts: Sequence[Put] = ()) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        call = Call(args, puts, loop.create_future())
        self._calls.append(call)
        if self._task is None:
            self._task = loop.create_task(self._drain())
        return call.done

    async def finish(self) -> None:
        """Wait until no call is left, without ever breaking one off."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        try:
            while self._calls:
                calls, self._calls = self._calls[:_BATCH], self._calls[_BATCH:]
                await self._in_halves([call for call in calls if not call.done.done()])
        finally:
            self._task = None
            self._idle()

    async def _in_halves(self, calls: list[Call]) -> None:
        if not calls:
            return
        try:
            await self._run(calls)
        except Exception as error:  # whatever it is, it is handed to who waits for it
            if len(calls) == 1 or isinstance(error, Unavailable):
                for call in calls:
                    call.fail(error)
            else:
                middle = len(calls) // 2
                await self._in_halves(calls[:middle])
                await self._in_halves(calls[middle:])


def answer(calls: Sequence[Call], rows: Sequence[Row]) -> None:
    """Hand each caller the rows that carry its number (from 1), without the number."""
    answers: list[list[Row]] = [[] for _ in calls]
    for row in rows:
        number: int = row[-1]
        answers[number - 1].append(row[:-1])
    for call, result in zip(calls, answers, strict=True):
        call.answer(result)
