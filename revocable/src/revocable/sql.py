"""The truth about sessions: one SQL table, over the host's own connection or transaction (SQLite or PostgreSQL)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from functools import lru_cache
from typing import Any, Protocol

from revocable.errors import StoreUnavailable
from revocable.store import Device, SessionRecord, SessionState

__all__ = ["SCHEMA", "AsyncpgConnection", "Connection", "Row", "SqlSessionStore", "SqliteConnection", "Value"]

Value = str | int | float | bytes | None
Row = Sequence[Any]

SCHEMA = """
CREATE TABLE session (
    sub TEXT NOT NULL,
    sid TEXT NOT NULL,
    gen BIGINT NOT NULL,
    used BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    kid TEXT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_seen_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    scopes TEXT NOT NULL,
    device TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    ip TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sub, sid)
);
CREATE INDEX session_expires_at ON session (expires_at);
"""
"""The table, in DDL that SQLite and PostgreSQL both take. Put it among your own migrations."""

_STATE = "sub, sid, gen, used, rotated_at, kid, idle_expires_at, expires_at, revoked_at, last_seen_at, kind, scopes"
_ALL = f"{_STATE}, device, user_agent, ip, created_at"

_ADD = f"INSERT INTO session ({_ALL}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
_FIND = f"SELECT {_STATE} FROM session WHERE sub = $1 AND sid = $2"
_ROTATE = f"""
UPDATE session SET gen = gen + 1, used = 0, rotated_at = $4, kid = $5, last_seen_at = $4,
    idle_expires_at = CASE WHEN expires_at < $6 THEN expires_at ELSE $6 END
WHERE sub = $1 AND sid = $2 AND gen = $3 AND revoked_at IS NULL AND idle_expires_at > $4 AND expires_at > $4
RETURNING {_STATE}"""
_SEEN = "UPDATE session SET used = 1, last_seen_at = $4 WHERE sub = $1 AND sid = $2 AND gen = $3 AND revoked_at IS NULL"
_END = "UPDATE session SET revoked_at = $3 WHERE sub = $1 AND sid = $2 AND revoked_at IS NULL RETURNING sid"
_END_ALL = "UPDATE session SET revoked_at = $2 WHERE sub = $1 AND sid <> $3 AND revoked_at IS NULL RETURNING sid"
_END_EVERYBODYS = "UPDATE session SET revoked_at = $1 WHERE revoked_at IS NULL AND expires_at > $1 RETURNING sid"
_LIST = f"""
SELECT {_ALL} FROM session
WHERE sub = $1 AND revoked_at IS NULL AND idle_expires_at > $2 AND expires_at > $2
ORDER BY created_at DESC, sid DESC"""
_ERASE = "DELETE FROM session WHERE sub = $1 RETURNING sid"
_PURGE = "DELETE FROM session WHERE expires_at < $1"


class Connection(Protocol):
    """What is asked of the host's SQL: `$1` placeholders, rows by position. A pool, a connection or a transaction."""

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        """Return the first row of a SELECT, or None."""
        ...

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        """Return all rows of a SELECT."""
        ...

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        """Run an INSERT, UPDATE or DELETE and return the rows of its RETURNING clause."""
        ...


class SqlSessionStore:
    """A `SessionStore` in the table of `SCHEMA`. Each method is one statement, so it is atomic by itself."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, record: SessionRecord) -> None:
        state, device = record.state, record.device
        row = (*state[:3], int(state.used), *state[4:], *astuple(device), record.created_at)
        await self._connection.change(_ADD, *row)

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:  # noqa: ARG002 - SQL is never behind
        row = await self._connection.one(_FIND, sub, sid)
        return _state(row) if row else None

    async def current(self, sub: str, sid: str) -> SessionState | None:
        return await self.find(sub, sid, 0)

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int) -> SessionState | None:
        rows = await self._connection.change(_ROTATE, sub, sid, gen, now, kid, idle_until)
        return _state(rows[0]) if rows else None

    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None:
        await self._connection.change(_SEEN, sub, sid, gen, now)

    async def end(self, sub: str, sid: str, now: int) -> bool:
        return bool(await self._connection.change(_END, sub, sid, now))

    async def end_all(self, sub: str, now: int, keep: str = "") -> Sequence[str]:
        return [row[0] for row in await self._connection.change(_END_ALL, sub, now, keep)]

    async def end_everybodys(self, now: int) -> int:
        """End every session of everybody, as after a backup was restored; return how many. No index is told."""
        return len(await self._connection.change(_END_EVERYBODYS, now))

    async def list(self, sub: str, now: int) -> Sequence[SessionRecord]:
        rows = await self._connection.all(_LIST, sub, now)
        return [SessionRecord(_state(row[:12]), Device(*row[12:15]), row[15]) for row in rows]

    async def erase(self, sub: str) -> Sequence[str]:
        return [row[0] for row in await self._connection.change(_ERASE, sub)]

    async def purge(self, before: int) -> None:
        await self._connection.change(_PURGE, before)

    def within(self, connection: Connection) -> SqlSessionStore:
        return SqlSessionStore(connection)

    async def bury(self, sub: str, sids: Sequence[str]) -> None:
        """Nothing to do: SQL is what everybody asks."""


def _state(row: Row) -> SessionState:
    return SessionState(row[0], row[1], row[2], bool(row[3]), *row[4:12])


@lru_cache(maxsize=256)
def _question_marks(sql: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", sql)


class SqliteConnection:
    """A `Connection` over a `sqlite3.Connection` of the host.

    In autocommit mode (`isolation_level=None`) each call is durable when it returns; inside a transaction of the host's
    it is part of that.
    """

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = self._run(sql, args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        return self._run(sql, args)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return self._run(sql, args)

    def _run(self, sql: str, args: tuple[Value, ...]) -> list[Row]:
        try:
            return self._connection.execute(_question_marks(sql), args).fetchall()
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"SQLite: {error}") from error


class Fetches(Protocol):
    """An asyncpg connection or pool, as far as it is used here."""

    async def fetch(self, query: str, /, *args: Any) -> list[Any]: ...


class AsyncpgConnection:
    """A `Connection` over an asyncpg connection or pool of the host, in its transaction if one is open."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Fetches | Any) -> None:
        """`Any`, because what `pool.acquire()` gives gets its methods only when asyncpg is imported."""
        self._connection = connection

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        try:
            return await self._connection.fetch(sql, *args)
        except OSError as error:
            raise StoreUnavailable(f"PostgreSQL: {error}") from error
        except Exception as error:
            if is_outage(error):
                raise StoreUnavailable(f"PostgreSQL: {type(error).__name__}") from error
            raise

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return await self.all(sql, *args)


def is_outage(error: Exception) -> bool:
    """Tell by SQLSTATE class whether the server is away (08, 53, 57, 58) or the client's connection is gone."""
    state = str(getattr(error, "sqlstate", None) or "")
    return state[:2] in {"08", "53", "57", "58"} or type(error).__name__ == "InterfaceError"
