"""A small table of its own for the tests of the database room, and units over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from recado.db import Database, Tx

TABLE = "CREATE TABLE thing (id BIGINT PRIMARY KEY, owner TEXT NOT NULL, n BIGINT)"
TRACE = "CREATE TABLE trace (id BIGINT NOT NULL, step TEXT NOT NULL)"
ADD = "INSERT INTO thing (id, owner, n) VALUES ($1, $2, $3)"
SET = "UPDATE thing SET n = $2 WHERE id = $1"
STEP = "INSERT INTO trace (id, step) VALUES ($1, $2)"
OTHER_STEP = f"{STEP} "
"""The same write by another text, so that it is a statement of its own."""


class Broken(Exception):
    """What a unit of these tests raises."""


async def make(tx: Tx) -> None:
    """Create the tables. `trace` has no key: a write that was made twice is there twice."""
    await tx.change(TABLE)
    await tx.change(TRACE)


async def add(tx: Tx, id_: int, owner: str = "ana", n: int | None = 0) -> int:
    """A unit that only puts."""
    tx.put(ADD, id_, owner, n)
    tx.put(STEP, id_, "added")
    return id_


async def add_last(tx: Tx, id_: int) -> int:
    """A unit that only puts, and breaks only with its last write."""
    tx.put(STEP, id_, "added")
    tx.put(ADD, id_, "ana", 0)
    return id_


async def add_asking(tx: Tx, id_: int, owner: str = "ana") -> int:
    """A unit that awaits an answer."""
    await tx.change(f"{ADD} RETURNING id", id_, owner, 0)
    tx.put(STEP, id_, "added")
    return id_


async def add_then_raise(tx: Tx, id_: int, owner: str = "ana") -> int:
    await add(tx, id_, owner)
    raise Broken(id_)


async def add_asking_then_raise(tx: Tx, id_: int, owner: str = "ana") -> int:
    await add_asking(tx, id_, owner)
    raise Broken(id_)


async def raise_at_once(tx: Tx, id_: int) -> int:
    raise Broken(id_)


async def ids(db: Database) -> list[int]:
    return [row[0] for row in await db.all("SELECT id FROM thing ORDER BY id")]


async def steps(db: Database) -> list[tuple[int, str]]:
    """What is in `trace`, sorted."""
    return sorted((row[0], row[1]) for row in await db.all("SELECT id, step FROM trace"))


async def outcomes(calls: Iterable[Awaitable[Any]]) -> list[Any]:
    """The result or the exception of each call, all made at once."""
    return await asyncio.gather(*calls, return_exceptions=True)


async def until(ask: Callable[[], Awaitable[object]], seconds: float = 10) -> None:
    """Ask again and again until the answer is true."""
    async with asyncio.timeout(seconds):
        while not await ask():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)
