"""PostgreSQL: concurrent units share round trips and commits (docs/decisions/0003).

Single reads of one statement text become one query over argument arrays; single writes one pipelined batch; units that
only `put` one transaction for all of them. A unit that awaits an answer inside its transaction gets one of its own.
When a shared batch fails it runs again in halves, so that only the unit at fault fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.batching import Call, Queue, array_types, many_selects, may_share, numbered, returns_rows
from recado.db.database import Reader, Row, Tx, Value
from recado.db.postgres_tx import AGAIN, DOWN, Connection, PostgresTx, Recorder, send
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

_CONNECT_SECONDS, _ACQUIRE_SECONDS, _ATTEMPTS = 3.0, 5.0, 3


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
                timeout=_CONNECT_SECONDS,
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
        if not may_share(sql):
            return await self._again(partial(self._fetch, sql, args))
        queue = self._changes.get(sql)
        if queue is None:
            run = partial(self._run_changes, sql)
            queue = self._changes[sql] = Queue(partial(self._again_with, run), partial(self._changes.pop, sql))
        return await queue.add(args)
