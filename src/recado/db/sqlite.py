"""SQLite: one file, one connection that reads on the event loop and one that writes with group commit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar, cast

from recado.db.database import Reader, Row, Tx, Value
from recado.db.sqlite_fold import Fold
from recado.db.sqlite_tx import SqliteTx, fetch, finish, report
from recado.db.sqlite_writer import Writer
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")

_OPEN_SECONDS = 5.0
_READ_BUSY_MS = 100

_LOG_PAGES = 40_000
"""How long the write-ahead log grows (160 MB) before a commit folds it into the file; `Fold` does so long before."""


class SqliteDatabase:
    """A `Database` in one file, with WAL and `synchronous=FULL`: what is acknowledged survives a power cut."""

    engine = "sqlite"

    def __init__(self, path: Path, busy_seconds: float = 5.0) -> None:
        """Open or create the file. Raises `Unavailable` when that cannot be done."""
        try:
            # Made by us, so that what is in it (and in SQLite's files beside it) is for its owner only.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._reader = _connect(path)
            self._writer = Writer(_connect(path), path, busy_seconds, Fold(lambda: _connect(path)))
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"cannot open the SQLite file {path}: {error}") from error
        # What keeps a reader of a WAL waiting takes moments: another process recovers the file, or closes it last.
        self._reader.execute(f"PRAGMA busy_timeout = {_READ_BUSY_MS}")
        self._reader.execute("PRAGMA query_only = ON")
        self._cursor = self._reader.cursor()
        self._closed = False

    @property
    def waiting(self) -> int:
        return self._writer.waiting

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        try:
            return fetch(self._cursor, sql, args)
        except sqlite3.Error as error:
            self._report(error)

    async def read(
        self, feature: Callable[Concatenate[Reader, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        try:
            self._reader.execute("BEGIN")
            try:
                return finish(cast("Coroutine[Any, Any, R]", feature(SqliteTx(self._cursor), *args, **kwargs)))
            finally:
                if self._reader.in_transaction:
                    self._reader.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._report(error)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return await self.write(lambda tx: tx.change(sql, *args))

    async def write(self, feature: Callable[Concatenate[Tx, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        def run(tx: Tx) -> Coroutine[Any, Any, R]:
            return cast("Coroutine[Any, Any, R]", feature(tx, *args, **kwargs))

        return await self._writer.add(run)

    async def write_after(self, ask: Callable[[Reader], Awaitable[A]], feature: Callable[[Tx, A], Awaitable[R]]) -> R:
        async def unit(tx: Tx) -> R:
            return await feature(tx, await ask(tx))

        return await self._writer.add(cast("Callable[[Tx], Coroutine[Any, Any, R]]", unit))

    async def close(self) -> None:
        self._closed = True
        await self._writer.close()
        self._reader.close()

    def _report(self, error: sqlite3.Error) -> NoReturn:
        if self._closed:
            raise Unavailable("the service is stopping") from error
        report(error)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_OPEN_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise sqlite3.OperationalError("its file system has no shared memory, which the write-ahead log needs")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA temp_store = MEMORY")  # else what a savepoint could take back goes through a file
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    return connection
