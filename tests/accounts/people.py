"""People with accounts, as the tests of this room need them."""

from __future__ import annotations

import itertools

from argon2 import Parameters, Type

from recado.accounts import accounts, audit
from recado.accounts.accounts import Account, Proven
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.db import Database, Tx

NOW = 1_790_000_000_000_000
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
PASSWORD = "a long walk along the tagus river"
OTHER = "seven green bottles on a shelf"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
QUICK = Parameters(Type.ID, 19, 16, 32, time_cost=1, memory_cost=64, parallelism=1)

_numbers = itertools.count(1)


def quick_passwords(**options: int) -> Passwords:
    """Real Argon2 that takes no time, for tests of what happens around it."""
    return Passwords(parameters=QUICK, **options)


async def nothing(_tx: Tx, _user_id: int) -> None:
    """What joins no other room."""


async def somebody(db: Database, passwords: Passwords, name: str = "ana", now: int = NOW) -> Account:
    """Sign up a new person with a name of their own."""
    return await accounts.sign_up(
        db,
        passwords,
        username=f"{name}.{next(_numbers)}",
        password=PASSWORD,
        policy="open",
        now=now,
        then=nothing,
    )


async def sign_in(
    db: Database,
    passwords: Passwords,
    limits: Limits,
    username: str,
    password: str = PASSWORD,
    *,
    address: str = HOME,
    now: int = NOW,
) -> Proven:
    """Prove a password and note the sign-in, as the service does when it opens a session."""
    proven = await accounts.authenticate(db, passwords, limits, username, password, address=address, now=now)

    async def opened(tx: Tx) -> None:
        await accounts.still_valid(tx, proven)
        audit.put(tx, audit.new(proven.account.user_id, now, "login", session_id="s1", address=address))

    await db.write(opened)
    return proven


async def kinds(db: Database, user_id: int) -> list[str]:
    """The kinds of a user's security events, oldest first, but for sign-ins that worked."""
    events = await audit.page(db, user_id, 1000)
    return [kind for _, kind in sorted((event.at, event.kind) for event in events) if kind != "login"]
