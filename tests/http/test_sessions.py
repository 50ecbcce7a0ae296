"""Sessions over HTTP: listing and ending devices, refreshing. Cookies are in `test_cookies.py`."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.http import stored
from tests.http.people import NOBODYS_ID, Device, Person, kind, somebody, visitor
from tests.running import Service


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


async def test_a_listed_session_says_which_device_it_is_since_when_and_until_when(
    service: Service, ana: Person
) -> None:
    client = visitor(service, headers={"User-Agent": "a program/1.0"})
    tokens = (await client.post("/login", json={**ana.credentials, "device": "my phone"})).json()
    page = (await Device(client, tokens).ask("GET", "/session")).json()
    (row,) = page["items"]
    assert page["next"] is None
    assert (row["id"], row["kind"], row["device"], row["user_agent"], row["current"], row["scopes"]) == (
        *(tokens["session_id"], "app", "my phone", "a program/1.0"),
        *(True, []),
    )
    assert row["ip"].startswith("127.")
    assert row["created_at"] <= row["last_seen_at"] < row["expires_at"]


@pytest.mark.parametrize(("agent", "kind_of_session"), [("recado-cli/0.1", "cli"), ("curl/8", "app"), ("", "app")])
async def test_a_session_has_the_kind_of_its_program(
    service: Service, ana: Person, agent: str, kind_of_session: str
) -> None:
    client = visitor(service, headers={"User-Agent": agent})
    device = Device(client, (await client.post("/login", json=ana.credentials)).json())
    assert (await device.ask("GET", "/session")).json()["items"][0]["kind"] == kind_of_session


async def test_sessions_are_listed_newest_first_and_only_live_ones(ana: Person) -> None:
    first, second, third = [await ana.device(name) for name in ("first", "second", "third")]
    await third.ask("DELETE", f"/session/{second.session_id}")
    listed = (await first.ask("GET", "/session")).json()["items"]
    assert [row["device"] for row in listed] == ["third", "first"]


async def test_a_page_in_a_browser_is_of_kind_browser(ana: Person) -> None:
    page = await ana.browser()
    (row,) = (await page.get("/session")).json()["items"]
    assert (row["kind"], row["current"]) == ("browser", True)


async def test_ending_the_others_keeps_this_one(ana: Person) -> None:
    here, *others = [await ana.device() for _ in range(3)]
    assert (await here.ask("DELETE", "/session")).status_code == 204
    assert await here.status() == 200
    assert [kind(await other.ask("GET", "/me")) for other in others] == [(401, "session-ended")] * 2
    assert [kind(await other.refresh()) for other in others] == [(401, "session-ended")] * 2


async def test_ending_all_ends_this_one_too(ana: Person) -> None:
    here, other = await ana.device(), await ana.device()
    assert (await here.ask("DELETE", "/session?current=true")).status_code == 204
    assert [await here.status(), await other.status()] == [401, 401]


@pytest.mark.parametrize(
    "query", ["current=false", "current=", "current=1", "current=TRUE", "current=true&current=true"]
)
async def test_only_true_takes_this_one_too(device: Device, query: str) -> None:
    answer = await device.ask("DELETE", f"/session?{query}")
    assert answer.status_code == (204 if query == "current=false" else 422)
    assert await device.status() == 200


async def test_a_device_can_end_itself(device: Device) -> None:
    assert (await device.ask("DELETE", f"/session/{device.session_id}")).status_code == 204
    assert await device.status() == 401


async def test_an_ended_session_cannot_be_ended_again(ana: Person) -> None:
    here, other = await ana.device(), await ana.device()
    assert (await here.ask("DELETE", f"/session/{other.session_id}")).status_code == 204
    assert kind(await here.ask("DELETE", f"/session/{other.session_id}")) == (404, "not-found")


async def test_somebody_elses_session_is_404_as_if_it_were_not_there_and_lives_on(
    service: Service, device: Device
) -> None:
    other = await (await somebody(service)).device()
    answers = [await device.ask("DELETE", f"/session/{id_}") for id_ in (other.session_id, NOBODYS_ID)]
    assert [kind(answer) for answer in answers] == [(404, "not-found")] * 2
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert await other.status() == 200


@pytest.mark.parametrize("id_", ["x", "1", NOBODYS_ID.upper(), NOBODYS_ID.replace("-", ""), "%00", "%2e%2e"])
async def test_a_malformed_session_id_is_404(device: Device, id_: str) -> None:
    assert (await device.ask("DELETE", f"/session/{id_}")).status_code == 404


async def test_every_login_makes_a_new_session(ana: Person) -> None:
    assert len({(await ana.device()).session_id for _ in range(3)}) == 3


async def test_ending_from_elsewhere_is_seen_by_every_process_on_the_next_request(ana: Person) -> None:
    here = await ana.device()
    accepted = 0
    for _ in range(8):
        other = await ana.device()
        assert await other.status() == 200
        assert (await here.ask("DELETE", f"/session/{other.session_id}")).status_code == 204
        accepted += [await other.status() for _ in range(3)].count(200)
        tries = await asyncio.gather(*(other.status() for _ in range(20)))
        accepted += tries.count(200)
    assert accepted == 0


async def test_a_hundred_refreshes_of_one_token_at_once_get_one_successor(service: Service, device: Device) -> None:
    token = {"refresh_token": device.tokens["refresh_token"]}
    answers = await asyncio.gather(*(device.client.post("/token/refresh", json=token) for _ in range(100)))
    assert Counter(answer.status_code for answer in answers) == {201: 100}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len({answer.json()["access_token"] for answer in answers}) == 100
    assert await _generation(service, device) == (1, None)
    device.tokens = answers[0].json()
    assert await device.status() == 200


async def test_signing_out_wins_against_refreshes_at_the_same_time(ana: Person) -> None:
    for _ in range(8):
        device = await ana.device()
        token = {"refresh_token": device.tokens["refresh_token"]}
        refreshes = [device.client.post("/token/refresh", json=token) for _ in range(4)]
        answers = await asyncio.gather(*refreshes, device.ask("POST", "/logout"))
        assert answers[-1].status_code == 200
        got = [Device(device.client, answer.json()) for answer in answers if answer.status_code == 201]
        assert [await each.status() for each in [device, *got]] == [401] * (1 + len(got))
        assert {(await each.refresh()).status_code for each in [device, *got]} == {401}


async def test_a_token_two_generations_old_is_401_ends_the_session_and_leaves_an_event(
    service: Service, ana: Person, device: Device
) -> None:
    old = device.tokens["refresh_token"]
    await device.refresh()
    await device.refresh()
    answer = await device.client.post("/token/refresh", json={"refresh_token": old})
    assert kind(answer) == (401, "session-ended")
    assert "set-cookie" not in answer.headers
    assert kind(await device.ask("GET", "/me")) == (401, "session-ended")
    found = await stored.rows(
        service, "SELECT session_id, address FROM security_event WHERE user_id = $1 AND kind = 'reuse'", ana.user_id
    )
    assert [(session, address[:4]) for session, address in found] == [(device.session_id, "127.")]


async def test_the_direct_predecessor_gets_the_same_successor_byte_for_byte(device: Device) -> None:
    before = device.tokens
    await device.refresh()
    after = device.tokens["refresh_token"]
    for _ in range(3):
        again = await device.client.post("/token/refresh", json={"refresh_token": before["refresh_token"]})
        assert (again.status_code, again.json()["refresh_token"]) == (201, after)
        assert await Device(device.client, again.json()).status() == 200


async def test_a_refresh_wants_a_token_in_its_body_or_no_body_at_all(device: Device) -> None:
    post, told = device.client.post, {"Content-Type": "application/json"}
    assert kind(await post("/token/refresh", content=b"{}", headers=told)) == (422, "invalid-value")
    assert kind(await post("/token/refresh")) == (401, "token-missing")
    assert kind(await post("/token/refresh", content=b"", headers=told)) == (401, "token-missing")
    assert kind(await post("/token/refresh", json={"refresh_token": ""})) == (401, "token-missing")
    assert kind(await post("/token/refresh", json={"refresh_token": None})) == (422, "invalid-value")
    assert kind(await device.ask("POST", "/token/refresh")) == (401, "token-missing")


async def test_refreshing_moves_no_absolute_end(service: Service, device: Device) -> None:
    expires = "SELECT expires_at FROM session WHERE sid = $1"
    before = await stored.rows(service, expires, device.session_id)
    await device.refresh()
    assert await stored.rows(service, expires, device.session_id) == before


async def test_a_bearer_header_wins_over_cookies(service: Service, ana: Person) -> None:
    rui = await somebody(service, "rui")
    page, device = await ana.browser(), await rui.device()
    told = {"Authorization": f"Bearer {device.tokens['access_token']}"}
    assert (await page.get("/me", headers=told)).json()["username"] == rui.username
    assert kind(await page.get("/me", headers={"Authorization": "Bearer x"})) == (401, "token-invalid")
    assert (await page.post("/logout", headers=told)).status_code == 200
    assert await device.status() == 401


async def test_signing_in_and_out_refusals_and_ends_leave_events(service: Service, ana: Person) -> None:
    first, second, third = [await ana.device() for _ in range(3)]
    await visitor(service).post("/login", json=ana.credentials | {"password": "wrong"})
    await first.ask("DELETE", f"/session/{second.session_id}")
    await first.ask("DELETE", "/session")
    await first.ask("POST", "/logout")
    counted = Counter(await stored.events(service, ana.user_id))
    assert counted == {"login": 3, "login_failed": 1, "session_ended": 2, "logout": 1}
    assert await third.status() == 401


async def _generation(service: Service, device: Device) -> tuple[int, int | None]:
    ((gen, revoked_at),) = await stored.rows(
        service, "SELECT gen, revoked_at FROM session WHERE sid = $1", device.session_id
    )
    return gen, revoked_at
