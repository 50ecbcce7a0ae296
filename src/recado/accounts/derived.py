"""Secrets that follow from a nonce and a key outside the database, so that a dump of it opens nothing.

The database holds the nonce; whoever delivers a message asks `reveal` for what belongs to it, just before sending.

    12:+5511987654321:…   six digits that prove a phone number or a mailbox
    reset:12:…            the code of a link that sets a new password
    ntfy:12:…:KEY         a topic; it stays with the key it was made under
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

from recado.messages.channel import NTFY

RESET = "reset:"
_TOPIC_LENGTH = 32


def revealing(keys: Sequence[bytes], code: Callable[[str], str]) -> Callable[[str], str]:
    """Return what makes each secret of its nonce. `keys`: today's first; `code` makes the digits."""

    def reveal(nonce: str) -> str:
        if nonce.startswith(RESET):
            return reset_code(keys[0], nonce)
        return topic(keys, nonce) if nonce.startswith(NTFY) else code(nonce)

    return reveal


def reset_code(key: bytes, nonce: str) -> str:
    """Return the code of a reset: the user's id, and 256 bits that only the key's holder can work out."""
    user_id = nonce.split(":")[1]
    return f"{user_id}-{_from(key, b'recado reset code', nonce)}"


def new_topic_nonce(key: bytes, user_id: int, random: str) -> str:
    """Return what a topic of this user follows from, under today's key."""
    return f"{NTFY}{user_id}:{random}:{_mark(key)}"


def topic(keys: Sequence[bytes], nonce: str) -> str:
    """Return the topic that belongs to a nonce; empty when the key it was made under is gone."""
    key = next((key for key in keys if _mark(key) == nonce.rpartition(":")[2]), None)
    if key is None:
        return ""
    return f"recado-{_from(key, b'recado topic', nonce)[:_TOPIC_LENGTH]}"


def _mark(key: bytes) -> str:
    return hashlib.sha256(b"recado topic key\0" + key).hexdigest()[:8]


def _from(key: bytes, purpose: bytes, nonce: str) -> str:
    digest = hmac.digest(key, purpose + b"\0" + nonce.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
