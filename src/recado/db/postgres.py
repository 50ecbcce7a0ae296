"""PostgreSQL: concurrent units share round trips and commits (docs/decisions/0003).

Single reads of one statement text become one query over argument arrays; single writes one pipelined batch; units that
only `put` one transaction for all of them. A unit that awaits an answer inside its transaction gets one of its own.
When a shared batch fails it runs again in halves, so that only the unit at fault fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.batching import Call, Put, Queue, answer, array_types, many_selects, numbered, returns_rows
from recado.db.database import Reader, Row, Tx, Value
from recado.db.postgres_tx import AGAIN, DOWN, Connection, PostgresTx, Recorder, give_up, send
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

_ATTEMPTS = 3


class Pool(Protocol):
    """What is used of an asyncpg pool."""

    def acquire(self, *, timeout: float) -> AbstractAsyncContextManager[Connection]: ...
    async def close(self) -> None: ...
    def terminate(self) -> None: ...


class _BrokenOff(Unavailable):
    """PostgreSQL gave way to another transaction: run it again."""


class PostgresDatabase:
    """A `Database` over a pool of asyncpg connections."""

    engine = "postgres"

    def __init__(self, pool: Pool, patience: float) -> None:
        self._pool = pool
        self._patience = patience
        self._reads: dict[tuple[str, tuple[str, ...]], Queue] = {}
        self._changes: dict[str, Queue] = {}
        self._group = Queue(self._run_group)

    @classmethod
    async def connect(cls, url: str, connections: int, patience: float = 8.0) -> PostgresDatabase:
        """Open the pool; `patience` is how many seconds one batch or unit may take.

        Raises `Unavailable` when the server cannot be reached or refuses.
        """
        limits = {"statement_timeout": patience * 0.75, "lock_timeout": patience * 0.5}
        try:
            pool = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType] - asyncpg carries no types
                url,
                min_size=1,
                max_size=connections,
                timeout=min(3.0, patience),
                command_timeout=patience,
                statement_cache_size=500,
                reset=_keep,
                server_settings={
                    "application_name": "recado",
                    "default_transaction_isolation": "read committed",
                    "idle_in_transaction_session_timeout": "60s",
                    **{name: f"{seconds * 1000:.0f}ms" for name, seconds in limits.items()},
                },
            )
        except (*DOWN, asyncpg.PostgresError, ValueError) as error:
            raise Unavailable(f"cannot reach PostgreSQL: {error or type(error).__name__}") from error
        return cls(cast("Pool", pool), patience)

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
        async with (
            self._connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
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

    async def close(self) -> None:
        queues = [*self._reads.values(), *self._changes.values(), self._group]
        await asyncio.gather(*(queue.finish() for queue in queues))
        with suppress(Unavailable):  # a closing pool refuses who waits for a connection: let them come first
            async with self._connection():
                pass
        try:
            await asyncio.wait_for(self._pool.close(), self._patience)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection, None]:
        """Lend a connection, and cut it when the patience is over: then whatever waits for it fails at once."""
        try:
            async with self._pool.acquire(timeout=min(5.0, self._patience)) as connection:
                cut = asyncio.get_running_loop().call_later(self._patience, connection.terminate)
                try:
                    yield connection
                finally:
                    cut.cancel()
        except DOWN as error:
            raise Unavailable(f"the database cannot be reached: {type(error).__name__}") from error
        except AGAIN as error:
            raise _BrokenOff("the database is too busy with this row", retry_after=1) from error

    @staticmethod
    async def _again(step: Callable[[], Awaitable[R]]) -> R:
        for _ in range(_ATTEMPTS - 1):
            with suppress(_BrokenOff):
                return await step()
        return await step()

    async def _fetch(self, sql: str, args: Sequence[Value | list[Value]]) -> list[Row]:
        async with self._connection() as connection:
            return await connection.fetch(sql, *args)

    async def _write_alone(self, unit: Callable[[Tx], Awaitable[R]]) -> R:
        async with self._connection() as connection, connection.transaction():
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
        async with self._connection() as connection:
            if returns_rows(sql):
                text = numbered(sql, len(calls[0].args))
                return await connection.fetchmany(text, [(*call.args, n) for n, call in enumerate(calls, 1)])
            await connection.executemany(sql, [call.args for call in calls])
            return []

    async def _run_group(self, calls: list[Call]) -> None:
        await self._again(lambda: self._commit([call.puts for call in calls]))
        answer(calls, ())

    async def _commit(self, units: Sequence[Sequence[Put]]) -> None:
        async with self._connection() as connection, connection.transaction():
            await send(connection, units)


async def _keep(connection: Connection) -> None:
    """Nothing to reset: transactions always end, and no session state is set; saves a round trip a release."""
