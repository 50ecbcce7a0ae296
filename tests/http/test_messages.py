"""Text messages over HTTP: what became of them, and trying a failed one again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.http.conftest import Carried
from tests.http.people import NOBODYS_ID, Device, kind, pages, somebody_on, told, wait_for, with_phone
from tests.running import Service


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


async def test_messages_show_what_was_sent_but_no_number_and_no_code(service: Service, device: Device) -> None:
    await with_phone(device, service, "+351912345604")
    (message,) = (await device.ask("GET", "/message")).json()["items"]
    assert message["to"] == "+35********04"
    assert not re.search(r"\d{6}", message["text"])
    retried = await device.ask("POST", f"/message/{message['id']}/retry")
    assert kind(retried) == (409, "conflict")


async def test_other_peoples_messages_are_404_exactly_as_if_they_were_not_there(
    service: Service, device: Device
) -> None:
    other = await somebody_on(service)
    await with_phone(other, service, "+351912345703")
    (theirs,) = (await other.ask("GET", "/message")).json()["items"]
    answers = [told(await device.ask("POST", f"/message/{id_}/retry")) for id_ in (theirs["id"], NOBODYS_ID)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert (await device.ask("GET", "/message")).json()["items"] == []


async def test_messages_come_in_pages_newest_first(service: Service, device: Device) -> None:
    await with_phone(device, service, "+351912345705")
    for number in range(4):
        await device.create(str(number))
    paged = await pages(device, "/message", 2)
    assert len(paged) == 5
    assert [item["id"] for item in paged] == sorted((item["id"] for item in paged), reverse=True)
    assert kind(await device.ask("POST", f"/message/{paged[0]['id']}/retry")) == (409, "conflict")


async def test_a_text_that_failed_says_why_and_goes_out_when_it_is_tried_again(carried: Carried) -> None:
    device = await somebody_on(carried.service)
    carried.vonage.script()
    await carried.verify(device, "+351912000011")
    carried.vonage.script(always="422")
    todo = await device.create()
    failed = await _settled(device, todo["id"], "failed")
    assert failed["error"]
    (message, _) = (await device.ask("GET", "/message")).json()["items"]
    assert (message["todo_id"], message["state"], message["error"]) == (todo["id"], "failed", failed["error"])
    carried.vonage.script()
    told_once = {"Idempotency-Key": "again"}
    answers = [await device.ask("POST", f"/message/{message['id']}/retry", headers=told_once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert (answers[0].json()["state"], answers[0].json()["error"]) == ("queued", None)
    assert await _settled(device, todo["id"], "sent") == {"state": "sent", "error": None}
    again = await device.ask("POST", f"/message/{message['id']}/retry")
    assert kind(again) == (409, "conflict")


async def _settled(device: Device, todo_id: str, state: str) -> dict[str, Any]:
    """Wait until the text about a to-do is in this state; return what the to-do tells of it."""
    found: list[dict[str, Any]] = []

    async def reached() -> bool:
        found.append((await device.ask("GET", f"/todo/{todo_id}")).json()["message"])
        return found[-1]["state"] == state

    await wait_for(reached)
    return found[-1]
