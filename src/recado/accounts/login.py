"""Proves passwords. A user who does not exist, a disabled one and a wrong password cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from recado.accounts import audit, register, usernames
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.register import Account, Credential
from recado.db import Database, Tx
from recado.errors import BadCredentials, NotFound


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was right at an instant, in epoch microseconds."""

    account: Account
    password_hash: str = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who somebody says they are. `found` is None when there is nobody of that name."""

    name_key: str
    found: Credential | None
    password: str = field(repr=False)
    address: str
    known: bool

    @property
    def user_id(self) -> int:
        return self.found.account.user_id if self.found else audit.NOBODY


async def authenticate(
    db: Database, passwords: Passwords, limits: Limits, username: str, password: str, *, address: str, now: int
) -> Proven:
    """Return the account that user name and password prove.

    Open the session in a transaction that begins with `still_valid`, and put a `login` event there. Raises
    `BadCredentials` (counted and recorded), `TooMany` or `Unavailable`.
    """
    name_key = usernames.lookup_key(username)
    found = await register.by_name(db, name_key)
    user_id = found.account.user_id if found else audit.NOBODY
    known = await audit.signed_in_from(db, user_id, address, now)
    proven = await _prove(db, passwords, limits, _Claim(name_key, found, password, address, known), now)
    return await _rehashed(db, passwords, proven, password)


async def prove(
    db: Database, passwords: Passwords, limits: Limits, user_id: int, *, password: str, address: str, now: int
) -> Proven:
    """Return the account of somebody who is signed in and gives the password once more. Raises as `authenticate`."""
    found = await register.by_id(db, user_id)
    if found is None:
        raise NotFound
    name_key = usernames.lookup_key(found.account.username)
    return await _prove(db, passwords, limits, _Claim(name_key, found, password, address, known=True), now)


async def still_valid(tx: Tx, proven: Proven) -> None:
    """Raise `BadCredentials` unless the password is the same as when it was proven, and the account may come in.

    A change of password that runs at the same time waits for this transaction, and then ends what it opened.
    """
    if not await register.signed_in(tx, proven.account.user_id, proven.password_hash, proven.at):
        raise BadCredentials


async def hold(tx: Tx, user_id: int, proven: Proven | None) -> None:
    """Keep an account's password and standing as they are until the transaction ends: a change of either waits.

    Raises `BadCredentials` when the account may no longer come in, or its password is not the one that was proven.
    """
    if not await register.hold(tx, user_id, proven.password_hash if proven else None):
        raise BadCredentials


async def _prove(db: Database, passwords: Passwords, limits: Limits, claim: _Claim, now: int) -> Proven:
    found = claim.found
    async with limits.attempt(db, claim.name_key, claim.address, known=claim.known, now=now) as attempt:
        right = await passwords.verify(found.password_hash if found else None, claim.password)
        attempt.right = right and found is not None and not found.account.disabled
    if found is None or not attempt.right:
        await db.write(audit.record, audit.new(claim.user_id, now, "login_failed", address=claim.address))
        raise BadCredentials
    return Proven(found.account, found.password_hash, now)


async def _rehashed(db: Database, passwords: Passwords, proven: Proven, password: str) -> Proven:
    """Hash the password again when the parameters have risen since it was set."""
    if not passwords.needs_rehash(proven.password_hash):
        return proven
    stronger = await passwords.hash(password)
    changed = await register.change_hash(db, proven.account.user_id, proven.password_hash, stronger)
    return replace(proven, password_hash=stronger) if changed else proven
