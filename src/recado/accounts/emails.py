"""Proves mailboxes by a code sent to them, as `digits` makes it. Owns the table `email_verification`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from functools import partial

from recado.accounts import allowances, audit, digits, new_addresses, register
from recado.accounts.allowances import Rate
from recado.accounts.digits import ATTEMPTS, MINUTES, TOO_MANY
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.errors import Invalid, NotFound, Refused
from recado.messages import outbox, texts

_PER_USER, _PER_ADDRESS = Rate(5, 3600), Rate(5, 86_400)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])")

_START = """
INSERT INTO email_verification (user_id, email, nonce, attempts, expires_at) VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (user_id) DO UPDATE SET email = $2, nonce = $3, attempts = 0, expires_at = $4"""
_TRY = f"""
UPDATE email_verification SET attempts = attempts + 1
WHERE user_id = $1 AND expires_at > $2 AND attempts < {ATTEMPTS} RETURNING email, nonce"""
_ERASE = "DELETE FROM email_verification WHERE user_id = $1"
_PURGE = "DELETE FROM email_verification WHERE expires_at <= $1"


def normalise(text: str, pointer: str = "/email") -> str:
    """Return one mailbox (RFC 5321, 4.1.2, without quoted local parts), its domain in lower case.

    Nothing else gets through: no second address, no name, no line break, nor any of them as an encoded word (RFC 2047).
    Raises `Invalid` at `pointer`.
    """
    trimmed = text.strip()
    local, _, domain = trimmed.rpartition("@")
    if len(trimmed) > 254 or len(local) > 64 or "=?" in local or not _MAILBOX.fullmatch(trimmed):
        raise Invalid(pointer, "Give one e-mail address, such as ana@example.org.")
    return f"{local}@{domain.lower()}"


class Emails:
    """Verifies mailboxes. `keys` as in `Phones`; `sends` is False where the operator has set no server for e-mail."""

    def __init__(
        self,
        keys: Sequence[bytes],
        *,
        sends: bool,
        new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._keys, self._sends, self._new_nonce = tuple(keys), sends, new_nonce

    async def start(self, db: Database, user_id: int, email: str, *, now: int) -> str:
        """Queue an e-mail with a code and return the address as it is kept. Older codes are void.

        An address verified earlier stays until the new one is. Raises `Refused` where no e-mail is sent, `Invalid`,
        `TooMany` (five an hour for a user, five a day for an address, the rest spread evenly) or `NotFound`.
        """
        if not self._sends:
            raise Refused("This service sends no e-mail; its operator can set SMTP_URL.")
        address = normalise(email)
        await db.write(_store, user_id, address, f"{user_id}:{address}:{self._new_nonce()}", now)
        return address

    async def verify(self, db: Database, user_id: int, code: str, *, now: int) -> str:
        """Accept the code and return the address, which is verified from now on.

        Raises `Invalid` for a wrong code, and for every code after ten minutes or five wrong ones.
        """
        return await digits.prove(db, code, partial(self._try, user_id=user_id, now=now))

    async def forget(self, db: Database, user_id: int, *, now: int) -> None:
        """Drop a user's address, verified or not."""

        async def store(tx: Tx) -> None:
            tx.put(_ERASE, user_id)
            register.forget_email(tx, user_id)
            audit.put(tx, audit.new(user_id, now, "email_removed"))

        await db.write(store)

    async def _try(self, tx: Tx, typed: str, *, user_id: int, now: int) -> str | None:
        rows = await tx.change(_TRY, user_id, now)
        if not rows:
            return None
        address, nonce = rows[0]
        if not digits.match(self._keys, nonce, typed):
            return None
        if (before := await register.profile(tx, user_id)) is not None:
            new_addresses.tell(tx, before, address, now)
        tx.put(_ERASE, user_id)
        register.verify_email(tx, user_id, address, now)
        audit.put(tx, audit.new(user_id, now, "email_verified", detail=texts.masked(address)))
        return address


def erase(tx: Tx, user_id: int) -> None:
    """Drop what a user has not verified yet."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete what was not verified in time."""
    await tx.change(_PURGE, now)


async def _store(tx: Tx, user_id: int, address: str, nonce: str, now: int) -> None:
    await allowances.take(tx, allowances.key("e-mail code for user", str(user_id)), _PER_USER, now, TOO_MANY)
    await allowances.take(tx, allowances.key("code for mailbox", address.casefold()), _PER_ADDRESS, now, TOO_MANY)
    locale = await register.show_email(tx, user_id, address)
    if locale is None:
        raise NotFound
    tx.put(_START, user_id, address, nonce, now + MINUTES * 60_000_000)
    id_, text = uuid7(lambda: now), texts.phone_code(locale)
    outbox.put(tx, outbox.NewMessage(user_id, id_, "email_code", address, text, now, nonce=nonce))
