"""Makes one round trip of concurrent calls: the queue they gather in, and the SQL texts that answer many callers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
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


def array_types(args: Sequence[Value]) -> tuple[str, ...] | None:
    """Return the PostgreSQL array type for each argument, or None when one has no type of its own (NULL)."""
    types = tuple(_ARRAY[type(value)] for value in args if value is not None)
    return types if types and len(types) == len(args) else None


@lru_cache(maxsize=1024)
def many_selects(sql: str, types: tuple[str, ...]) -> str:
    """Return one SELECT that runs `sql` for each row of the argument arrays; the caller's number comes first."""
    inner = _PLACEHOLDER.sub(r"k.a\1", sql)
    arrays = ", ".join(f"${i}::{kind}" for i, kind in enumerate(types, 1))
    names = ", ".join(f"a{i}" for i in range(1, len(types) + 1))
    return f"SELECT k.n, q.* FROM unnest({arrays}) WITH ORDINALITY AS k({names}, n) CROSS JOIN LATERAL ({inner}) q"


@lru_cache(maxsize=1024)
def numbered(sql: str, args: int) -> str:
    """Return `sql` (with a RETURNING clause) giving the value of one more argument, the caller's number, first."""
    return f"WITH q AS ({sql}) SELECT ${args + 1}::bigint, q.* FROM q"


def returns_rows(sql: str) -> bool:
    """Tell whether a writing statement has a RETURNING clause."""
    return "RETURNING" in sql


@dataclass(slots=True)
class Call:
    """One caller of a shared batch."""

    args: tuple[Value, ...]
    puts: list[Put]
    done: asyncio.Future[Any]


class Queue:
    """Gathers the calls that arrive while a batch is on its way, and runs them as the next one."""

    __slots__ = ("_calls", "_run", "_task")

    def __init__(self, run: Callable[[list[Call]], Awaitable[None]]) -> None:
        self._run = run
        self._calls: list[Call] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, args: tuple[Value, ...], puts: list[Put]) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        call = Call(args, puts, loop.create_future())
        self._calls.append(call)
        if self._task is None:
            self._task = loop.create_task(self._drain())
        return call.done

    async def finish(self) -> None:
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._calls:
                calls, self._calls = self._calls[:_BATCH], self._calls[_BATCH:]
                await self._in_halves([call for call in calls if not call.done.done()])
        finally:
            self._task = None

    async def _in_halves(self, calls: list[Call]) -> None:
        if not calls:
            return
        try:
            await self._run(calls)
        except Exception as error:  # whatever it is, it is handed to who waits for it
            if len(calls) == 1 or isinstance(error, Unavailable):
                fail(calls, error)
            else:
                middle = len(calls) // 2
                await self._in_halves(calls[:middle])
                await self._in_halves(calls[middle:])


def fail(calls: list[Call], error: Exception) -> None:
    for call in calls:
        if not call.done.done():
            call.done.set_exception(error)


def answer(calls: Sequence[Call], rows: Sequence[Row]) -> None:
    """Hand each caller the rows that carry its number (from 1), without the number."""
    answers: list[list[Row]] = [[] for _ in calls]
    for row in rows:
        number: int = row[0]
        answers[number - 1].append(row[1:])
    for call, answer in zip(calls, answers, strict=True):
        if not call.done.done():
            call.done.set_result(answer)
