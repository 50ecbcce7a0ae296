"""A process, or the PostgreSQL server, is killed or hung: what was acknowledged is there, once, and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from recado.db import Database, open_database
from recado.errors import Unavailable
from tests.db.process import hear, process
from tests.db.things import ADD, add, add_asking, ids, make, outcomes, steps, until
from tests.servers import Postgres

PATIENCE = 1.0


@pytest.mark.parametrize("moment", [1, 400, 1500])
async def test_what_a_killed_writer_acknowledged_is_there_once(things: Database, url: str, moment: int) -> None:
    with process("write_for_ever", url) as writer:
        acknowledged = {int(hear(writer)) for _ in range(moment)}
        writer.kill()
        assert writer.stdout
        acknowledged |= {int(line) for line in writer.stdout if line.endswith("\n")}
    stored = await settled(things)
    assert acknowledged <= set(stored)
    assert await steps(things) == [(id_, "added") for id_ in stored]
    assert await things.write(add, -1) == -1


async def settled(things: Database) -> list[int]:
    """The ids that are stored once the server has finished what the killed client had sent."""
    stored = await ids(things)
    while True:
        await asyncio.sleep(0.3)
        before, stored = stored, await ids(things)
        if stored == before:
            return stored


@pytest.fixture
async def doomed(mortal: Postgres) -> AsyncIterator[Database]:
    """A database on a server that the test may hang; it has little patience."""
    async with opened(mortal) as db:
        yield db


@asynccontextmanager
async def opened(server: Postgres) -> AsyncIterator[Database]:
    db = await open_database(await server.new_database(), patience=PATIENCE)
    try:
        await db.write(make)
        yield db
    finally:
        await db.close()


async def everything(db: Database, first: int) -> list[Any]:
    """The outcome of one call of each kind."""
    return await outcomes(
        [
            db.write(add, first),
            db.write(add_asking, first + 1),
            db.change(ADD, first + 2, "ana", 0),
            db.one("SELECT id FROM thing WHERE id = $1", first),
            db.all("SELECT id FROM thing"),
            db.read(lambda reader: reader.all("SELECT id FROM thing")),
        ]
    )


def failures(given: list[Any]) -> list[type[Exception]]:
    return [type(outcome) for outcome in given if isinstance(outcome, Exception)]


async def write_until_it_fails(db: Database, acknowledged: list[int], shoot: Callable[[], None]) -> None:
    """Write with twelve clients, and shoot after 300 acknowledgements."""

    async def client(unit: Callable[..., Any], first: int) -> None:
        for id_ in range(first, first + 1000):
            try:
                acknowledged.append(await db.write(unit, id_))
            except Unavailable:
                return
            if len(acknowledged) == 300:
                shoot()

    await asyncio.gather(*(client(add if n % 2 else add_asking, n * 1000) for n in range(12)))


def test_a_killed_server_is_unavailable_and_heals_with_everything_acknowledged(mortal: Postgres) -> None:
    acknowledged: list[int] = []
    with asyncio.Runner() as runner:  # in parts, since the server lives no longer than the thread that starts it
        opening = opened(mortal)
        db = runner.run(opening.__aenter__())
        runner.run(write_until_it_fails(db, acknowledged, mortal.kill9))
        assert failures(runner.run(asyncio.wait_for(everything(db, -100), 5))) == [Unavailable] * 6
        mortal.start()
        assert failures(runner.run(asyncio.wait_for(everything(db, -200), 5))) == []
        stored, written = runner.run(ids(db)), runner.run(steps(db))
        runner.run(opening.__aexit__(None, None, None))
    assert len(acknowledged) >= 300
    assert set(acknowledged) <= set(stored)
    assert len(written) == len(set(written))


@contextmanager
def hung(server: Postgres) -> Iterator[None]:
    """The server and all its processes stand still."""
    assert server.process
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, check=True)
    processes = [server.process.pid, *map(int, listed.stdout.split())]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


async def test_a_hung_server_is_unavailable_within_the_patience_and_heals(mortal: Postgres, doomed: Database) -> None:
    assert failures(await everything(doomed, 0)) == []
    with hung(mortal):
        for first in (100, 200):
            given = await asyncio.wait_for(everything(doomed, first), 1.6 * PATIENCE)
            assert failures(given) == [Unavailable] * 6

    async def heals() -> bool:
        return failures(await everything(doomed, time.monotonic_ns())) == []

    await until(heals, 5)


async def test_closing_does_not_wait_for_a_hung_server(mortal: Postgres, doomed: Database) -> None:
    with hung(mortal):
        call = asyncio.ensure_future(doomed.write(add_asking, 1))
        await asyncio.sleep(0)
        await asyncio.wait_for(doomed.close(), 2 * PATIENCE + 1)
        assert failures(await outcomes([call])) == [Unavailable]
