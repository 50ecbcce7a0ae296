"""Proves phone numbers by a code in a text message. Owns the table `phone_verification`.

A code is never stored: it follows from a nonce and a key outside the database (HMAC-SHA256, shortened as in RFC 4226,
5.3). The message holds `{code}` and the nonce, and whoever delivers it asks `reveal`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

from recado.accounts import allowances, audit, register
from recado.accounts.allowances import Rate
from recado.accounts.phone_numbers import normalise
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.errors import Invalid, NotFound
from recado.messages import outbox, stops, texts

MINUTES, ATTEMPTS = 10, 5
_PER_USER, _PER_NUMBER = Rate(5, 3600), Rate(5, 86_400)
_TOO_MANY = "Too many codes were asked for. Try again later."

_START = """
INSERT INTO phone_verification (user_id, phone, nonce, attempts, expires_at) VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (user_id) DO UPDATE SET phone = $2, nonce = $3, attempts = 0, expires_at = $4"""
_TRY = f"""
UPDATE phone_verification SET attempts = attempts + 1
WHERE user_id = $1 AND expires_at > $2 AND attempts < {ATTEMPTS} RETURNING phone, nonce"""
_ERASE = "DELETE FROM phone_verification WHERE user_id = $1"
_PURGE = "DELETE FROM phone_verification WHERE expires_at <= $1"


class Phones:
    """Verifies numbers. `keys` are secrets of at least 32 bytes, today's first; the others are still good."""

    def __init__(self, keys: Sequence[bytes], new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16)) -> None:
        """Raises ValueError without a key, or for one that is too short."""
        if not keys or min(map(len, keys)) < 32:
            raise ValueError("phone codes need a key of at least 32 bytes")
        self._keys = tuple(keys)
        self._new_nonce = new_nonce

    async def start(self, db: Database, user_id: int, phone: str, *, now: int) -> str:
        """Queue the text with a code for `phone` and return the number in E.164 form. Older codes are void.

        A number verified earlier stays until the new one is. Raises `Invalid`, also for a number that answered STOP,
        `TooMany` (five an hour for a user, five a day for a number, the rest spread evenly) or `NotFound`.
        """
        number = normalise(phone)
        nonce = f"{user_id}:{number}:{self._new_nonce()}"
        await db.write(_store, user_id, number, nonce, now)
        return number

    async def verify(self, db: Database, user_id: int, code: str, *, now: int) -> str:
        """Accept the code and return the number, which is verified from now on; `notify.created` is switched on.

        Raises `Invalid` for a wrong code, and for every code after ten minutes or five wrong ones.
        """
        typed = "".join(code.split())
        if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
            raise Invalid("/code", "The code has six digits.")
        number = await db.write(self._try, user_id, typed, now)
        if number is None:
            raise Invalid("/code", "This code is wrong, or no longer good. Ask for a new one if it goes on.")
        return number

    def reveal(self, nonce: str) -> str:
        """Return the code for a nonce, to be put into the text just before it is sent."""
        return code_for(self._keys[0], nonce)

    async def _try(self, tx: Tx, user_id: int, typed: str, now: int) -> str | None:
        """Count the attempt, then compare; what is counted stays, so nothing is raised here."""
        rows = await tx.change(_TRY, user_id, now)
        if not rows:
            return None
        phone, nonce = rows[0]
        if not any([hmac.compare_digest(code_for(key, nonce), typed) for key in self._keys]):  # noqa: C419 - all, always
            return None
        tx.put(_ERASE, user_id)
        register.verify_phone(tx, user_id, phone, now)
        audit.put(tx, audit.new(user_id, now, "phone_verified", detail=texts.masked(phone)))
        return phone


def code_for(key: bytes, nonce: str) -> str:
    """Return the six digits that belong to a nonce under a key."""
    digest = hmac.digest(key, b"recado phone code\0" + nonce.encode(), hashlib.sha256)
    offset = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def erase(tx: Tx, user_id: int) -> None:
    """Drop what a user has not verified yet."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete what was not verified in time."""
    await tx.change(_PURGE, now)


async def _store(tx: Tx, user_id: int, number: str, nonce: str, now: int) -> None:
    await allowances.take(tx, allowances.key("code for user", str(user_id)), _PER_USER, now, _TOO_MANY)
    await allowances.take(tx, allowances.key("code for number", number), _PER_NUMBER, now, _TOO_MANY)
    if await stops.is_stopped(tx, number):
        raise Invalid("/phone", stops.REASON)
    locale = await register.show_phone(tx, user_id, number)
    if locale is None:
        raise NotFound
    tx.put(_START, user_id, number, nonce, now + MINUTES * 60_000_000)
    message = outbox.NewMessage(
        user_id=user_id,
        id=uuid7(lambda: now),
        kind="phone_code",
        recipient=number,
        text=texts.phone_code(locale),
        nonce=nonce,
        created_at=now,
    )
    outbox.put(tx, message)
