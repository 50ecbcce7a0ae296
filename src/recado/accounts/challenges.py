"""Challenges: what somebody has to answer with a factor, within five minutes and once. Owns `factor_challenge`.

Those that follow a password, or come before a new passkey, are rows, of which the hash is kept. The one for who signs
in with a passkey alone is signed instead, so that a stranger who only looks at the page writes nothing; once it was
answered, its hash is kept until it would have run out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recado.db import Database, Tx

SECONDS, ATTEMPTS = 300, 5
_RANDOM, _UNTIL, _MAC = 16, 8, 16
Purpose = Literal["login", "proof", "passkey"]

_PUT = """
INSERT INTO factor_challenge (token_hash, user_id, purpose, bound, attempts, expires_at)
VALUES ($1, $2, $3, $4, 0, $5)"""
_TRY = f"""
UPDATE factor_challenge SET attempts = attempts + 1
WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 AND attempts < {ATTEMPTS} RETURNING user_id, bound"""
_USE = "DELETE FROM factor_challenge WHERE token_hash = $1 RETURNING user_id"
_SPEND = """
INSERT INTO factor_challenge (token_hash, user_id, purpose, bound, attempts, expires_at)
VALUES ($1, $2, 'spent', '', 0, $3) ON CONFLICT DO NOTHING RETURNING user_id"""
_ERASE = "DELETE FROM factor_challenge WHERE user_id = $1 AND purpose <> 'spent'"
_PURGE = "DELETE FROM factor_challenge WHERE expires_at <= $1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge that may be answered: to whom it was given, and what it hangs on."""

    user_id: int
    bound: str


async def ask(db: Database, purpose: Purpose, user_id: int, bound: str, now: int) -> str:
    """Return a new challenge for a user. `bound` is what must be the same when it comes back."""
    token = secrets.token_urlsafe(32)
    await db.change(_PUT, _hash(token), user_id, purpose, bound, now + SECONDS * 1_000_000)
    return token


async def attempt(tx: Tx, token: str, purpose: Purpose, now: int) -> Asked | None:
    """Count an answer to a challenge and return it; None when it has run out, was answered, or is none."""
    rows = await tx.change(_TRY, _hash(token), purpose, now)
    return Asked(*rows[0]) if rows else None


async def use(tx: Tx, token: str) -> bool:
    """Use a challenge up; False when it was."""
    return bool(await tx.change(_USE, _hash(token)))


def sign(key: bytes, now: int) -> str:
    """Return a challenge for anybody, which no row stands for."""
    head = secrets.token_bytes(_RANDOM) + (now + SECONDS * 1_000_000).to_bytes(_UNTIL, "big")
    return base64.urlsafe_b64encode(head + _mac(key, head)).rstrip(b"=").decode()


def until(keys: Sequence[bytes], token: str, now: int) -> int | None:
    """Return when a signed challenge runs out; None when it has, or was not signed here."""
    raw = raw_of(token)
    if len(raw) != _RANDOM + _UNTIL + _MAC:
        return None
    head, end = raw[:-_MAC], int.from_bytes(raw[_RANDOM:-_MAC], "big")
    good = any([hmac.compare_digest(_mac(key, head), raw[-_MAC:]) for key in keys])  # noqa: C419 - all, always
    return end if good and end > now else None


async def spend(tx: Tx, token: str, user_id: int, end: int) -> bool:
    """Use a signed challenge up; False when it was. Its bytes count: there are several ways to write them."""
    return bool(await tx.change(_SPEND, hashlib.sha256(raw_of(token)).hexdigest(), user_id, end))


def raw_of(token: str) -> bytes:
    """Return the bytes that an authenticator signs; empty for what is no challenge."""
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= 100 else b""
    except ValueError:
        return b""


def erase(tx: Tx, user_id: int) -> None:
    """Make what a user was asked void. What was answered stays known until it runs out."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete challenges that have run out."""
    await tx.change(_PURGE, now)


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(key, b"recado passkey challenge\0" + head, hashlib.sha256)[:_MAC]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
