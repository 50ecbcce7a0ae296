"""The host's SQLAlchemy: its engine, or a connection or session with the transaction that is open there.

Needs SQLAlchemy 2 with `asyncio` (the extra `sqlalchemy`); tried with aiosqlite and with asyncpg.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, TextClause, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from revocable.errors import StoreUnavailable
from revocable.sql import Row, Value, is_outage

__all__ = ["SqlalchemyConnection", "session_table"]


def session_table(metadata: MetaData) -> Table:
    """Add the table of `revocable.sql.SCHEMA` to the host's metadata, for `create_all` and for Alembic; return it."""
    texts = ("kid", "kind", "scopes", "device", "user_agent", "ip")
    numbers = ("gen", "used", "rotated_at", "idle_expires_at", "expires_at", "last_seen_at", "created_at")
    return Table(
        "session",
        metadata,
        Column("sub", Text, primary_key=True),
        Column("sid", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in texts),
        *(Column(name, BigInteger, nullable=False) for name in numbers),
        Column("revoked_at", BigInteger),
        Index("session_expires_at", "expires_at"),
    )


@lru_cache(maxsize=256)
def _named(sql: str) -> TextClause:
    return text(re.sub(r"\$(\d+)", r":p\1", sql))


class SqlalchemyConnection:
    """A `Connection` over SQLAlchemy. It begins and commits only what it runs on an engine.

    Over an `AsyncEngine` each call is a transaction of its own, durable when it returns. Over an `AsyncConnection` or
    an `AsyncSession` it is part of the transaction there, which the host commits.
    """

    __slots__ = ("_host",)

    def __init__(self, host: AsyncEngine | AsyncConnection | AsyncSession) -> None:
        self._host = host

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self._run(sql, args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        return list(await self._run(sql, args))

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return list(await self._run(sql, args))

    async def _run(self, sql: str, args: tuple[Value, ...]) -> Sequence[Row]:
        try:
            if isinstance(self._host, AsyncEngine):
                async with self._host.begin() as connection:
                    return await _rows(connection, sql, args)
            joined = await self._host.connection() if isinstance(self._host, AsyncSession) else self._host
            return await _rows(joined, sql, args)
        except (OSError, TimeoutError) as error:
            raise StoreUnavailable(f"SQLAlchemy: {type(error).__name__}") from error
        except DBAPIError as error:
            if _is_away(error):
                raise StoreUnavailable(f"SQLAlchemy: {type(error).__name__}") from error
            raise


async def _rows(connection: AsyncConnection, sql: str, args: tuple[Value, ...]) -> Sequence[Row]:
    named: dict[str, Any] = {f"p{number}": value for number, value in enumerate(args, 1)}
    result = await connection.execute(_named(sql), named)
    return result.all() if result.returns_rows else ()


def _is_away(error: DBAPIError) -> bool:
    """Tell by its SQLSTATE whether a database is away; one without such states (SQLite) by the kind of the error."""
    if error.connection_invalidated or not isinstance(error.orig, Exception):
        return True
    if getattr(error.orig, "sqlstate", None):
        return is_outage(error.orig)
    return isinstance(error, OperationalError | InterfaceError)
