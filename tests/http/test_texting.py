"""Commands by text, from the phone to the to-do and back."""

from __future__ import annotations

import itertools

import pytest

from tests.http.conftest import Texted
from tests.http.people import Device, somebody, somebody_on, wait_for

_numbers = itertools.count(100)


def a_number() -> str:
    """A number that nobody else has."""
    return f"+351912{next(_numbers):06}"


async def texter(texted: Texted, name: str = "ana", locale: str = "en") -> tuple[Device, str]:
    """Somebody with a verified number, and it; they get no text about what they create themselves."""
    device, phone = await somebody_on(texted.service, name), a_number()
    await texted.with_phone(device, phone)
    settings = {"locale": locale, "notify": {"created": False}, "time_zone": "Europe/Lisbon"}
    assert (await device.ask("PATCH", "/me", json=settings)).status_code == 200
    return device, phone


async def test_a_text_becomes_a_todo_is_listed_done_and_taken_back(texted: Texted) -> None:
    device, phone = await texter(texted)
    assert await texted.ask(phone, "buy bread") == "Added 1: buy bread"
    assert await texted.ask(phone, "LIST") == "1 buy bread"
    assert await texted.ask(phone, " done  1 ") == "Done: buy bread"
    assert (await device.ask("GET", "/todo")).json()["items"] == []
    assert await texted.ask(phone, "undo") == "Taken back: buy bread"
    assert [item["title"] for item in (await device.ask("GET", "/todo")).json()["items"]] == ["buy bread"]
