"""Limits on signing in: failures only, with a way in for the person themselves; and no way to tell who exists."""

from __future__ import annotations

import asyncio

import pytest

from tests.http.people import PASSWORD, Person, kind, somebody, told, visitor
from tests.running import Service

WRONG = {"password": "not the password at all"}


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


async def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(service: Service, ana: Person) -> None:
    client = visitor(service)
    wrong = await client.post("/login", json=ana.credentials | WRONG)
    for name in ("nobody." + ana.username, "not a name", "", "a" * 500, "\u202e"):
        unknown = await client.post("/login", json={"username": name, **WRONG})
        assert told(unknown) == told(wrong)


async def test_they_reach_the_limit_alike(service: Service, ana: Person) -> None:
    for username in (ana.username, "nobody." + ana.username):
        client = visitor(service)
        answers = [await client.post("/login", json={"username": username, **WRONG}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 15 * 60
        assert kind(answers[-1]) == (429, "too-many-attempts")


async def test_right_passwords_never_count(service: Service, ana: Person) -> None:
    client = visitor(service)
    for _ in range(4):
        assert (await client.post("/login", json=ana.credentials | WRONG)).status_code == 401
        assert (await client.post("/login", json=ana.credentials)).status_code == 200


async def test_at_the_limit_the_right_password_is_refused_too_but_only_from_that_address(
    service: Service, ana: Person
) -> None:
    attacker = visitor(service)
    for _ in range(5):
        await attacker.post("/login", json=ana.credentials | WRONG)
    assert (await attacker.post("/login", json=ana.credentials)).status_code == 429
    assert (await visitor(service).post("/login", json=ana.credentials)).status_code == 200


async def test_parallel_guesses_get_no_further_than_guesses_in_a_row(service: Service, ana: Person) -> None:
    client = visitor(service)
    answers = await asyncio.gather(*(client.post("/login", json=ana.credentials | WRONG) for _ in range(30)))
    assert [answer.status_code for answer in answers].count(401) == 5
    assert {answer.status_code for answer in answers} == {401, 429}


async def test_guesses_from_many_addresses_are_stopped_and_a_known_device_still_gets_in(
    service: Service, ana: Person
) -> None:
    known = await ana.device()
    attackers = [visitor(service) for _ in range(24)]
    answers = [await attacker.post("/login", json=ana.credentials | WRONG) for attacker in attackers]
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) <= 21
    assert statuses[-1] == 429
    assert (await visitor(service).post("/login", json=ana.credentials)).status_code == 429
    assert (await known.client.post("/login", json=ana.credentials)).status_code == 200
    assert await known.status() == 200


async def test_an_address_cannot_be_forged_to_get_round_the_limit(service: Service, ana: Person) -> None:
    client = visitor(service)
    statuses = [
        (
            await client.post(
                "/login",
                json=ana.credentials | WRONG,
                headers={
                    "X-Forwarded-For": f"203.0.113.{i}",
                    "Forwarded": f"for=203.0.113.{i}",
                    "X-Real-IP": f"10.0.0.{i}",
                },
            )
        ).status_code
        for i in range(6)
    ]
    assert statuses == [401] * 5 + [429]


async def test_a_name_in_another_spelling_is_the_same_account(service: Service, ana: Person) -> None:
    client = visitor(service)
    spellings = [ana.username, ana.username.upper(), ana.username.title()] * 2
    statuses = [(await client.post("/login", json={"username": name, **WRONG})).status_code for name in spellings]
    assert statuses == [401] * 5 + [429]


async def test_nobody_is_locked_out_of_what_they_are_signed_in_to(service: Service, ana: Person) -> None:
    device = await ana.device()
    for _ in range(6):
        await device.client.post("/login", json={"username": ana.username, **WRONG})
    assert await device.status() == 200
    assert (await device.refresh()).status_code == 201
    assert PASSWORD not in ana.service.log.read_text()
