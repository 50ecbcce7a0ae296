"""PostgreSQL: concurrent units share round trips and commits (docs/decisions/0003).

Single reads of one statement text become one query over argument arrays; single writes one pipelined batch; units that
only `put` one transaction for all of them. A unit that awaits an answer inside its transaction gets one of its own.
When a shared batch fails it runs again in halves, so that only the unit at fault fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.batching import Call, Put, Queue, answer, array_types, many_selects, numbered, returns_rows
from recado.db.database import Reader, Row, Tx, Value
from recado.db.postgres_pool import BrokenOff, Pool
from recado.db.postgres_tx import PostgresTx, Recorder, give_up, send
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")

_ATTEMPTS, _PAUSE_SECONDS = 3, 0.05


class PostgresDatabase:
    """A `Database` over a pool of asyncpg connections."""

    engine = "postgres"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._reads: dict[tuple[str, tuple[str, ...]], Queue] = {}
        self._changes: dict[str, Queue] = {}
        self._group = Queue(self._run_group)

    @classmethod
    async def connect(cls, url: str, connections: int, patience: float = 8.0) -> PostgresDatabase:
        """Open up to `connections`; `patience` is how many seconds one batch or unit may take.

        Raises `Unavailable` when the server cannot be reached or refuses.
        """
        pool = Pool(url, connections, patience)
        try:
            async with pool.connection():
                return cls(pool)
        except (asyncpg.PostgresError, ValueError) as error:
            raise Unavailable(f"cannot reach PostgreSQL: {error}") from error

    @property
    def waiting(self) -> int:
        queues = [*self._reads.values(), *self._changes.values(), self._group]
        return self._pool.waiting + sum(queue.waiting for queue in queues)

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        types = array_types(args)
        if types is None:
            return await self._fetch(sql, args)
        queue = self._reads.get((sql, types))
        if queue is None:
            forget = partial(self._reads.pop, (sql, types))
            queue = self._reads[sql, types] = Queue(partial(self._run_reads, sql, types), forget)
        return await queue.add(args)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        queue = self._changes.get(sql)
        if queue is None:
            queue = self._changes[sql] = Queue(partial(self._run_changes, sql), partial(self._changes.pop, sql))
        return await queue.add(args)

    async def read(
        self, feature: Callable[Concatenate[Reader, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        async with self._pool.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            return await feature(PostgresTx(connection), *args, **kwargs)

    async def write(self, feature: Callable[Concatenate[Tx, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        recorder = Recorder()
        unit = cast("Coroutine[Any, Any, R]", feature(recorder, *args, **kwargs))
        try:
            unit.send(None)
        except StopIteration as stop:
            if recorder.puts:
                await self._group.add((), recorder.puts)
            return cast("R", stop.value)
        give_up(unit)
        return await self._again(lambda: self._write_alone(lambda tx: feature(tx, *args, **kwargs)))

    async def write_after(self, ask: Callable[[Reader], Awaitable[A]], feature: Callable[[Tx, A], Awaitable[R]]) -> R:
        return await self.write(feature, await ask(self))

    async def close(self) -> None:
        queues = [*self._reads.values(), *self._changes.values(), self._group]
        await asyncio.gather(*(queue.finish() for queue in queues))
        await self._pool.close()

    @staticmethod
    async def _again(step: Callable[[], Awaitable[R]]) -> R:
        for _ in range(_ATTEMPTS - 1):
            with suppress(BrokenOff):
                return await step()
            await asyncio.sleep(_PAUSE_SECONDS)  # so that who was let past is past
        return await step()

    async def _fetch(self, sql: str, args: Sequence[Value | list[Value]]) -> list[Row]:
        async with self._pool.connection() as connection:
            return await connection.fetch(sql, *args)

    async def _write_alone(self, unit: Callable[[Tx], Awaitable[R]]) -> R:
        async with self._pool.transaction() as connection:
            tx = PostgresTx(connection)
            result = await unit(tx)
            await tx.flush()
        return result

    async def _run_reads(self, sql: str, types: tuple[str, ...], calls: list[Call]) -> None:
        if len(calls) == 1:
            calls[0].answer(await self._fetch(sql, calls[0].args))
        else:
            columns = zip(*(call.args for call in calls), strict=True)
            answer(calls, await self._fetch(many_selects(sql, types), [list(column) for column in columns]))

    async def _run_changes(self, sql: str, calls: list[Call]) -> None:
        # One order for all processes, so that two batches over the same rows seldom wait for each other.
        calls.sort(key=lambda call: str(call.args[:2]))
        if len(calls) == 1:
            calls[0].answer(await self._again(lambda: self._fetch(sql, calls[0].args)))
        else:
            answer(calls, await self._again(lambda: self._change_all(sql, calls)))

    async def _change_all(self, sql: str, calls: list[Call]) -> list[Row]:
        async with self._pool.connection() as connection:
            if returns_rows(sql):
                text = numbered(sql, len(calls[0].args))
                return await connection.fetchmany(text, [(*call.args, n) for n, call in enumerate(calls, 1)])
            await connection.executemany(sql, [call.args for call in calls])
            return []

    async def _run_group(self, calls: list[Call]) -> None:
        await self._again(lambda: self._commit([call.puts for call in calls]))
        answer(calls, ())

    async def _commit(self, units: Sequence[Sequence[Put]]) -> None:
        async with self._pool.transaction() as connection:
            await send(connection, units)
