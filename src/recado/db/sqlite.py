"""SQLite: statements run on the event loop (microseconds each), and only COMMIT, which waits for the disk, in a thread.

Units that arrive while a commit is on its way form the next batch and share its commit (docs/decisions/0003). Each unit
runs in a SAVEPOINT, so one that fails, fails alone. Several processes queue for the file with `flock`, which is fair.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from recado.db.database import Reader, Row, Tx, Value
from recado.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

_BATCH = 500
_PLACEHOLDER = re.compile(r"\$(\d+)")


@lru_cache(maxsize=2048)
def _dialect(sql: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", sql)


def _fetch(connection: sqlite3.Connection, sql: str, args: tuple[Value, ...]) -> list[Row]:
    # fetchall, never fetchone: an unfinished cursor would keep its snapshot and hide later revocations.
    return connection.execute(_dialect(sql), args).fetchall()


def _finish(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a feature to its end. Over SQLite nothing it awaits ever suspends, so one step is all it takes."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("R", stop.value)
    coroutine.close()
    raise RuntimeError("a feature may await its transaction only")


class _SqliteTx:
    """A `Tx` (and a `Reader`) over one connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = _fetch(self._connection, sql, args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        return _fetch(self._connection, sql, args)

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return _fetch(self._connection, sql, args)

    def put(self, sql: str, /, *args: Value) -> None:
        self._connection.execute(_dialect(sql), args)


@dataclass(slots=True)
class _Unit:
    run: Callable[[Tx], Coroutine[Any, Any, Any]]
    done: asyncio.Future[Any]
    result: Any = None


class SqliteDatabase:
    """A `Database` in one file, with WAL and `synchronous=FULL`: what is acknowledged survives a power cut."""

    engine = "sqlite"

    def __init__(self, path: Path, busy_seconds: float = 5.0) -> None:
        """Open or create the file. Raises `Unavailable` when that cannot be done."""
        self._busy_seconds = busy_seconds
        try:
            self._writer = _connect(path)
            self._reader = _connect(path)
            self._turn = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"cannot open the SQLite file {path}: {error}") from error
        self._tx = _SqliteTx(self._writer)
        self._snapshot = _SqliteTx(self._reader)
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._waiting: list[_Unit] = []
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        try:
            return _fetch(self._reader, sql, args)
        except sqlite3.OperationalError as error:
            raise Unavailable(f"the database cannot be read: {error}") from error

    async def read(
        self, feature: Callable[Concatenate[Reader, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        try:
            self._reader.execute("BEGIN")
            try:
                return _finish(cast("Coroutine[Any, Any, R]", feature(self._snapshot, *args, **kwargs)))
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise Unavailable(f"the database cannot be read: {error}") from error

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return await self._enqueue(lambda tx: tx.change(sql, *args))

    async def write(self, feature: Callable[Concatenate[Tx, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._enqueue(lambda tx: feature(tx, *args, **kwargs))

    async def close(self) -> None:
        self._closed = True
        if self._worker is not None:
            await self._worker
        self._thread.shutdown()
        self._reader.close()
        self._writer.close()
        os.close(self._turn)

    def _enqueue(self, run: Callable[[Tx], Awaitable[Any]]) -> asyncio.Future[Any]:
        if self._closed:
            raise Unavailable("the service is stopping")
        loop = asyncio.get_running_loop()
        unit = _Unit(cast("Callable[[Tx], Coroutine[Any, Any, Any]]", run), loop.create_future())
        self._waiting.append(unit)
        if self._worker is None:
            self._worker = loop.create_task(self._drain())
        return unit.done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._one_batch()
        finally:
            self._worker = None

    async def _one_batch(self) -> None:
        try:
            await self._begin()
        except sqlite3.OperationalError as error:
            self._fail(self._take(), error)
            return
        batch = self._take()
        try:
            finished = [unit for unit in batch if not unit.done.done() and self._run(unit)]
            await asyncio.get_running_loop().run_in_executor(self._thread, self._commit)
        except Exception as error:  # whatever it is, nobody may wait for ever
            self._roll_back()
            self._fail(batch, error)
        else:
            for unit in finished:
                if not unit.done.done():
                    unit.done.set_result(unit.result)
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _take(self) -> list[_Unit]:
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        return batch

    @staticmethod
    def _fail(units: list[_Unit], error: Exception) -> None:
        for unit in units:
            if not unit.done.done():
                unit.done.set_exception(Unavailable(f"the database cannot be written: {error}"))

    async def _begin(self) -> None:
        """Take the write lock: at once on the loop if it is free, else waiting in the thread."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await self._wait_for(lambda: fcntl.flock(self._turn, fcntl.LOCK_EX))
        try:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                await self._wait_for(self._begin_patiently)
        except BaseException:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
            raise

    async def _wait_for(self, step: Callable[[], object]) -> None:
        """Wait in the thread; units that have waited for the busy time meanwhile are told so and dropped."""
        attempt = asyncio.get_running_loop().run_in_executor(self._thread, step)
        while not (await asyncio.wait({attempt}, timeout=self._busy_seconds))[0]:
            self._fail(self._waiting, TimeoutError("another process holds it"))
            self._waiting = []
        attempt.result()

    def _begin_patiently(self) -> None:
        self._writer.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        finally:
            self._writer.execute("PRAGMA busy_timeout = 0")

    def _run(self, unit: _Unit) -> bool:
        self._writer.execute("SAVEPOINT unit")
        try:
            unit.result = _finish(unit.run(self._tx))
        except Exception as error:
            if not self._writer.in_transaction:  # SQLite itself gave the whole transaction up (disk full, I/O error)
                raise
            self._writer.execute("ROLLBACK TO unit")
            self._writer.execute("RELEASE unit")
            if isinstance(error, sqlite3.OperationalError):
                self._fail([unit], error)
            else:
                unit.done.set_exception(error)
            return False
        self._writer.execute("RELEASE unit")
        return True

    def _commit(self) -> None:
        self._writer.execute("COMMIT")

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=5.0, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 0")
    return connection
