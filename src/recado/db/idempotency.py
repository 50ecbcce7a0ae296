"""`Idempotency-Key`: the same key and request within 24 hours gets the same answer, stored with the change itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from recado.db.database import Database, Tx
from recado.errors import Invalid

KEPT = 24 * 3600 * 1_000_000
"""How long an answer is kept, in microseconds."""

_CLAIM = """
INSERT INTO idempotency (user_id, key, fingerprint, answer, created_at) VALUES ($1, $2, $3, '', $4)
ON CONFLICT (user_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, answer = '', created_at = excluded.created_at
WHERE idempotency.created_at <= $5
RETURNING key"""
_STORED = "SELECT fingerprint, answer FROM idempotency WHERE user_id = $1 AND key = $2"
_STORE = "UPDATE idempotency SET answer = $3 WHERE user_id = $1 AND key = $2"
_ERASE = "DELETE FROM idempotency WHERE user_id = $1"
_PURGE = "DELETE FROM idempotency WHERE created_at <= $1"


@dataclass(frozen=True, slots=True)
class Key:
    """One use of a key. `fingerprint` stands for the whole request: method, path and body."""

    user_id: int
    key: str
    fingerprint: str


async def once(db: Database, key: Key, now: int, feature: Callable[[Tx], Awaitable[str]]) -> str:
    """Run `feature` in a transaction that also stores its answer under `key`, or return the answer stored before.

    Raises `Invalid` when the key was used for another request, and whatever the feature raises (then the key is free).
    """
    return await db.write(once_in, key, now, feature)


async def once_in(tx: Tx, key: Key, now: int, feature: Callable[[Tx], Awaitable[str]]) -> str:
    """The same within the caller's transaction."""
    if await tx.change(_CLAIM, key.user_id, key.key, key.fingerprint, now, now - KEPT):
        answer = await feature(tx)
        tx.put(_STORE, key.user_id, key.key, answer)
        return answer
    stored = await tx.one(_STORED, key.user_id, key.key)
    if stored is None or stored[0] != key.fingerprint:
        raise Invalid("", "This Idempotency-Key was used for another request; take a new one.")
    return stored[1]


async def erase(tx: Tx, user_id: int) -> None:
    """Forget every key of a user."""
    tx.put(_ERASE, user_id)


async def purge(db: Database, now: int) -> None:
    """Forget what is older than 24 hours."""
    await db.change(_PURGE, now - KEPT)
