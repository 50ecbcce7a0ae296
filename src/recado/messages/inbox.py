"""The inbox: callbacks that were taken and wait to be acted on. Owns the tables `callback` and `inbound_text`.

    keep → waiting → claim, in the transaction of the effect

So whatever happens in between, a callback acts exactly once, however often it is delivered. A session that a text ended
waits here too, until every index has forgotten it: whoever ended it may die between its commit and that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recado.db import Database, Reader, Tx

Kind = Literal["status", "inbound", "ended"]
KEPT = 7 * 24 * 3600 * 1_000_000
"""How long ids are remembered, in microseconds: longer than Vonage tries (24 h) and than a signature is good (25 h)."""
MOST_TRIES = 8

_KEEP = """
INSERT INTO callback (jti, kind, body, received_at, tries, due_at) VALUES ($1, $2, $3, $4, 0, $4)
ON CONFLICT DO NOTHING RETURNING jti"""
_WAITING = """
SELECT jti, kind, body, received_at, tries, due_at FROM callback
WHERE due_at <= $1 ORDER BY due_at, received_at, jti LIMIT $2"""
_CLAIM = "UPDATE callback SET due_at = NULL, body = '' WHERE jti = $1 AND due_at IS NOT NULL RETURNING jti"
_PUT_OFF = """
UPDATE callback SET tries = tries + 1, due_at = $3, body = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN '' ELSE body END
WHERE jti = $1 AND tries = $2 AND due_at IS NOT NULL RETURNING jti"""
_GIVE_UP_ALL = "UPDATE callback SET due_at = NULL, body = '' WHERE due_at IS NOT NULL RETURNING jti"
_ACTED = "INSERT INTO inbound_text (message_uuid, acted_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING acted_at"
_PURGE = "DELETE FROM callback WHERE received_at <= $1"
_PURGE_TEXTS = "DELETE FROM inbound_text WHERE acted_at <= $1"


@dataclass(frozen=True, slots=True)
class Callback:
    """One that waits. `body` is its JSON text; `tries` counts how often acting on it failed."""

    jti: str
    kind: Kind
    body: str = field(repr=False)
    received_at: int
    tries: int
    due_at: int


async def keep(db: Database, jti: str, kind: Kind, body: str, now: int) -> bool:
    """Store a callback; False when one with its id came before, and nothing is stored."""
    return bool(await db.change(_KEEP, jti, kind, body, now))


async def keep_ended(tx: Tx, user_id: int, session_id: str, now: int) -> None:
    """Note, in the transaction that ends a session, that every index is to forget it."""
    await tx.change(_KEEP, f"ended {session_id}", "ended", f'["{user_id}","{session_id}"]', now)


async def waiting(reader: Reader, now: int, limit: int) -> list[Callback]:
    """Return what is to be acted on, in the order it came."""
    return [Callback(*row) for row in await reader.all(_WAITING, now, limit)]


async def claim(tx: Tx, callback: Callback) -> bool:
    """Take a callback for good; False when another worker has. Act on it in the same transaction."""
    return bool(await tx.change(_CLAIM, callback.jti))


async def put_off(db: Database, callback: Callback, until: int | None) -> None:
    """Try a callback again at an instant; None gives it up."""
    await db.change(_PUT_OFF, callback.jti, callback.tries, until)


async def give_up_all(tx: Tx) -> int:
    """Give up all that wait after a backup was restored, since they may have been acted on meanwhile; how many."""
    return len(await tx.change(_GIVE_UP_ALL))


async def first_time(tx: Tx, message_uuid: str, now: int) -> bool:
    """Note that a text is acted on; False when it was already, by whatever callback it came."""
    return bool(await tx.change(_ACTED, message_uuid, now))


async def purge(db: Database, now: int) -> None:
    """Forget what cannot come again."""
    await db.change(_PURGE, now - KEPT)
    await db.change(_PURGE_TEXTS, now - KEPT)
