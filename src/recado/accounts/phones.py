"""Proves phone numbers by a code in a text message, as `digits` makes it. Owns the table `phone_verification`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial

from recado.accounts import allowances, audit, digits, new_addresses, register
from recado.accounts.allowances import Rate
from recado.accounts.digits import ATTEMPTS, MINUTES, TOO_MANY
from recado.accounts.phone_numbers import normalise
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.errors import Invalid, NotFound
from recado.messages import outbox, stops, texts
from recado.messages.countries import Countries

_PER_USER, _PER_NUMBER = Rate(5, 3600), Rate(5, 86_400)

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

    def __init__(
        self,
        keys: Sequence[bytes],
        new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16),
        *,
        countries: Countries | None = None,
    ) -> None:
        """`countries` may be texted. Raises ValueError without a key, or for one that is too short."""
        if not keys or min(map(len, keys)) < 32:
            raise ValueError("phone codes need a key of at least 32 bytes")
        self._keys = tuple(keys)
        self._new_nonce = new_nonce
        self._countries = countries or Countries()

    async def start(self, db: Database, user_id: int, phone: str, *, now: int) -> str:
        """Queue the text with a code for `phone` and return the number in E.164 form. Older codes are void.

        A number verified earlier stays until the new one is. Raises `Invalid`, also when it is that one and answered
        STOP; of anybody else's that is not told, and nothing is sent. Raises `TooMany` (five an hour for a user, five a
        day for a number, the rest spread evenly) or `NotFound`.
        """
        number = normalise(phone)
        if reason := self._countries.refusal(number):
            raise Invalid("/phone", reason)
        nonce = f"{user_id}:{number}:{self._new_nonce()}"
        await db.write(_store, user_id, number, nonce, now)
        return number

    async def verify(self, db: Database, user_id: int, code: str, *, now: int) -> str:
        """Accept the code and return the number, which is verified from now on; `notify.created` is switched on.

        Raises `Invalid` for a wrong code, and for every code after ten minutes or five wrong ones.
        """
        return await digits.prove(db, code, partial(self._try, user_id=user_id, now=now))

    def reveal(self, nonce: str) -> str:
        """Return the code for a nonce, to be put into the text just before it is sent."""
        return digits.code_for(self._keys[0], nonce)

    async def _try(self, tx: Tx, typed: str, *, user_id: int, now: int) -> str | None:
        rows = await tx.change(_TRY, user_id, now)
        if not rows:
            return None
        phone, nonce = rows[0]
        if not digits.match(self._keys, nonce, typed):
            return None
        if (before := await register.profile(tx, user_id)) is not None:
            new_addresses.tell(tx, before, phone, now)
        tx.put(_ERASE, user_id)
        register.verify_phone(tx, user_id, phone, now)
        audit.put(tx, audit.new(user_id, now, "phone_verified", detail=texts.masked(phone)))
        return phone


def erase(tx: Tx, user_id: int) -> None:
    """Drop what a user has not verified yet."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete what was not verified in time."""
    await tx.change(_PURGE, now)


async def _store(tx: Tx, user_id: int, number: str, nonce: str, now: int) -> None:
    await allowances.take(tx, allowances.key("code for user", str(user_id)), _PER_USER, now, TOO_MANY)
    await allowances.take(tx, allowances.key("code for number", number), _PER_NUMBER, now, TOO_MANY)
    if await stops.is_stopped(tx, number) and await _has(tx, user_id, number):
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


async def _has(tx: Tx, user_id: int, number: str) -> bool:
    """Tell whether somebody has proven a number, so that they may know what was answered from it."""
    account = await register.profile(tx, user_id)
    return account is not None and account.phone_verified and account.phone == number
