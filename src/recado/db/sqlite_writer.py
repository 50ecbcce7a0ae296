"""Group commit over SQLite: statements on the event loop (microseconds each), only the wait for the disk in a thread.

Units that arrive while a commit is on its way form the next batch and share its commit (docs/decisions/0003). When one
fails after it has written, the batch runs again so that it fails alone; it is told so after the commit too, since what
it saw may have been a neighbour's write. Several processes queue for the file with `flock`, which is fair.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recado.db.database import Tx
from recado.db.sqlite_fold import Fold
from recado.db.sqlite_tx import SqliteTx, finish, is_outage
from recado.db.waiting import WaitingThread
from recado.errors import Unavailable

Run = Callable[[Tx], Coroutine[Any, Any, Any]]

_BATCH = 500


@dataclass(slots=True)
class _Unit:
    run: Run
    done: asyncio.Future[Any]
    since: float
    result: Any = None
    error: Exception | None = None

    def answer(self) -> None:
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


class Writer:
    """Owns the one writing connection of a process."""

    def __init__(self, connection: sqlite3.Connection, path: Path, busy_seconds: float, fold: Fold) -> None:
        """Raises OSError when the lock file `PATH-turn` cannot be made."""
        self._fold = fold
        self._connection = connection
        self._cursor = connection.cursor()
        self._busy_seconds = busy_seconds
        self._turn = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._thread = WaitingThread("sqlite-commit")
        self._waiting: list[_Unit] = []
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many units wait for their batch."""
        return len(self._waiting)

    def add(self, run: Run) -> asyncio.Future[Any]:
        """Queue a unit; the future ends after its commit. Raises `Unavailable` once closed."""
        if self._closed:
            raise Unavailable("the service is stopping")
        loop = asyncio.get_running_loop()
        unit = _Unit(run, loop.create_future(), loop.time())
        self._waiting.append(unit)
        if self._worker is None:
            self._worker = loop.create_task(self._drain())
        return unit.done

    async def close(self) -> None:
        """Finish what was accepted; give up on a lock that another process still holds after the busy time."""
        if self._closed:
            return
        self._closed = True
        if self._worker is not None:
            await asyncio.wait({self._worker})
        await self._fold.close()
        self._thread.stop()
        self._connection.close()
        os.close(self._turn)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._one_batch()
        finally:
            self._worker = None
            _fail(self._take(), RuntimeError("stopped"))  # none is left, unless this task was cancelled

    async def _one_batch(self) -> None:
        batch: list[_Unit] = []
        try:
            await self._begin()
            batch = self._take()
            if not all(self._run(unit) for unit in batch):
                await self._run_again(batch)
            await self._thread.run(self._commit)
        except BaseException as error:  # whatever it is, nobody may wait for ever
            self._roll_back()
            _fail(batch or (self._late() if _is_busy(error) else self._take()), error)
            if not isinstance(error, Exception):
                raise
        else:
            for unit in batch:
                unit.answer()
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        self._fold.after(self._connection.total_changes)
        if self._fold.little_left:
            await self._thread.run(lambda: self._fold.finish(self._connection))

    def _take(self) -> list[_Unit]:
        batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
        return batch

    async def _begin(self) -> None:
        """Take the write lock: at once on the loop if it is free, else waiting in the thread."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await self._wait_for(lambda: fcntl.flock(self._turn, fcntl.LOCK_EX))
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            await self._wait_for(self._begin_patiently)

    async def _wait_for(self, step: Callable[[], object]) -> None:
        """Wait in the thread; meanwhile tell the units for which it takes too long."""
        attempt = self._thread.run(step)
        while not (await asyncio.wait({attempt}, timeout=self._busy_seconds / 4))[0]:
            busy = TimeoutError("another process holds it")
            _fail(self._late(), busy)
            if self._closed and not self._waiting:
                raise busy
        attempt.result()

    def _late(self) -> list[_Unit]:
        """Take the units that have waited for the busy time, or nearly so."""
        latest = asyncio.get_running_loop().time() - 0.9 * self._busy_seconds
        late = [unit for unit in self._waiting if unit.since <= latest]
        self._waiting = self._waiting[len(late) :]
        return late

    def _begin_patiently(self) -> None:
        self._connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")

    async def _run_again(self, batch: list[_Unit]) -> None:
        """Begin anew after a unit failed and left writes behind, now with a SAVEPOINT for each.

        Few fail after they have written, so the others need not pay for savepoints: a fifth of a small unit. The turn
        is still ours; only another program's transaction may come between, as before any batch.
        """
        self._connection.execute("ROLLBACK")
        await self._begin()
        for unit in batch:
            self._run_apart(unit)

    def _run_apart(self, unit: _Unit) -> None:
        self._connection.execute("SAVEPOINT unit")
        if not self._run(unit):
            self._connection.execute("ROLLBACK TO unit")
        self._connection.execute("RELEASE unit")

    def _run(self, unit: _Unit) -> bool:
        """Run one unit; False if it failed and left writes behind (DDL is not counted: a migration writes first)."""
        if unit.done.done():  # its caller has gone
            return True
        before, unit.error = self._connection.total_changes, None
        tx = SqliteTx(self._cursor)
        try:
            unit.result = finish(unit.run(tx))
            tx.check()
        except Exception as error:
            if not self._connection.in_transaction:  # SQLite gave the whole batch up (disk full, I/O error)
                raise
            unit.error = _unavailable(error) if is_outage(error) else error
        return unit.error is None or self._connection.total_changes == before

    def _commit(self) -> None:
        self._connection.execute("COMMIT")

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _unavailable(error: BaseException) -> Unavailable:
    unavailable = Unavailable(f"the database cannot be written: {error}")
    unavailable.__cause__ = error
    return unavailable


def _fail(units: list[_Unit], error: BaseException) -> None:
    for unit in units:
        unit.error = _unavailable(error)
        unit.answer()
