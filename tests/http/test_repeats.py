"""Requests that are sent again: `Idempotency-Key`, ids of a client's own, and one effect."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from recado.db.ids import uuid7
from revocable.sessions import microseconds
from tests.http.people import NOBODYS_ID, Device, kind, somebody_on, with_phone
from tests.running import Service


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


def new_id() -> str:
    """A UUIDv7 of a client's own making."""
    return uuid7(microseconds)


async def test_the_same_key_gives_the_same_answer_and_one_todo(device: Device) -> None:
    told_once = {"Idempotency-Key": "a key of ours"}
    answers = [await device.ask("POST", "/todo", json={"title": "once"}, headers=told_once) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.content, answer.headers["location"], answer.headers["etag"]) for answer in answers}) == 1
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 1


async def test_a_key_gives_its_answer_even_when_the_todo_has_changed(device: Device) -> None:
    told_once = {"Idempotency-Key": "k"}
    first = await device.ask("POST", "/todo", json={"title": "once"}, headers=told_once)
    await device.ask("PATCH", first.headers["location"], json={"title": "changed"})
    again = await device.ask("POST", "/todo", json={"title": "once"}, headers=told_once)
    assert (again.status_code, again.content) == (201, first.content)


async def test_a_key_used_for_another_request_is_422(device: Device) -> None:
    told_once = {"Idempotency-Key": "k"}
    todo = (await device.ask("POST", "/todo", json={"title": "once"}, headers=told_once)).json()
    for method, path, body in (
        ("POST", "/todo", {"title": "another"}),
        ("POST", f"/todo/{todo['id']}/restore", None),
    ):
        answer = await device.ask(method, path, json=body, headers=told_once)
        assert kind(answer) == (422, "invalid-value")
    assert len((await device.ask("GET", "/todo?state=all")).json()["items"]) == 1


async def test_a_malformed_key_is_422(device: Device) -> None:
    for key in ("", "k" * 256):
        answer = await device.ask("POST", "/todo", json={"title": "x"}, headers={"Idempotency-Key": key})
        assert kind(answer) == (422, "invalid-value")
    assert (await device.ask("GET", "/todo")).json()["items"] == []


async def test_a_refused_request_leaves_its_key_free(device: Device) -> None:
    told_once = {"Idempotency-Key": "k"}
    assert (await device.ask("POST", "/todo", json={"title": ""}, headers=told_once)).status_code == 422
    refused = await device.ask("POST", "/todo", json={"title": "x", "list_id": NOBODYS_ID}, headers=told_once)
    assert refused.status_code == 404
    assert (await device.ask("POST", "/todo", json={"title": "x"}, headers=told_once)).status_code == 201


async def test_keys_of_two_people_do_not_meet(service: Service, device: Device) -> None:
    other = await somebody_on(service)
    told_once = {"Idempotency-Key": "the same"}
    ids = [
        (await each.ask("POST", "/todo", json={"title": "x"}, headers=told_once)).json()["id"]
        for each in (device, other)
    ]
    assert ids[0] != ids[1]


async def test_a_key_used_many_times_at_once_makes_one_todo_and_one_text(service: Service, device: Device) -> None:
    await with_phone(device, service, "+351912345701")
    told_once = {"Idempotency-Key": "k"}
    requests = [device.ask("POST", "/todo", json={"title": "once"}, headers=told_once) for _ in range(20)]
    answers = await asyncio.gather(*requests)
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert len({answer.content for answer in answers}) == 1
    assert await _texts(device) == 1
    assert len((await device.ask("GET", "/todo")).json()["items"]) == 1


async def test_a_restore_with_a_key_is_answered_once_more_as_it_was(device: Device) -> None:
    place = f"/todo/{(await device.create())['id']}"
    await device.ask("DELETE", place)
    told_once = {"Idempotency-Key": "k"}
    first = await device.ask("POST", f"{place}/restore", headers=told_once)
    await device.ask("PATCH", place, json={"title": "changed"})
    again = await device.ask("POST", f"{place}/restore", headers=told_once)
    assert (again.status_code, again.content) == (200, first.content)


async def test_an_id_of_ones_own_sent_again_gives_the_stored_todo_and_no_second_text(
    service: Service, device: Device
) -> None:
    await with_phone(device, service, "+351912345702")
    own = new_id()
    first = await device.ask("POST", "/todo", json={"title": "first", "id": own})
    again = await device.ask("POST", "/todo", json={"title": "second", "id": own})
    assert [first.status_code, again.status_code] == [201, 201]
    assert (again.json()["id"], again.json()["title"]) == (own, "first")
    assert again.headers["location"] == f"/todo/{own}"
    assert await _texts(device) == 1


async def test_an_id_of_ones_own_sent_many_times_at_once_makes_one_todo(device: Device) -> None:
    own = new_id()
    requests = [device.ask("POST", "/todo", json={"title": str(number), "id": own}) for number in range(20)]
    answers = await asyncio.gather(*requests)
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert len({answer.json()["title"] for answer in answers}) == 1


async def test_somebody_elses_id_is_422_like_any_unusable_one(service: Service, device: Device) -> None:
    theirs = await (await somebody_on(service)).create("theirs")
    answer = await device.ask("POST", "/todo", json={"title": "mine", "id": theirs["id"]})
    assert (kind(answer), answer.json()["errors"][0]["pointer"]) == ((422, "invalid-value"), "/id")
    assert "theirs" not in answer.text
    assert (await device.ask("GET", "/todo?state=all")).json()["items"] == []


async def _texts(device: Device) -> int:
    """How many texts about created to-dos this person got."""
    return sum(item["todo_id"] is not None for item in (await device.ask("GET", "/message")).json()["items"])
