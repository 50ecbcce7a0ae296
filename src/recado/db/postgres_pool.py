"""Lends PostgreSQL connections.

asyncpg's own pool costs about 28 µs of processor time more a use (a single read 77 against 49, a unit of four
statements 258 against 185, measured on the machine of docs/decisions/0003) and cannot cut a server that hangs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.postgres_tx import AGAIN, DOWN, Connection
from recado.errors import Unavailable

_CONNECT_SECONDS, _WAIT_SECONDS, _IDLE_SECONDS = 3.0, 5.0, 300.0


class BrokenOff(Unavailable):
    """PostgreSQL gave way to another transaction: run it again."""


class Pool:
    """Up to `size` connections, made when they are needed; `patience` is how many seconds one use may take."""

    def __init__(self, url: str, size: int, patience: float) -> None:
        self._url, self._size, self._patience = url, size, patience
        self._places = asyncio.Semaphore(size)
        self._idle: list[tuple[Connection, float]] = []
        self._closed = False
        self.waiting = 0
        """How many wait for a connection."""

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection, None]:
        """Lend a connection for statements that are each a transaction. Raises `Unavailable` and `BrokenOff`."""
        try:
            await self._take_a_place()
            try:
                connection = self._newest_idle() or await self._connect()
                with self._watched(connection):
                    yield connection
            finally:
                self._places.release()
        except DOWN as error:
            raise Unavailable(f"the database cannot be reached: {type(error).__name__}") from error
        except AGAIN as error:
            raise BrokenOff("the database is too busy with this row", retry_after=1) from error

    @asynccontextmanager
    async def transaction(self, begin: str = "BEGIN") -> AsyncGenerator[Connection, None]:
        """Lend a connection for one transaction, which is committed unless the block raises."""
        async with self.connection() as connection:
            await connection.execute(begin)
            try:
                yield connection
            except BaseException:
                with suppress(*DOWN):
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def close(self) -> None:
        """Wait until everybody before us has given back what they borrowed, then close all connections."""
        if self._closed:
            return
        self._closed = True
        with suppress(TimeoutError):  # who still has one is cut soon
            async with asyncio.timeout(self._patience):
                for _ in range(self._size):
                    await self._places.acquire()
        while (connection := self._newest_idle()) is not None:
            with suppress(*DOWN):
                async with asyncio.timeout(1):
                    await connection.close()

    async def _take_a_place(self) -> None:
        if self._closed:
            raise Unavailable("the service is stopping")
        self.waiting += 1
        try:
            async with asyncio.timeout(min(_WAIT_SECONDS, self._patience)):
                await self._places.acquire()
        finally:
            self.waiting -= 1

    def _newest_idle(self) -> Connection | None:
        while self._idle:
            connection, since = self._idle.pop()
            if connection.is_closed():
                continue
            if asyncio.get_running_loop().time() - since < _IDLE_SECONDS:
                return connection
            connection.terminate()  # a firewall may have forgotten it
        return None

    @contextmanager
    def _watched(self, connection: Connection) -> Generator[None, None, None]:
        """Cut the connection when the patience is over: then whatever waits for it fails at once."""
        loop = asyncio.get_running_loop()
        cut = loop.call_later(self._patience, connection.terminate)
        try:
            yield
        except DOWN:
            connection.terminate()
            raise
        finally:
            cut.cancel()
            if not connection.is_closed():
                if connection.is_in_transaction():  # its ROLLBACK was broken off
                    connection.terminate()
                else:
                    self._idle.append((connection, loop.time()))

    async def _connect(self) -> Connection:
        limits = {"statement_timeout": self._patience * 0.75, "lock_timeout": self._patience * 0.5}
        connect = cast("Any", asyncpg.connect)  # pyright: ignore[reportUnknownMemberType] - asyncpg carries no types
        return await connect(
            self._url,
            timeout=min(_CONNECT_SECONDS, self._patience),
            command_timeout=self._patience,
            statement_cache_size=500,
            server_settings={
                "application_name": "recado",
                "default_transaction_isolation": "read committed",
                "idle_in_transaction_session_timeout": "60s",
                **{name: f"{seconds * 1000:.0f}ms" for name, seconds in limits.items()},
            },
        )
