"""What only SQLite has: one file that several processes, other programs and a full disk have to do with."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recado.db import Database, Tx, open_database
from recado.db.sqlite import SqliteDatabase
from recado.errors import Unavailable
from tests.db.process import hear, process, tell
from tests.db.things import ADD, Broken, add, add_asking, ids, make, outcomes, steps

BUSY = 0.4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recado.db"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[Database]:
    """A file with the tables of `things`, whose users wait 0.4 seconds for each other."""
    db = SqliteDatabase(path, BUSY)
    await db.write(make)
    yield db
    await db.close()


@pytest.mark.parametrize("holder", ["hold", "take_the_turn"])
async def test_a_file_that_another_process_holds_is_unavailable_after_the_busy_time_and_heals(
    file: Database, path: Path, holder: str
) -> None:
    with process(holder, str(path)) as other:
        assert hear(other) == "held"
        for first in (0, 10):
            start = time.monotonic()
            calls = [file.write(add, first), file.write(add_asking, first + 1), file.change(ADD, first + 2, "ana", 0)]
            assert [type(outcome) for outcome in await outcomes(calls)] == [Unavailable] * 3
            assert BUSY * 0.9 < time.monotonic() - start < BUSY * 4
        waiting = asyncio.ensure_future(file.write(add, 20))
        await asyncio.sleep(BUSY / 8)
        assert await ids(file) == []
        tell(other, "")
        assert hear(other) == "released"
        assert await waiting == 20
    assert await file.write(add, 21) == 21
    assert await ids(file) == [20, 21]


@pytest.mark.parametrize("holder", ["hold", "take_the_turn"])
async def test_the_event_loop_goes_on_while_another_process_holds_the_file(
    file: Database, path: Path, holder: str
) -> None:
    with process(holder, str(path)) as other:
        assert hear(other) == "held"
        waiting = asyncio.ensure_future(outcomes([file.write(add, 1)]))
        slowest, last = 0.0, time.monotonic()
        while not waiting.done():
            await asyncio.sleep(0)
            slowest, last = max(slowest, time.monotonic() - last), time.monotonic()
        assert slowest < BUSY / 3


async def test_closing_does_not_wait_for_a_process_that_never_gives_the_file_back(file: Database, path: Path) -> None:
    with process("take_the_turn", str(path)) as other:
        assert hear(other) == "held"
        call = asyncio.ensure_future(file.write(add, 1))
        await asyncio.sleep(0)
        await asyncio.wait_for(file.close(), BUSY * 5)
        assert isinstance((await outcomes([call]))[0], Unavailable)


async def test_processes_that_write_at_once_lose_nothing_and_wait_fairly(file: Database, path: Path) -> None:
    url = f"sqlite:///{path}"
    with process("write_many", url, "0", "600") as one, process("write_many", url, "600", "1200") as two:
        assert (hear(one), hear(two)) == ("ready", "ready")
        tell(one, "")
        tell(two, "")
        slowest = [int(hear(one)), int(hear(two))]
    assert await ids(file) == list(range(1200))
    assert await steps(file) == [(id_, "added") for id_ in range(1200)]
    assert max(slowest) < 1000


async def test_a_commit_of_another_process_is_seen_at_once(file: Database, path: Path) -> None:
    with process("write_when_told", f"sqlite:///{path}") as other:
        assert hear(other) == "ready"
        for id_ in range(300):
            await file.one("SELECT id FROM thing WHERE id >= $1", 0)
            tell(other, str(id_))
            assert hear(other) == str(id_)
            assert await file.one("SELECT id FROM thing WHERE id = $1", id_) == (id_,)


async def test_a_unit_that_suspends_is_a_mistake_and_keeps_nothing(file: Database) -> None:
    async def suspend(tx: Tx) -> None:
        await tx.change(ADD, 1, "ana", 0)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may await its transaction only"):
        await file.write(suspend)
    assert await ids(file) == []
    assert await file.write(add, 2) == 2


async def test_a_batch_of_units_that_all_fail_runs_each_twice_at_most(file: Database) -> None:
    runs = [0] * 100

    async def unit(tx: Tx, id_: int) -> None:
        runs[id_] += 1
        tx.put(ADD, id_, "ana", 0)
        if id_ != 50:
            raise Broken

    given = await outcomes(file.write(unit, id_) for id_ in range(100))
    assert [id_ for id_, outcome in enumerate(given) if outcome is None] == [50]
    assert await ids(file) == [50]
    assert max(runs) == 2


@contextmanager
def no_room_but(path: Path, size: int) -> Iterator[None]:
    """A disk that is full when the log has grown by `size`: a limit on files that the kernel puts on this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = Path(f"{path}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (log + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_fails_writes_loudly_keeps_reads_and_heals(file: Database, path: Path) -> None:
    await file.write(add, 1)
    with no_room_but(path, 20_000):
        given = await outcomes(file.write(add, n, "x" * 9000) for n in range(2, 30))
        assert {type(outcome) for outcome in given} == {Unavailable}
        assert all(re.search("full|disk", str(outcome)) for outcome in given)
        assert await ids(file) == [1]
        assert isinstance((await outcomes([file.write(add_asking, 2, "x" * 90_000)]))[0], Unavailable)
        assert await ids(file) == [1]
    assert await asyncio.gather(*(file.write(add, n, "x" * 9000) for n in range(2, 30))) == list(range(2, 30))
    assert await steps(file) == [(n, "added") for n in range(1, 30)]


async def test_a_file_that_may_not_grow_fails_the_unit_that_needs_room_and_no_other(file: Database) -> None:
    async def limit(tx: Tx, pages: int) -> None:
        await tx.change(f"PRAGMA max_page_count = {pages}")

    await file.write(limit, 40)
    given = await outcomes(file.write(add, n, "x" * (400_000 if n == 2 else 10)) for n in range(5))
    assert isinstance(given[2], Unavailable)
    assert set(await ids(file)) == {n for n, outcome in enumerate(given) if outcome == n}
    await file.write(limit, 100_000)
    assert await file.write(add, 9, "x" * 400_000) == 9


async def test_a_unit_that_swallows_a_full_disk_keeps_nothing(file: Database, path: Path) -> None:
    async def swallow(tx: Tx) -> None:
        for n in range(100):
            try:
                await tx.change(ADD, n, "x" * 100_000, 0)
            except sqlite3.Error:
                continue

    await file.write(_small_cache)
    with no_room_but(path, 200_000):
        given = await outcomes([file.write(swallow), file.write(add, 1000)])
        assert isinstance(given[0], Unavailable)
        assert re.search("full|disk", str(given[0]))
    await file.write(add, 1001)
    assert await ids(file) == [n for n in (1000, 1001) if n == 1001 or given[1] == 1000]


async def _small_cache(tx: Tx) -> None:
    """So that a big transaction is written out before its end, and fails in the middle."""
    await tx.change("PRAGMA cache_size = 5")


@pytest.fixture
def sealed_folder() -> Iterator[str]:
    """A folder that nobody may write to, with a database in it."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_make(f"sqlite:///{folder}/recado.db"))
        Path(folder).chmod(0o555)
        yield folder
        Path(folder).chmod(0o755)


async def _make(url: str) -> None:
    await (await open_database(url)).close()


@pytest.mark.parametrize("name", ["recado.db", "new.db"])
def test_a_file_in_a_folder_that_may_not_be_written_is_unavailable(sealed_folder: str, name: str) -> None:
    with process("open_it", f"sqlite:///{sealed_folder}/{name}") as stranger:
        assert hear(stranger).startswith("Unavailable: cannot open the SQLite file")


async def test_what_is_no_database_or_nowhere_is_unavailable(tmp_path: Path) -> None:
    odd = tmp_path / "odd.db"
    odd.write_text("This is a letter, and a long one, since a short file might pass for an empty one." * 20)
    for place in (odd, tmp_path, tmp_path / "missing/recado.db"):
        with pytest.raises(Unavailable):
            await open_database(f"sqlite:///{place}")


async def test_the_files_are_for_their_owner_only(file: Database, path: Path) -> None:
    await file.write(add, 1)
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name


async def test_a_unit_that_fails_is_told_so_only_after_the_commit_of_what_it_saw(file: Database, path: Path) -> None:
    """It may have failed because of what a neighbour in its batch wrote, and that may yet come to nothing."""

    async def refuse_if_there(tx: Tx, id_: int) -> None:
        if await tx.one("SELECT id FROM thing WHERE id = $1", id_):
            raise Broken

    with no_room_but(path, 20_000):
        given = await outcomes([file.write(add, 1, "x" * 90_000), file.write(refuse_if_there, 1)])
    assert [type(outcome) for outcome in given] == [Unavailable, Unavailable]
    given = await outcomes([file.write(add, 1), file.write(refuse_if_there, 1)])
    assert [type(outcome) for outcome in given] == [int, Broken]
