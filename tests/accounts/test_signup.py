"""Signing up: who may, who is the operator, and that a name belongs to one person."""

from __future__ import annotations

import asyncio

import pytest

from recado.accounts import accounts, invites
from recado.accounts.accounts import Account, Notify
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.signup import Policy
from recado.db import Database, Tx
from recado.errors import Conflict, Invalid, Refused
from tests.accounts.people import DAY, HOME, NOW, PASSWORD, nothing, somebody


async def sign_up(
    db: Database, passwords: Passwords, username: str, policy: Policy = "open", invite: str | None = None
) -> Account:
    return await accounts.sign_up(
        db, passwords, username=username, password=PASSWORD, policy=policy, invite=invite, now=NOW, then=nothing
    )


async def test_a_new_account_has_modest_settings(db: Database, passwords: Passwords) -> None:
    ana = await sign_up(db, passwords, "Ana")
    assert ana == Account(
        user_id=ana.user_id,
        username="Ana",
        operator=True,
        phone=None,
        phone_verified=False,
        locale="en",
        time_zone="UTC",
        notify=Notify(created=False, assigned=True, reminders=True, security=True),
        quiet_hours=None,
        created_at=NOW,
        signed_in_at=None,
        disabled=False,
        email=None,
        email_verified=False,
        ntfy=None,
        channels=("sms", "email", "ntfy"),
        digest=None,
    )
    assert await accounts.profile(db, ana.user_id) == ana
    assert await accounts.profile(db, ana.user_id + 1) is None


async def test_of_many_who_come_first_one_is_the_operator(db: Database, passwords: Passwords) -> None:
    people = await asyncio.gather(*(sign_up(db, passwords, f"ana.{number}") for number in range(12)))
    assert sum(person.operator for person in people) == 1
    assert await accounts.count(db) == 12
    assert await accounts.listing(db) == sorted(people, key=lambda person: person.user_id)


async def test_a_first_account_that_fails_leaves_the_seat_free(db: Database, passwords: Passwords) -> None:
    async def fail(_tx: Tx, _user_id: int) -> None:
        raise Refused("no")

    with pytest.raises(Refused):
        await accounts.sign_up(db, passwords, username="eve", password=PASSWORD, policy="open", now=NOW, then=fail)
    assert await accounts.count(db) == 0
    assert (await sign_up(db, passwords, "eve")).operator


async def test_a_name_is_given_to_one_of_many_who_want_it(db: Database, passwords: Passwords) -> None:
    names = ["Ana", "ana", "ANA", "ａｎａ"] * 3
    results = await asyncio.gather(*(sign_up(db, passwords, name) for name in names), return_exceptions=True)
    assert sum(isinstance(result, Account) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 11
    assert await accounts.count(db) == 1


async def test_what_joins_the_sign_up_is_stored_with_it(db: Database, passwords: Passwords) -> None:
    await db.change("CREATE TABLE joined (user_id BIGINT NOT NULL)")

    async def join(tx: Tx, user_id: int) -> None:
        tx.put("INSERT INTO joined (user_id) VALUES ($1)", user_id)

    ana = await accounts.sign_up(db, passwords, username="ana", password=PASSWORD, policy="open", now=NOW, then=join)
    assert [tuple(row) for row in await db.all("SELECT user_id FROM joined")] == [(ana.user_id,)]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("username", "ana souza"),
        ("password", "short"),
        ("locale", "pt"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Europe"),
        ("time_zone", "europe/lisbon"),
        ("time_zone", "Europe/Lis\0bon"),
        ("time_zone", "posix/UTC"),
    ],
)
async def test_a_wrong_member_is_named(db: Database, passwords: Passwords, member: str, value: str) -> None:
    members = {"username": "ana", "password": PASSWORD} | {member: value}
    with pytest.raises(Invalid) as refused:
        await accounts.sign_up(db, passwords, **members, policy="open", now=NOW, then=nothing)
    assert refused.value.pointer == f"/{member}"
    assert await accounts.count(db) == 0


async def test_where_sign_up_is_closed_nobody_comes_in(db: Database, passwords: Passwords) -> None:
    invite = await invites.create(db, 0, NOW)
    with pytest.raises(Refused):
        await sign_up(db, passwords, "ana", "closed", invite)


async def test_an_invitation_lets_one_person_in(db: Database, passwords: Passwords) -> None:
    invite = await invites.create(db, 0, NOW)
    results = await asyncio.gather(
        *(sign_up(db, passwords, f"ana.{number}", "invite", invite) for number in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, Account) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 7
    for bad in (invite, "", None, "made up"):
        with pytest.raises(Refused):
            await sign_up(db, passwords, "late", "invite", bad)


async def test_an_invitation_survives_a_name_that_is_taken(db: Database, passwords: Passwords) -> None:
    await sign_up(db, passwords, "ana")
    invite = await invites.create(db, 0, NOW)
    with pytest.raises(Conflict):
        await sign_up(db, passwords, "ana", "invite", invite)
    await sign_up(db, passwords, "maria", "invite", invite)


async def test_an_invitation_ends_after_a_week_and_is_not_stored_readably(db: Database, passwords: Passwords) -> None:
    invite = await invites.create(db, 0, NOW)
    assert await invites.is_good(db, invite, NOW + 7 * DAY - 1)
    assert not await invites.is_good(db, invite, NOW + 7 * DAY)
    assert invite not in str([tuple(row) for row in await db.all("SELECT code_hash FROM invite")])


async def test_a_user_id_is_never_given_out_twice(db: Database, passwords: Passwords, limits: Limits) -> None:
    ana = await somebody(db, passwords)
    await accounts.delete(db, passwords, limits, ana.user_id, password=PASSWORD, address=HOME, now=NOW, then=nothing)
    again = await sign_up(db, passwords, ana.username)
    assert again.user_id > ana.user_id
    assert not again.operator
