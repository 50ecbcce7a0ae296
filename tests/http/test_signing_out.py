"""Signing out over HTTP, by any token of the session, however it comes."""

from __future__ import annotations

import pytest

from tests.http import stored
from tests.http.people import SAME_ORIGIN, Device, Person, kind, somebody
from tests.running import Service


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("place", ["header", "body", "cookie"])
async def test_signing_out_takes_either_token_from_header_body_or_cookie(
    ana: Person, device: Device, name: str, place: str
) -> None:
    other, token = await ana.device(), device.tokens[name]
    answer = await _sign_out(device, place, name, token)
    assert (answer.status_code, answer.json()) == (200, "Successfully logged out")
    assert answer.headers["clear-site-data"] == '"cache"'
    cleared = answer.headers.get_list("set-cookie")
    assert len(cleared) == 3
    assert all("Max-Age=0" in line for line in cleared)
    assert [await device.status(), await other.status()] == [401, 200]
    assert (await device.refresh()).status_code == 401


@pytest.mark.parametrize("place", ["header", "body", "cookie"])
async def test_signing_out_of_a_session_that_has_ended_is_200_too(ana: Person, device: Device, place: str) -> None:
    assert (await device.ask("POST", "/logout")).status_code == 200
    for name in ("access_token", "refresh_token"):
        assert (await _sign_out(device, place, name, device.tokens[name])).status_code == 200


async def test_only_a_session_that_was_alive_leaves_a_sign_out_behind(service: Service, ana: Person) -> None:
    device = await ana.device()
    for _ in range(3):
        await device.ask("POST", "/logout")
    assert (await stored.events(service, ana.user_id)).count("logout") == 1


async def test_signing_out_with_anything_else_is_401(device: Device) -> None:
    post = device.client.post
    assert kind(await post("/logout")) == (401, "token-missing")
    assert kind(await post("/logout", json={})) == (401, "token-missing")
    assert kind(await post("/logout", json={"refresh_token": "a.b.c"})) == (401, "token-invalid")
    assert kind(await post("/logout", headers={"Authorization": "Bearer nonsense"})) == (401, "token-invalid")
    assert await device.status() == 200


async def _sign_out(device: Device, place: str, name: str, token: str):
    post = device.client.post
    if place == "header":
        return await post("/logout", headers={"Authorization": f"Bearer {token}"})
    if place == "body":
        return await post("/logout", json={name: token})
    return await post("/logout", headers={"Cookie": f"recado_{name.removesuffix('_token')}={token}", **SAME_ORIGIN})
