"""One PostgreSQL connection as a `Tx`, the recorder of put-only units, and what asyncpg's failures mean."""

from __future__ import annotations

from collections.abc import Coroutine, Generator, Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.batching import Put, merged
from recado.db.database import Row, Value

_PATIENCE = 5

AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""PostgreSQL broke the transaction off in favour of another one: it may simply run again."""

DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
"""The server, the connection to it, or a row of it cannot be had now."""


class Connection(Protocol):
    """What is used of an asyncpg connection, which carries no types of its own."""

    async def fetch(self, query: str, /, *args: Value | list[Value]) -> list[Row]: ...
    async def fetchmany(self, query: str, args: Iterable[Sequence[Value]], /) -> list[Row]: ...
    async def executemany(self, command: str, args: Iterable[Sequence[Value]], /) -> None: ...
    async def execute(self, query: str, /) -> str: ...
    async def close(self) -> None: ...
    def is_closed(self) -> bool: ...
    def is_in_transaction(self) -> bool: ...
    def terminate(self) -> None: ...


class PostgresTx:
    """A `Tx` over a connection that is inside a transaction. After a statement that failed all others fail."""

    __slots__ = ("_connection", "_failure", "_puts")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._failure: Exception | None = None
        self._puts: list[Put] = []

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        await self.flush()
        try:
            return await self._connection.fetch(sql, *args)
        except Exception as error:
            self._failure = error
            raise

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return await self.all(sql, *args)

    def put(self, sql: str, /, *args: Value) -> None:
        self._puts.append((sql, args))

    async def flush(self) -> None:
        """Send what was put. Raises what failed before, since its COMMIT would pass and keep nothing."""
        if self._failure is not None:
            raise self._failure
        if self._puts:
            puts, self._puts = self._puts, []
            try:
                await send(self._connection, [puts])
            except Exception as error:
                self._failure = error
                raise


async def send(connection: Connection, units: Iterable[Sequence[Put]]) -> None:
    """Send recorded writes: one pipelined batch per distinct statement, the order within each unit kept."""
    for sql, rows in merged(units):
        if len(rows) == 1:
            await connection.fetch(sql, *rows[0])  # a tenth cheaper
        else:
            await connection.executemany(sql, rows)


class _GiveUp:
    """Suspends a unit at its first `await` of an answer, from outside any `except` clause of the feature."""

    def __await__(self) -> Generator[_GiveUp, None, Any]:
        yield self


class Recorder:
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


def give_up(unit: Coroutine[Any, Any, Any]) -> None:
    """End a unit that was only recorded, whatever its `except` and `finally` clauses do: it will run anew."""
    for _ in range(_PATIENCE):
        with suppress(Exception):
            unit.close()
