"""Other processes at the same database: `python -m tests.db.process WHAT ADDRESS …`, driven by lines."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from recado.db import Database, Row, Tx, Value, migrate, open_database
from tests.db.things import add, add_asking

ROOT = Path(__file__).parents[2]


@contextmanager
def process(what: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start one; it is killed at the end of the block. It waits for lines, and for the end of its standard input."""
    command = [sys.executable, "-m", "tests.db.process", what, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def tell(running: subprocess.Popen[str], line: str) -> None:
    assert running.stdin
    running.stdin.write(line + "\n")
    running.stdin.flush()


def hear(running: subprocess.Popen[str]) -> str:
    """The next line it says; empty when it has ended."""
    assert running.stdout
    return running.stdout.readline().rstrip("\n")


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def write_for_ever(url: str) -> None:
    """Write under load and say each id once it is acknowledged."""
    db, numbers = await open_database(url), count()

    async def client(unit: Callable[..., Any]) -> None:
        while True:
            say(await db.write(unit, next(numbers)))

    await asyncio.gather(*(client(unit) for unit in [add, add, add_asking] * 8))


async def write_when_told(url: str) -> None:
    """Write the id of each line, and say it."""
    db = await open_database(url)
    say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        say(await db.write(add, int(line)))


async def write_many(url: str, first: str, last: str) -> None:
    """Write the ids of a range with eight clients; say how many milliseconds the slowest took."""
    db, numbers = await open_database(url), iter(range(int(first), int(last)))
    loop, slowest = asyncio.get_running_loop(), 0.0

    async def client() -> None:
        nonlocal slowest
        for id_ in numbers:
            start = loop.time()
            await db.write(add, id_)
            slowest = max(slowest, loop.time() - start)

    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(client() for _ in range(8)))
    await db.close()
    say(round(slowest * 1000))


async def hold(path: str) -> None:
    """Hold SQLite's write lock, as some other program may, until a line comes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    say("held")
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    say("released")


async def take_the_turn(path: str) -> None:
    """Hold the lock that the processes of recado queue for, until a line comes."""
    turn = os.open(f"{path}-turn", os.O_RDWR)
    fcntl.flock(turn, fcntl.LOCK_EX)
    say("held")
    sys.stdin.readline()
    os.close(turn)
    say("released")


async def open_it(url: str) -> None:
    """Open the database and say how that went; as root, as somebody who owns nothing."""
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        await (await open_database(url)).close()
    except Exception as error:
        say(f"{type(error).__name__}: {error}")
    else:
        say("opened")


async def bring_up(url: str, statements: str) -> None:
    """Migrate, and be killed after so many statements."""
    db = await open_database(url)
    await migrate(Mortal(db, int(statements)))
    say("done")
    await db.close()


class Mortal:
    """A `Database` (as far as migrations use it) whose process is killed after some statements."""

    def __init__(self, db: Database, statements: int) -> None:
        self.db, self.left = db, statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)

    async def write(self, feature: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        return await self.db.write(lambda tx: feature(MortalTx(tx, self), *args))


class MortalTx:
    """Its transactions, which are never ended tidily."""

    def __init__(self, tx: Tx, db: Mortal) -> None:
        self.tx, self.db = tx, db

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tx, name)

    async def change(self, sql: str, *args: Value) -> list[Row]:
        rows = await self.tx.change(sql, *args)
        self.db.left -= 1
        if self.db.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return rows


PARTS = [write_for_ever, write_when_told, write_many, hold, take_the_turn, open_it, bring_up]

if __name__ == "__main__":
    part: Callable[..., Any] = next(part for part in PARTS if part.__name__ == sys.argv[1])
    asyncio.run(part(*sys.argv[2:]))
