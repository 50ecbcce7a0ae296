"""One SQLite connection as a `Tx`, and what its failures mean."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, NoReturn, TypeVar, cast

from recado.db.database import Row, Value
from recado.errors import Unavailable

R = TypeVar("R")

_PLACEHOLDER = re.compile(r"\$(\d+)")
_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


@lru_cache(maxsize=2048)
def _dialect(sql: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", sql)


def fetch(cursor: sqlite3.Cursor, sql: str, args: tuple[Value, ...]) -> list[Row]:
    """Run one statement to its end and return its rows. One cursor serves all, since a new one costs half a µs."""
    # fetchall, never fetchone: an unfinished cursor would keep its snapshot and hide later revocations.
    return cursor.execute(_dialect(sql), args).fetchall()


def finish(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a feature to its end. Over SQLite nothing it awaits ever suspends, so one step is all it takes."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("R", stop.value)
    coroutine.close()
    raise RuntimeError("a feature may await its transaction only")


def is_outage(error: BaseException) -> bool:
    """Tell whether the file cannot be used now (locked, full, gone, broken), by SQLite's result code."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTAGES


def report(error: Exception) -> NoReturn:
    """Raise `Unavailable` for an outage, and anything else as it is."""
    if is_outage(error):
        raise Unavailable(f"the database cannot be used: {error}") from error
    raise error


class SqliteTx:
    """A `Tx` (and a `Reader`) for one unit. After a statement that failed all others fail, as on PostgreSQL."""

    __slots__ = ("_cursor", "failure")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.failure: Exception | None = None

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = self._run(sql, args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        return self._run(sql, args)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return self._run(sql, args)

    def put(self, sql: str, /, *args: Value) -> None:
        self.check()
        try:
            self._cursor.execute(_dialect(sql), args)  # gives no rows, so there is nothing to fetch
        except Exception as error:
            self.failure = error
            raise

    def check(self) -> None:
        """Raise what failed, even if the feature made nothing of it."""
        if self.failure is not None:
            raise self.failure

    def _run(self, sql: str, args: tuple[Value, ...]) -> list[Row]:
        self.check()
        try:
            return fetch(self._cursor, sql, args)
        except Exception as error:
            self.failure = error
            raise
