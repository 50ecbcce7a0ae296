"""The write-ahead log is folded into the file beside the commits, and begins anew however steadily they come."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from recado.db import sqlite_fold
from recado.db.sqlite import SqliteDatabase
from tests.db.things import add, ids, make

WRITERS, EACH = 20, 250


async def keep_writing(db: SqliteDatabase) -> None:
    """Several at once, each a commit after the other, so that there is never a moment without one."""

    async def write_on(first: int) -> None:
        for number in range(first, first + EACH):
            await db.write(add, number, "somebody with a long name " * 20)

    await asyncio.gather(*(write_on(n * EACH) for n in range(WRITERS)))


def size(path: Path) -> int:
    return path.stat().st_size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recado.db"


async def test_the_log_does_not_grow_with_what_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_fold, "AFTER_CHANGES", 300)
    monkeypatch.setattr(sqlite_fold, "_LITTLE", 20)
    db = SqliteDatabase(path)
    await db.write(make)
    await keep_writing(db)
    log = size(Path(f"{path}-wal"))
    await db.close()
    assert log < size(path) / 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM thing").fetchone() == (WRITERS * EACH,)


async def test_a_fold_that_fails_costs_nothing_but_the_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_fold, "AFTER_CHANGES", 1)
    monkeypatch.setattr(sqlite_fold, "_FOLD", "PRAGMA nonsense(")
    db = SqliteDatabase(path)
    await db.write(make)
    for number in range(5):
        await db.write(add, number)
        await asyncio.sleep(0.01)
    assert await ids(db) == list(range(5))
    await db.close()
