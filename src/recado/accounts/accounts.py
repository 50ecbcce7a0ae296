"""What can be done with an account: sign up, settings, a new password, disabling, deletion.

What joins other rooms in the same transaction ("a new password ends the other sessions") is handed in as `then`, which
gets the transaction and the user's id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from recado.accounts import (
    allowances,
    audit,
    emails,
    factors,
    hours,
    invites,
    phones,
    preferences,
    register,
    resets,
    sign_ins,
    usernames,
)
from recado.accounts.limits import Limits, account_key
from recado.accounts.login import Proven, authenticate, hold, prove, still_valid
from recado.accounts.passwords import Passwords
from recado.accounts.preferences import Notify, QuietHours, SettingsChange
from recado.accounts.register import (
    Account,
    Author,
    author,
    by_phone,
    count,
    listing,
    names,
    profile,
    recipient,
    some,
    zone,
)
from recado.accounts.signup import sign_up
from recado.db import Database, Reader, Tx
from recado.errors import BadCredentials, NotFound

__all__ = [
    "Account",
    "Author",
    "Notify",
    "Proven",
    "QuietHours",
    "SettingsChange",
    "authenticate",
    "author",
    "by_phone",
    "change_password",
    "count",
    "delete",
    "disable",
    "disable_id",
    "enable",
    "enable_id",
    "erase",
    "hold",
    "listing",
    "names",
    "profile",
    "prove",
    "recipient",
    "require_operator",
    "sign_up",
    "some",
    "still_valid",
    "update_settings",
    "zone",
]

T = TypeVar("T")
Then = Callable[[Tx, int], Awaitable[T]]


async def update_settings(db: Database, user_id: int, change: SettingsChange, *, now: int) -> Account:
    """Store some new settings and return the account. Raises `Invalid` or `NotFound`."""
    preferences.check(change)

    async def store(tx: Tx) -> Account:
        account = await register.change_settings(tx, user_id, change)
        if account is None:
            raise NotFound
        if change.digest != "keep" or change.time_zone is not None:
            at = hours.next_time(now, account.digest, account.time_zone) if account.digest else None
            register.set_digest_at(tx, user_id, at)
        return account

    return await db.write(store)


async def change_password(
    db: Database,
    passwords: Passwords,
    limits: Limits,
    user_id: int,
    *,
    current: str,
    new: str,
    session_id: str = "",
    address: str,
    now: int,
    then: Then[T],
) -> T:
    """Replace a password whose owner is signed in; return what `then` returns, which must end the other sessions.

    Raises `BadCredentials` for a wrong `current`, `Invalid` at `/new`, `TooMany` or `Unavailable`.
    """
    proven = await prove(db, passwords, limits, user_id, password=current, address=address, now=now)
    await passwords.check(new, proven.account.username, "/new")
    new_hash = await passwords.hash(new)

    async def store(tx: Tx) -> T:
        if not await register.change_hash(tx, user_id, proven.password_hash, new_hash):
            raise BadCredentials
        resets.erase(tx, user_id)
        audit.put(tx, audit.new(user_id, now, "password_changed", session_id=session_id, address=address))
        return await then(tx, user_id)

    return await db.write(store)


async def disable(db: Database, username: str, *, now: int, then: Then[T]) -> T:
    """Keep a user out until `enable`; return what `then` returns, which must end all sessions. Raises `NotFound`."""
    return await disable_id(db, await _user_id(db, username), now=now, then=then)


async def disable_id(db: Database, user_id: int, *, now: int, then: Then[T]) -> T:
    """Do the same by id."""

    async def store(tx: Tx) -> T:
        if await register.set_disabled(tx, user_id, now) is None:
            raise NotFound
        resets.erase(tx, user_id)
        audit.put(tx, audit.new(user_id, now, "disabled"))
        return await then(tx, user_id)

    return await db.write(store)


async def enable(db: Database, username: str, *, now: int) -> None:
    """Let a disabled user in again. Raises `NotFound`."""
    await enable_id(db, await _user_id(db, username), now=now)


async def enable_id(db: Database, user_id: int, *, now: int) -> None:
    """Do the same by id."""

    async def store(tx: Tx) -> None:
        if await register.set_disabled(tx, user_id, None) is None:
            raise NotFound
        audit.put(tx, audit.new(user_id, now, "enabled"))

    await db.write(store)


async def delete(
    db: Database,
    passwords: Passwords,
    limits: Limits,
    user_id: int,
    *,
    password: str,
    address: str,
    now: int,
    then: Then[T],
) -> T:
    """Erase everything of a user in this room, and return what `then` returns, which must do so in the others.

    Raises `BadCredentials`, `TooMany` or `Unavailable`.
    """
    proven = await prove(db, passwords, limits, user_id, password=password, address=address, now=now)
    credential = register.Credential(proven.account, proven.password_hash)
    return await db.write(_erase, credential, then)


async def erase(db: Database, username: str, *, then: Then[T]) -> T:
    """Erase somebody for the operator; otherwise as `delete`. Raises `NotFound`."""
    found = await register.by_name(db, usernames.lookup_key(username))
    if found is None:
        raise NotFound(f"There is no user {username!r}.")
    return await db.write(_erase, found, then)


async def _erase(tx: Tx, who: register.Credential, then: Then[T]) -> T:
    """Raises `BadCredentials` when the password was changed meanwhile."""
    user_id, name_key = who.account.user_id, usernames.lookup_key(who.account.username)
    if not await register.delete(tx, user_id, who.password_hash, name_key):
        raise BadCredentials
    for room in (audit, resets, phones, emails, factors, invites, sign_ins):
        room.erase(tx, user_id)
    for name in (name_key, factors.limit_name(who.account)):
        allowances.forget(tx, account_key(name))
    return await then(tx, user_id)


async def require_operator(reader: Reader, user_id: int) -> None:
    """Raise `NotFound`, as for what is not there, unless this is the operator."""
    account = await profile(reader, user_id)
    if account is None or not account.operator:
        raise NotFound


async def _user_id(db: Database, username: str) -> int:
    found = await register.by_name(db, usernames.lookup_key(username))
    if found is None:
        raise NotFound(f"There is no user {username!r}.")
    return found.account.user_id
