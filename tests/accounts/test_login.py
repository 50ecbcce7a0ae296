"""Signing in: what proves who one is, what does not, and how many failures are allowed."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from argon2 import Parameters, Type

from recado.accounts import accounts, audit, register
from recado.accounts.allowances import Rate
from recado.accounts.limits import Limits, Rules
from recado.accounts.passwords import Passwords
from recado.db import Database, Tx
from recado.errors import BadCredentials, TooMany, Unavailable
from tests.accounts.people import (
    DAY,
    ELSEWHERE,
    HOME,
    MINUTE,
    NOW,
    OTHER,
    PASSWORD,
    kinds,
    nothing,
    quick_passwords,
    sign_in,
    somebody,
)

WRONG = "not the password of anybody"


async def attempts(
    db: Database, passwords: Passwords, limits: Limits, number: int, *credentials: str, **where: str
) -> Counter[str]:
    """Try at the same moment and count what became of it."""
    results = await asyncio.gather(
        *(sign_in(db, passwords, limits, *credentials, **where) for _ in range(number)), return_exceptions=True
    )
    return Counter(type(result).__name__ for result in results)


async def test_name_and_password_prove_an_account_however_the_name_is_written(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords, "Ána")
    proven = await sign_in(db, passwords, limits, ana.username.upper().replace("Á", "A\u0301"))
    assert proven.account.user_id == ana.user_id
    assert (await accounts.profile(db, ana.user_id)).signed_in_at == NOW
    assert PASSWORD not in repr(proven)
    assert "argon2" not in repr(proven)


@pytest.mark.parametrize("name", ["nobody", "", "an\0a", "\ud800", "x" * 5000, "ana\r\nroot"])
async def test_a_name_that_nobody_has_looks_like_a_wrong_password(
    db: Database, passwords: Passwords, limits: Limits, name: str
) -> None:
    ana = await somebody(db, passwords)
    errors: list[BadCredentials] = []
    for username in (ana.username, name):
        with pytest.raises(BadCredentials) as refused:
            await sign_in(db, passwords, limits, username, WRONG)
        errors.append(refused.value)
    assert str(errors[0]) == str(errors[1])
    assert await kinds(db, ana.user_id) == await kinds(db, audit.NOBODY) == ["login_failed"]


async def test_known_and_unknown_names_run_into_the_same_limit(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    outcomes = [
        [
            str(error)
            for _ in range(7)
            for error in await asyncio.gather(
                sign_in(db, passwords, limits, name, WRONG, address=ELSEWHERE), return_exceptions=True
            )
        ]
        for name in (ana.username, "nobody")
    ]
    assert outcomes[0] == outcomes[1]
    assert len(set(outcomes[0])) == 2


async def test_a_disabled_account_looks_like_a_wrong_password(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    await accounts.disable(db, ana.username, now=NOW, then=nothing)
    with pytest.raises(BadCredentials):
        await sign_in(db, passwords, limits, ana.username, now=NOW + MINUTE)
    await accounts.enable(db, ana.username, now=NOW + 2 * MINUTE)
    await sign_in(db, passwords, limits, ana.username)
    assert await kinds(db, ana.user_id) == ["disabled", "login_failed", "enabled"]


async def test_a_hundred_parallel_guesses_get_no_further_than_five(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    limits = Limits()
    outcome = await attempts(db, passwords, limits, 100, ana.username, WRONG)
    assert outcome == {"BadCredentials": 5, "TooMany": 95}
    with pytest.raises(TooMany) as refused:
        await sign_in(db, passwords, limits, ana.username, PASSWORD)
    assert refused.value.retry_after == 180
    await sign_in(db, passwords, limits, ana.username, PASSWORD, now=NOW + 3 * MINUTE)


async def test_two_processes_share_the_limit_of_an_account(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    outcomes = await asyncio.gather(
        *(attempts(db, passwords, Limits(), 30, ana.username, WRONG, address=HOME) for _ in range(2))
    )
    assert outcomes[0] + outcomes[1] == {"BadCredentials": 5, "TooMany": 55}


async def test_right_passwords_are_never_in_each_others_way(db: Database, passwords: Passwords) -> None:
    ana, limits = await somebody(db, passwords), Limits()
    assert await attempts(db, passwords, limits, 60, ana.username, PASSWORD) == {"Proven": 60}
    many = [await somebody(db, passwords) for _ in range(60)]
    await asyncio.gather(*(sign_in(db, passwords, limits, one.username, address=ELSEWHERE) for one in many))


async def test_a_right_password_wipes_the_failures_from_that_address_away(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    for _ in range(3):
        assert await attempts(db, passwords, limits, 4, ana.username, WRONG) == {"BadCredentials": 4}
        await sign_in(db, passwords, limits, ana.username)


async def test_guesses_from_everywhere_leave_the_known_device_alone(db: Database, passwords: Passwords) -> None:
    ana, limits = await somebody(db, passwords), Limits()
    await sign_in(db, passwords, limits, ana.username, address=HOME)
    outcome: Counter[str] = Counter()
    for number in range(10):
        outcome += await attempts(db, passwords, limits, 4, ana.username, WRONG, address=f"203.0.113.{number}")
    assert outcome == {"BadCredentials": 20, "TooMany": 20}
    with pytest.raises(TooMany):
        await sign_in(db, passwords, limits, ana.username, PASSWORD, address="203.0.113.77")
    await sign_in(db, passwords, limits, ana.username, PASSWORD, address=HOME)


async def test_a_device_is_known_by_its_ipv6_network_and_for_90_days(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    await sign_in(db, passwords, Limits(), ana.username, address="2001:db8:1:2:aaaa::1")
    inside, outside = "2001:db8:1:2:bbbb::2", "2001:db8:1:3::1"
    assert await audit.signed_in_from(db, ana.user_id, inside, NOW + 89 * DAY)
    assert not await audit.signed_in_from(db, ana.user_id, inside, NOW + 91 * DAY)
    assert not await audit.signed_in_from(db, ana.user_id, outside, NOW)


async def test_one_address_cannot_try_a_password_on_every_name(db: Database, passwords: Passwords) -> None:
    ana, limits = await somebody(db, passwords), Limits()
    names = [f"guess.{number}" for number in range(130)]
    results = await asyncio.gather(
        *(sign_in(db, passwords, limits, name, WRONG, address=ELSEWHERE) for name in names), return_exceptions=True
    )
    assert Counter(type(result).__name__ for result in results) == {"BadCredentials": 100, "TooMany": 30}
    with pytest.raises(TooMany) as refused:
        await sign_in(db, passwords, limits, ana.username, PASSWORD, address=ELSEWHERE)
    assert 1 <= refused.value.retry_after <= 900
    await sign_in(db, passwords, limits, ana.username, PASSWORD, address=HOME)


async def test_a_full_queue_is_no_failure(db: Database, passwords: Passwords, limits: Limits) -> None:
    ana = await somebody(db, passwords)
    slow = Parameters(Type.ID, 19, 16, 32, time_cost=40, memory_cost=32 * 1024, parallelism=1)
    full = Passwords(threads=1, queue=0, parameters=slow)
    holding = asyncio.create_task(full.hash(PASSWORD))
    await asyncio.sleep(0)
    for _ in range(8):
        with pytest.raises(Unavailable):
            await sign_in(db, full, limits, ana.username)
    assert not holding.done()
    await holding
    await sign_in(db, passwords, limits, ana.username)
    assert await kinds(db, ana.user_id) == []


async def test_many_at_one_door_are_sent_away_instead_of_piling_up(db: Database) -> None:
    slow = Passwords(threads=1)
    outcome = await attempts(db, slow, Limits(), 200, "nobody", WRONG, address=HOME)
    assert outcome["Unavailable"] > 0
    assert outcome["BadCredentials"] == 5


async def test_a_password_is_hashed_again_when_the_parameters_have_risen(db: Database, limits: Limits) -> None:
    old = quick_passwords()
    ana = await somebody(db, old)
    strong = Passwords()
    proven = await sign_in(db, strong, limits, ana.username)
    assert not strong.needs_rehash(proven.password_hash)
    assert await register.by_id(db, ana.user_id) == register.Credential(
        await accounts.profile(db, ana.user_id), proven.password_hash
    )
    await sign_in(db, strong, limits, ana.username)


async def test_a_session_does_not_open_when_the_password_has_changed_meanwhile(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    proven = await accounts.authenticate(db, passwords, limits, ana.username, PASSWORD, address=HOME, now=NOW)
    await accounts.change_password(
        db, passwords, limits, ana.user_id, current=PASSWORD, new=OTHER, address=HOME, now=NOW, then=nothing
    )
    with pytest.raises(BadCredentials):
        await db.write(accounts.still_valid, proven)
    with pytest.raises(BadCredentials):
        await sign_in(db, passwords, limits, ana.username, PASSWORD)
    await sign_in(db, passwords, limits, ana.username, OTHER)


async def test_no_session_slips_past_a_new_password_in_the_same_moment(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    await db.change("CREATE TABLE opened (user_id BIGINT NOT NULL, number BIGINT NOT NULL)")

    async def open_one(tx: Tx, proven: accounts.Proven, number: int) -> None:
        await accounts.still_valid(tx, proven)
        for _ in range(5):
            await tx.one("SELECT user_id FROM opened LIMIT 1")
        await tx.change("INSERT INTO opened (user_id, number) VALUES ($1, $2)", proven.account.user_id, number)

    async def end_all(tx: Tx, user_id: int) -> None:
        await tx.change("DELETE FROM opened WHERE user_id = $1", user_id)

    for number in range(15):
        ana = await somebody(db, passwords)
        proven = await accounts.authenticate(db, passwords, limits, ana.username, PASSWORD, address=HOME, now=NOW)
        change = accounts.change_password(
            db, passwords, limits, ana.user_id, current=PASSWORD, new=OTHER, address=HOME, now=NOW, then=end_all
        )
        changing = asyncio.create_task(change)
        while not changing.done():
            await asyncio.gather(*(db.write(open_one, proven, number) for _ in range(2)), return_exceptions=True)
        await changing
        assert await db.all("SELECT number FROM opened WHERE user_id = $1", ana.user_id) == []


async def test_rules_can_be_set(db: Database, passwords: Passwords) -> None:
    limits = Limits(rules=Rules(pair=Rate(1, 60)))
    assert await attempts(db, passwords, limits, 3, "nobody", WRONG) == {"BadCredentials": 1, "TooMany": 2}
