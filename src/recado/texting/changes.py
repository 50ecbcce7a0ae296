"""What somebody changed by text and may take back with UNDO. Owns the table `text_change`."""

from __future__ import annotations

from typing import NamedTuple

from recado.db import Database, Tx
from recado.db.ids import NewId

KEPT = 24 * 3600 * 1_000_000
"""For how long a change can be taken back, in microseconds."""

_PUT = """
INSERT INTO text_change (user_id, id, todo_id, version, added, changed_at) VALUES ($1, $2, $3, $4, $5, $6)"""
_TAKE = """
DELETE FROM text_change WHERE user_id = $1 AND id = (
    SELECT id FROM text_change WHERE user_id = $1 AND changed_at > $2 ORDER BY id DESC LIMIT 1)
RETURNING todo_id, version, added"""
_FOLLOW = """
UPDATE text_change SET version = $4 WHERE user_id = $1 AND todo_id = $2 AND version = $3 RETURNING id"""
_ERASE = "DELETE FROM text_change WHERE user_id = $1"
_PURGE = "DELETE FROM text_change WHERE changed_at <= $1"


class Change(NamedTuple):
    """A to-do that was `added` or else changed; `version` is what it had become."""

    todo_id: str
    version: int
    added: int


def put(tx: Tx, user_id: int, change: Change, *, new_id: NewId, now: int) -> None:
    """Note a change."""
    tx.put(_PUT, user_id, new_id(), change.todo_id, change.version, change.added, now)


async def take(tx: Tx, user_id: int, now: int) -> Change | None:
    """Return the last change of the last day and forget it, so that the next UNDO goes one further back."""
    rows = await tx.change(_TAKE, user_id, now - KEPT)
    return Change(*rows[0]) if rows else None


async def taken_back(tx: Tx, user_id: int, change: Change, version: int) -> None:
    """Note that a change was taken back and what version that made, so that the one before it can be as well."""
    await tx.change(_FOLLOW, user_id, change.todo_id, change.version - 1, version)


def erase(tx: Tx, user_id: int) -> None:
    """Forget what a user changed."""
    tx.put(_ERASE, user_id)


async def purge(db: Database, now: int) -> None:
    """Forget what can no longer be taken back."""
    await db.change(_PURGE, now - KEPT)
