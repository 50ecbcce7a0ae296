"""How many texts may go out in a day. Owns the table `message_count`.

Counted where they are sent, so nothing that queues texts can get round it; and apart from the messages, so that
deleting an account does not start the count for its number anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from recado.db import Tx
from recado.messages.channel import ChannelKind
from recado.messages.outbox import Pending

_WORDS: dict[ChannelKind, tuple[str, str]] = {
    "sms": ("texts", "A number"),
    "email": ("e-mails", "An address"),
    "ntfy": ("pushes", "A topic"),
}
_DAY = 24 * 3600 * 1_000_000

_TAKE = """
INSERT INTO message_count (scope, day, sent) VALUES ($1, $2, 1)
ON CONFLICT (scope, day) DO UPDATE SET sent = message_count.sent + 1 RETURNING sent"""
_GIVE_BACK = "UPDATE message_count SET sent = sent - 1 WHERE scope = $1 AND day = $2 RETURNING sent"
_PURGE = "DELETE FROM message_count WHERE day < $1"


@dataclass(frozen=True, slots=True)
class Caps:
    """The most messages of one day (UTC) on each kind of channel, for each user, for each address and all together."""

    per_user: int = 100
    per_number: int = 100
    total: int = 1000


def day_of(now: int) -> int:
    """Return the number of the UTC day since 1970."""
    return now // _DAY


async def take(tx: Tx, caps: Caps, message: Pending, day: int) -> str | None:
    """Count a message that is about to be sent. At a cap, count nothing and return the reason, a sentence."""
    scopes = _scopes(caps, message)
    reached: str | None = None
    for scope, cap, reason in scopes:
        if (await tx.change(_TAKE, scope, day))[0][0] > cap:
            reached = reached or reason
    if reached:
        await give_back(tx, caps, message, day)
    return reached


async def give_back(tx: Tx, caps: Caps, message: Pending, day: int) -> None:
    """Take back the count of a message that certainly was not sent."""
    for scope, _, _ in _scopes(caps, message):
        await tx.change(_GIVE_BACK, scope, day)


async def purge(tx: Tx, now: int) -> None:
    """Forget the days before yesterday."""
    tx.put(_PURGE, day_of(now) - 1)


def _scopes(caps: Caps, message: Pending) -> list[tuple[str, int, str]]:
    """The counters of a message, always in one order, so that two transactions cannot wait for each other."""
    hashed = hashlib.sha256(message.recipient.encode()).hexdigest()[:32]
    kind = message.channel
    prefix = "" if kind == "sms" else f"{kind}:"
    what, place = _WORDS[kind]
    return [
        (f"{prefix}user:{message.user_id}", caps.per_user, f"You may get {caps.per_user} {what} a day."),
        (f"{prefix}number:{hashed}", caps.per_number, f"{place} may get {caps.per_number} {what} a day."),
        (f"{prefix}total", caps.total, f"This service sends {caps.total} {what} a day, and today's are used up."),
    ]
