"""One-time codes by the clock (TOTP, RFC 6238): six digits, a new one every 30 seconds. Owns the table `totp`.

A code is good in its own half minute, the one before and the one after, and once: a step that was used, and every
earlier one, is used up.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pyotp import random_base32
from pyotp.totp import TOTP

from recado.accounts.sealing import Sealing
from recado.db import Reader, Tx

STEP = 30_000_000
"""Microseconds for which a code is shown."""
_WINDOW = (-1, 0, 1)
_DAY = 86_400_000_000
_AT_A_TIME = 100
_ISSUER = "recado"
Spend = Callable[[Tx], Awaitable[bool]]

_START = """
INSERT INTO totp (user_id, secret, created_at, last_step) VALUES ($1, $2, $3, 0)
ON CONFLICT (user_id) DO UPDATE SET secret = $2, created_at = $3 WHERE totp.confirmed_at IS NULL RETURNING user_id"""
_PENDING = "SELECT secret FROM totp WHERE user_id = $1 AND confirmed_at IS NULL"
_CONFIRM = """
UPDATE totp SET confirmed_at = $3, last_used_at = $3, last_step = $4
WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NULL RETURNING user_id"""
_READ = "SELECT secret, last_step FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL"
_SHOW = "SELECT confirmed_at, last_used_at FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL"
_SPEND = """
UPDATE totp SET last_step = $2, last_used_at = $3
WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL RETURNING user_id"""
_REMOVE = "DELETE FROM totp WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING user_id"
_ERASE = "DELETE FROM totp WHERE user_id = $1"
_PURGE = "DELETE FROM totp WHERE confirmed_at IS NULL AND created_at <= $1"
_SEALED_BEFORE = "SELECT user_id, secret FROM totp WHERE user_id > $1 AND secret NOT LIKE $2 ORDER BY user_id LIMIT $3"
_RESEAL = "UPDATE totp SET secret = $3 WHERE user_id = $1 AND secret = $2"


@dataclass(frozen=True, slots=True)
class App:
    """An authenticator app that was set up. Instants are in epoch microseconds."""

    created_at: int
    last_used_at: int | None


def new_secret() -> str:
    """Return 160 random bits in base32, as apps take them (RFC 4226, 4, R6)."""
    return random_base32()


def address(secret: str, username: str) -> str:
    """Return the `otpauth://` address that an app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


async def start(tx: Tx, sealing: Sealing, user_id: int, secret: str, now: int) -> bool:
    """Keep a secret that was not proven yet, in place of an earlier one; False when an app is set up already."""
    return bool(await tx.change(_START, user_id, sealing.seal(secret, _place(user_id)), now))


async def confirm(tx: Tx, sealing: Sealing, user_id: int, code: str, now: int) -> bool:
    """Set the app up whose code this is; False when it is of no secret that waits for one."""
    row = await tx.one(_PENDING, user_id)
    step = _step(sealing.open(row[0], _place(user_id)), code, now) if row else None
    return row is not None and step is not None and bool(await tx.change(_CONFIRM, user_id, row[0], now, step))


async def find(reader: Reader, user_id: int) -> App | None:
    """Return the app that was set up."""
    row = await reader.one(_SHOW, user_id)
    return App(row[0], row[1]) if row else None


async def judge(reader: Reader, sealing: Sealing, user_id: int, code: str, now: int) -> Spend | None:
    """Return what uses a code up, or None for a wrong or used one. Nobody's code costs what a wrong one does.

    What is returned gives False when the code was used meanwhile. Raises `Unavailable` without the secret's key.
    """
    row = await reader.one(_READ, user_id)
    step = _step(sealing.open(row[0], _place(user_id)) if row else new_secret(), code, now)
    if row is None or step is None or step <= row[1]:
        return None

    async def spend(tx: Tx) -> bool:
        return bool(await tx.change(_SPEND, user_id, step, now))

    return spend


async def remove(tx: Tx, user_id: int) -> bool:
    """Forget the app; False when none was set up."""
    return bool(await tx.change(_REMOVE, user_id))


def erase(tx: Tx, user_id: int) -> None:
    """Delete what a user has here."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete secrets that nobody has proven within a day."""
    await tx.change(_PURGE, now - _DAY)


async def reseal(tx: Tx, sealing: Sealing, after: int = 0) -> tuple[int, int] | None:
    """Seal some secrets of earlier keys under today's, of users above `after`.

    Return the last user and how many have no key here; None when there are no more.
    """
    rows = await tx.all(_SEALED_BEFORE, after, f"{sealing.mark}.%", _AT_A_TIME)
    for user_id, sealed in rows:
        if sealing.opens(sealed):
            secret = sealing.open(sealed, _place(user_id))
            tx.put(_RESEAL, user_id, sealed, sealing.seal(secret, _place(user_id)))
    return (rows[-1][0], sum(not sealing.opens(row[1]) for row in rows)) if rows else None


def _place(user_id: int) -> str:
    return f"totp:{user_id}"


def _step(secret: str, typed: str, now: int) -> int | None:
    """Return the step whose code was typed, of those that are good now. All are compared, whichever it is."""
    code, otp, found = "".join(typed.split()).encode("utf-8", "surrogatepass"), TOTP(secret), None
    for step in (now // STEP + offset for offset in _WINDOW):
        if hmac.compare_digest(otp.generate_otp(step).encode(), code):
            found = step
    return found
