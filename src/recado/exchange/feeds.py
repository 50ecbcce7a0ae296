"""Private calendar addresses: each opens one user's to-dos to whoever knows it, until it is taken back.

Owns the table `feed`. Only the hash of an address's secret is kept, so it is shown once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, cast

from recado.accounts import accounts
from recado.accounts.codes import hash_of, new_code
from recado.db import Database, Reader, Row, Tx
from recado.errors import Conflict, NotFound
from recado.exchange.exporting import open_todos, records
from recado.exchange.ical_text import feed
from recado.exchange.record import Here
from recado.todos import lists

Contents = Literal["both", "todos", "events"]

MOST = 20
MOST_TODOS = 5_000
_HOUR = 3600 * 1_000_000

_COLUMNS = "user_id, id, list_id, contents, name, created_at, used_at"
_ADD = f"INSERT INTO feed (token_hash, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)"
_OF_USER = f"SELECT {_COLUMNS} FROM feed WHERE user_id = $1 ORDER BY id"
_FIND = f"SELECT {_COLUMNS} FROM feed WHERE token_hash = $1"
_USED = "UPDATE feed SET used_at = $2 WHERE token_hash = $1"
_DROP = "DELETE FROM feed WHERE user_id = $1 AND id = $2 RETURNING id"
_ERASE = "DELETE FROM feed WHERE user_id = $1"


@dataclass(frozen=True, slots=True)
class Feed:
    """An address, without its secret. `list_id` None is all lists. Instants are epoch microseconds."""

    user_id: int
    id: str
    list_id: str | None
    contents: Contents
    name: str
    created_at: int
    used_at: int | None


async def create(tx: Tx, user_id: int, new: Feed) -> str:
    """Store a new address and return its secret. Raises `NotFound` for a list, `Conflict` when there are too many."""
    if new.list_id is not None:
        await lists.require(tx, new.list_id, user_id)
    if len(await mine(tx, user_id)) >= MOST:
        raise Conflict(f"Nobody can have more than {MOST} feeds; delete one first.")
    code = new_code()
    tx.put(_ADD, hash_of(code), user_id, new.id, new.list_id, new.contents, new.name, new.created_at)
    return code


async def mine(reader: Reader, user_id: int) -> list[Feed]:
    """Return a user's addresses, oldest first."""
    return [_feed(row) for row in await reader.all(_OF_USER, user_id)]


async def drop(tx: Tx, user_id: int, feed_id: str) -> None:
    """Take an address back. Raises `NotFound`."""
    if not await tx.change(_DROP, user_id, feed_id):
        raise NotFound("There is no such feed.")


async def erase(tx: Tx, user_id: int) -> None:
    """Take all addresses of a user back."""
    tx.put(_ERASE, user_id)


async def opened(db: Database, code: str, now: int) -> Feed:
    """Return what a secret opens, and note that it was used. Raises `NotFound`, the same for all it does not open."""
    row = await db.one(_FIND, hash_of(code))
    found = _feed(row) if row else None
    account = await accounts.profile(db, found.user_id) if found else None
    if found is None or account is None or account.disabled:
        raise NotFound
    if found.list_id is not None and await lists.role(db, found.list_id, found.user_id) is None:
        raise NotFound
    if found.used_at is None or now - found.used_at >= _HOUR:
        await db.change(_USED, hash_of(code), now)
    return found


async def calendar(db: Database, found: Feed, now: int) -> bytes:
    """Return the open to-dos of a feed as a calendar; the same bytes as long as they are the same."""
    todos, events = found.contents != "events", found.contents != "todos"
    chosen, open_ones = await open_todos(db, found.user_id, found.list_id, dated=not todos, most=MOST_TODOS)
    parsed = await records(db, chosen, open_ones)
    account = await accounts.profile(db, found.user_id)
    here = Here(account.time_zone if account else "UTC", "en", now)
    name = found.name or next((one.name for one in chosen if found.list_id and one.name), "recado")
    return await asyncio.to_thread(feed, parsed, here, name, todos=todos, events=events)


def _feed(row: Row) -> Feed:
    user_id, id_, list_id, contents, name, created_at, used_at = row
    return Feed(user_id, id_, list_id, cast("Contents", contents), name, created_at, used_at)
