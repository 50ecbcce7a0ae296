"""Signing up. Owns the table `operator_seat`, whose one row the very first account takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from recado.accounts import invites, preferences, register, usernames
from recado.accounts.passwords import Passwords
from recado.accounts.register import Account
from recado.accounts.usernames import Username
from recado.db import Database, Tx
from recado.errors import Conflict, Refused

Policy = Literal["open", "invite", "closed"]

_TAKE_SEAT = "INSERT INTO operator_seat (seat, taken_at) VALUES (1, $1) ON CONFLICT DO NOTHING RETURNING seat"


async def sign_up(
    db: Database,
    passwords: Passwords,
    *,
    username: str,
    password: str,
    locale: str = "en",
    time_zone: str = "UTC",
    policy: Policy,
    invite: str | None = None,
    now: int,
    then: Callable[[Tx, int], Awaitable[object]],
) -> Account:
    """Create an account, and what `then(tx, user_id)` adds to it, in one transaction. The first one is the operator.

    With the policy `invite` a code is used up; who creates accounts for others passes `open`. Raises `Refused`,
    `Invalid`, `Conflict` (the name is taken) or `Unavailable`.
    """
    await _may_come(db, policy, invite, now)
    name = usernames.parse(username)
    preferences.check_locale(locale)
    preferences.check_time_zone(time_zone)
    await passwords.check(password, name.shown)
    if await register.by_name(db, name.key) is not None:
        raise _taken(name)
    password_hash = await passwords.hash(password)

    async def store(tx: Tx) -> Account:
        if policy == "invite" and not await invites.use(tx, invite or "", now):
            raise _not_invited()
        operator = bool(await tx.change(_TAKE_SEAT, now))
        user_id = await register.add(
            tx, name, password_hash, operator=operator, locale=locale, time_zone=time_zone, now=now
        )
        if user_id is None:
            raise _taken(name)
        await then(tx, user_id)
        account = await register.profile(tx, user_id)
        if account is None:
            raise AssertionError("the account was just added")
        return account

    return await db.write(store)


async def _may_come(db: Database, policy: Policy, invite: str | None, now: int) -> None:
    if policy == "closed":
        raise Refused("Nobody can sign up here: ask the operator for an account.")
    if policy == "invite" and not (invite and await invites.is_good(db, invite, now)):
        raise _not_invited()


def _not_invited() -> Refused:
    return Refused("Signing up here takes an invitation that is still good: ask the operator for one.")


def _taken(name: Username) -> Conflict:
    return Conflict(f"The user name {name.shown} is taken.")
