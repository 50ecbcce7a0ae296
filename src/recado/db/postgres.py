"""PostgreSQL: concurrent units share round trips and commits (docs/decisions/0003).

Single reads of one statement text become one query over argument arrays; single writes one pipelined batch; units that
only `put` one transaction for all of them. A unit that awaits an answer inside its transaction gets one of its own.
When a shared batch fails it runs again in halves, so that only the unit at fault fails.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.batching import Call, Put, Queue, answer, array_types, many_selects, numbered, returns_rows
from recado.db.database import Reader, Row, Tx, Value
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class Connection(Protocol):
    """What is used of an asyncpg connection, which carries no types of its own."""

    async def fetch(self, query: str, /, *args: Value | list[Value]) -> list[Row]: ...
    async def fetchmany(self, query: str, args: Iterable[Sequence[Value]], /) -> list[Row]: ...
    async def executemany(self, command: str, args: Iterable[Sequence[Value]], /) -> None: ...
    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[None]: ...


class Pool(Protocol):
    """What is used of an asyncpg pool."""

    def acquire(self, *, timeout: float) -> AbstractAsyncContextManager[Connection]: ...
    async def close(self) -> None: ...
    def terminate(self) -> None: ...


_CONNECT_SECONDS, _COMMAND_SECONDS, _ATTEMPTS = 3.0, 8.0, 3
_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
)
_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@asynccontextmanager
async def _reported() -> AsyncGenerator[None, None]:
    try:
        yield
    except _DOWN as error:
        raise Unavailable(f"the database cannot be reached: {type(error).__name__}") from error
    except _AGAIN as error:
        raise Unavailable("the database is too busy with this row", retry_after=1) from error


class _PostgresTx:
    """A `Tx` over a connection that is inside a transaction."""

    __slots__ = ("_connection", "puts")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.puts: list[Put] = []

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        await self.flush()
        return await self._connection.fetch(sql, *args)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return await self.all(sql, *args)

    def put(self, sql: str, /, *args: Value) -> None:
        self.puts.append((sql, args))

    async def flush(self) -> None:
        puts, self.puts = self.puts, []
        await _send(self._connection, puts)


class _GiveUp:
    """Suspends a unit at its first `await` of an answer, from outside any `except` clause of the feature."""

    def __await__(self) -> Generator[_GiveUp, None, Any]:
        yield self


class _Recorder:
    """A `Tx` that only records what is put; a unit that wants an answer is given up and run on its own."""

    __slots__ = ("puts",)

    def __init__(self) -> None:
        self.puts: list[Put] = []

    async def one(self, _sql: str, /, *_args: Value) -> Row | None:
        return await _GiveUp()

    async def all(self, _sql: str, /, *_args: Value) -> list[Row]:
        return await _GiveUp()

    async def change(self, _sql: str, /, *_args: Value) -> list[Row]:
        return await _GiveUp()

    def put(self, sql: str, /, *args: Value) -> None:
        self.puts.append((sql, args))


async def _send(connection: Connection, puts: Sequence[Put]) -> None:
    """Send recorded writes, one pipelined batch per distinct statement."""
    by_sql: defaultdict[str, list[tuple[Value, ...]]] = defaultdict(list)
    for sql, args in puts:
        by_sql[sql].append(args)
    for sql, rows in by_sql.items():
        await connection.executemany(sql, rows)


class PostgresDatabase:
    """A `Database` over a pool of asyncpg connections."""

    engine = "postgres"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._reads: dict[str, Queue] = {}
        self._changes: dict[str, Queue] = {}
        self._group = Queue(self._run_group)

    @classmethod
    async def connect(cls, url: str, connections: int) -> PostgresDatabase:
        """Open the pool. Raises `Unavailable` when the server cannot be reached or refuses."""
        try:
            pool = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType] - asyncpg carries no types
                url,
                min_size=1,
                max_size=connections,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                reset=_keep,
                server_settings={"application_name": "recado", "lock_timeout": "5s"},
            )
        except (*_DOWN, asyncpg.PostgresError, ValueError) as error:
            raise Unavailable(f"cannot reach PostgreSQL: {error or type(error).__name__}") from error
        return cls(cast("Pool", pool))

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        types = array_types(args)
        if types is None:
            async with self._connection() as connection:
                return await connection.fetch(sql, *args)
        queue = self._reads.get(sql)
        if queue is None:
            queue = self._reads[sql] = Queue(lambda calls: self._run_reads(sql, types, calls))
        return await queue.add(args, [])

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        queue = self._changes.get(sql)
        if queue is None:
            queue = self._changes[sql] = Queue(lambda calls: self._run_changes(sql, calls))
        return await queue.add(args, [])

    async def read(
        self, feature: Callable[Concatenate[Reader, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        async with (
            self._connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await feature(_PostgresTx(connection), *args, **kwargs)

    async def write(self, feature: Callable[Concatenate[Tx, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        recorder = _Recorder()
        unit = cast("Coroutine[Any, Any, R]", feature(recorder, *args, **kwargs))
        try:
            unit.send(None)
        except StopIteration as stop:
            if recorder.puts:
                await self._group.add((), recorder.puts)
            return cast("R", stop.value)
        unit.close()
        return await self._write_alone(lambda tx: feature(tx, *args, **kwargs))

    async def close(self) -> None:
        queues = [*self._reads.values(), *self._changes.values(), self._group]
        await asyncio.gather(*(queue.finish() for queue in queues))
        try:
            await asyncio.wait_for(self._pool.close(), _COMMAND_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    async def _write_alone(self, unit: Callable[[Tx], Awaitable[R]]) -> R:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._connection() as connection, connection.transaction():
                    tx = _PostgresTx(connection)
                    result = await unit(tx)
                    await tx.flush()
                return result
            except Unavailable as error:
                if attempt == _ATTEMPTS or not isinstance(error.__cause__, _AGAIN):
                    raise
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection, None]:
        async with _reported(), self._pool.acquire(timeout=_COMMAND_SECONDS) as connection:
            yield connection

    async def _run_reads(self, sql: str, types: tuple[str, ...], calls: list[Call]) -> None:
        async with self._connection() as connection:
            if len(calls) == 1:
                rows = await connection.fetch(sql, *calls[0].args)
                if not calls[0].done.done():
                    calls[0].done.set_result(rows)
                return
            columns = zip(*(call.args for call in calls), strict=True)
            rows = await connection.fetch(many_selects(sql, types), *map(list, columns))
        answer(calls, rows)

    async def _run_changes(self, sql: str, calls: list[Call]) -> None:
        # One order for all processes, so that two batches over the same rows cannot wait for each other.
        calls.sort(key=lambda call: str(call.args[:2]))
        async with self._connection() as connection:
            if not returns_rows(sql):
                await connection.executemany(sql, [call.args for call in calls])
                answer(calls, ())
                return
            text = numbered(sql, len(calls[0].args))
            rows = await connection.fetchmany(text, [(*call.args, n) for n, call in enumerate(calls, 1)])
        answer(calls, rows)

    async def _run_group(self, calls: list[Call]) -> None:
        async with self._connection() as connection, connection.transaction():
            await _send(connection, [put for call in calls for put in call.puts])
        answer(calls, ())


async def _keep(connection: Connection) -> None:
    """Nothing to reset: transactions always end, and no session state is set; saves a round trip a release."""
