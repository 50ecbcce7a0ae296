"""Phone numbers over HTTP: proved by a code, which the console shows."""

from __future__ import annotations

import pytest

from tests.http.people import Device, Person, code_from_log, kind, somebody, with_phone
from tests.running import Service


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


@pytest.mark.parametrize("written", ["+351 912 345 601", "351912345601", "00351 912-345-601", "+351(912)345601"])
async def test_a_phone_is_verified_by_its_code_however_it_is_written(
    service: Service, device: Device, written: str
) -> None:
    assert (await device.ask("GET", "/me")).json()["phone"] is None
    await with_phone(device, service, written)
    me = (await device.ask("GET", "/me")).json()
    assert (me["phone"], me["phone_verified"], me["notify"]["created"]) == ("+351912345601", True, True)


async def test_a_number_that_cannot_be_texted_is_422(device: Device) -> None:
    for phone in ("", "1", "912345678901234567", "+35191", "call me", "+351912345601; x", "+1 900 555 0199"):
        answer = await device.ask("POST", "/me/phone", json={"phone": phone})
        assert (phone, *kind(answer)) == (phone, 422, "invalid-value")


async def test_a_code_is_good_for_five_attempts_and_once(service: Service, device: Device) -> None:
    before = len(service.log.read_text())
    await device.ask("POST", "/me/phone", json={"phone": "+351912345602"})
    code = await code_from_log(service, before, "02")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for typed in (wrong, "12345", "abcdef", "", wrong, wrong, wrong, wrong, code):
        answer = await device.ask("POST", "/me/phone/verify", json={"code": typed})
        assert kind(answer) == (422, "invalid-value")
    assert (await device.ask("GET", "/me")).json()["phone_verified"] is False
    await with_phone(device, service, "+351912345602")
    assert kind(await device.ask("POST", "/me/phone/verify", json={"code": code})) == (422, "invalid-value")


async def test_a_newer_code_makes_the_older_void(service: Service, device: Device) -> None:
    codes: list[str] = []
    for _ in range(2):
        before = len(service.log.read_text())
        await device.ask("POST", "/me/phone", json={"phone": "+351912345603"})
        codes.append(await code_from_log(service, before, "03"))
    assert kind(await device.ask("POST", "/me/phone/verify", json={"code": codes[0]})) == (422, "invalid-value")
    assert (await device.ask("POST", "/me/phone/verify", json={"code": codes[1]})).status_code == 204


async def test_five_codes_an_hour_are_sent_at_most(device: Device) -> None:
    answers = [await device.ask("POST", "/me/phone", json={"phone": f"+35191234561{i}"}) for i in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
