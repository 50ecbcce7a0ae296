"""Folds SQLite's write-ahead log into the file beside the commits, so that they need not wait for it.

To fold the whole log copies thousands of pages and waits for the disk, and a commit that does so keeps everybody
waiting. So a thread with a connection of its own copies while commits go on, until little is left; the writer then
copies that between two commits, and the log begins anew. Without that last step it would grow for as long as commits
keep coming.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress

from recado.db.waiting import WaitingThread

AFTER_CHANGES = 12_000
"""After how many changed rows the log is folded: some tens of megabytes of it."""
_LITTLE, _ROUNDS = 500, 4
_FOLD = "PRAGMA wal_checkpoint(PASSIVE)"


class Fold:
    """Belongs to one writer. What fails is left for the next time: the log is as safe as the file."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        """`connect` opens a connection to the writer's file; it is called in the thread, when it is first needed."""
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._thread = WaitingThread("sqlite-fold")
        self._copying: asyncio.Future[None] | None = None
        self._last = 0
        self.little_left = False
        """The writer should call `finish` between two commits."""

    def after(self, changes: int) -> None:
        """Begin to copy if that is due; `changes` counts all rows that the writer ever changed."""
        if changes - self._last < AFTER_CHANGES or self._copying is not None or self.little_left:
            return
        self._last = changes
        self._copying = self._thread.run(self._copy)
        self._copying.add_done_callback(self._copied)

    def finish(self, connection: sqlite3.Connection) -> None:
        """Copy what is left, over the writing connection, which is in no transaction."""
        self.little_left = False
        with suppress(sqlite3.Error):
            connection.execute(_FOLD).fetchall()

    async def close(self) -> None:
        """Wait for what is being copied, and close the connection."""
        if self._copying is not None:
            await asyncio.wait({self._copying})
        if self._connection is not None:
            self._connection.close()
        self._thread.stop()

    def _copy(self) -> None:
        if self._connection is None:
            self._connection = self._connect()
        for _ in range(_ROUNDS):
            _, logged, copied = self._connection.execute(_FOLD).fetchone()
            if logged - copied <= _LITTLE:
                return

    def _copied(self, copying: asyncio.Future[None]) -> None:
        self._copying = None
        self.little_left = not copying.cancelled() and copying.exception() is None
