"""Access tokens for scripts: which routes each scope opens, how they are made, listed and ended."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from recado.http.routes import ROUTES
from tests.http import stored
from tests.http.conformance import CONTRACT
from tests.http.people import NOBODYS_ID, OTHER_PASSWORD, PASSWORD, Device, Person, kind, somebody, visitor
from tests.running import Service

DAY = 24 * 3600
NOBODY = None
"""The scope that no access token has: such a route is for the person alone."""
OPEN = "open"
"""No session is needed, so no scope is asked for."""

TABLE: dict[tuple[str, str], str | None] = {
    ("POST", "/login"): OPEN,
    ("POST", "/token/refresh"): OPEN,
    ("POST", "/logout"): OPEN,
    ("GET", "/session"): NOBODY,
    ("DELETE", "/session"): NOBODY,
    ("DELETE", "/session/{id}"): NOBODY,
    ("POST", "/access-token"): NOBODY,
    ("POST", "/user"): OPEN,
    ("GET", "/me"): "read",
    ("PATCH", "/me"): NOBODY,
    ("DELETE", "/me"): NOBODY,
    ("GET", "/me/export"): NOBODY,
    ("PUT", "/me/password"): NOBODY,
    ("POST", "/password/reset"): OPEN,
    ("POST", "/password/forgot"): OPEN,
    ("POST", "/me/phone"): NOBODY,
    ("POST", "/me/phone/verify"): NOBODY,
    ("POST", "/me/email"): NOBODY,
    ("POST", "/me/email/verify"): NOBODY,
    ("DELETE", "/me/email"): NOBODY,
    ("POST", "/me/ntfy"): NOBODY,
    ("DELETE", "/me/ntfy"): NOBODY,
    ("POST", "/token/introspect"): OPEN,
    ("POST", "/token/revoke"): OPEN,
    ("GET", "/token/revocations"): OPEN,
    ("GET", "/.well-known/jwks.json"): OPEN,
    ("POST", "/login/challenge"): OPEN,
    ("POST", "/login/factor"): OPEN,
    ("POST", "/session/proof"): NOBODY,
    ("GET", "/me/factor"): NOBODY,
    ("POST", "/me/totp"): NOBODY,
    ("POST", "/me/totp/verify"): NOBODY,
    ("DELETE", "/me/totp"): NOBODY,
    ("POST", "/me/passkey/challenge"): NOBODY,
    ("POST", "/me/passkey"): NOBODY,
    ("PATCH", "/me/passkey/{id}"): NOBODY,
    ("DELETE", "/me/passkey/{id}"): NOBODY,
    ("POST", "/me/recovery-code"): NOBODY,
    ("GET", "/operator/user"): NOBODY,
    ("PATCH", "/operator/user/{user_id}"): NOBODY,
    ("POST", "/operator/user/{user_id}/reset"): NOBODY,
    ("GET", "/operator/invite"): NOBODY,
    ("POST", "/operator/invite"): NOBODY,
    ("DELETE", "/operator/invite/{id}"): NOBODY,
    ("GET", "/operator/spending"): NOBODY,
    ("GET", "/operator/event"): NOBODY,
    ("POST", "/todo"): "write",
    ("GET", "/todo"): "read",
    ("POST", "/todo/batch"): "write",
    ("POST", "/todo/parse"): "read",
    ("GET", "/todo/events"): "read",
    ("GET", "/todo/{id}"): "read",
    ("PATCH", "/todo/{id}"): "write",
    ("DELETE", "/todo/{id}"): "write",
    ("POST", "/todo/{id}/restore"): "write",
    ("POST", "/todo/{id}/undo"): "write",
    ("GET", "/todo/{id}/history"): "read",
    ("GET", "/label"): "read",
    ("GET", "/list"): "read",
    ("POST", "/list"): "write",
    ("GET", "/list/{id}"): "read",
    ("PATCH", "/list/{id}"): "write",
    ("DELETE", "/list/{id}"): "write",
    ("POST", "/list/{id}/restore"): "write",
    ("POST", "/list/{id}/invite"): NOBODY,
    ("DELETE", "/list/{id}/invite"): NOBODY,
    ("PATCH", "/list/{id}/member/{user_id}"): NOBODY,
    ("DELETE", "/list/{id}/member/{user_id}"): NOBODY,
    ("POST", "/invite/{code}"): NOBODY,
    ("POST", "/import"): "write",
    ("GET", "/export"): "read",
    ("GET", "/feed"): NOBODY,
    ("POST", "/feed"): NOBODY,
    ("GET", "/feed/{token}.ics"): OPEN,
    ("DELETE", "/feed/{id}"): NOBODY,
    ("GET", "/message"): "read",
    ("POST", "/message/{id}/retry"): "write",
    ("POST", "/webhook/vonage/status"): OPEN,
    ("POST", "/webhook/vonage/inbound"): OPEN,
    ("GET", "/"): OPEN,
    ("GET", "/app/"): OPEN,
    ("GET", "/app/{path:path}"): OPEN,
    ("GET", "/problems"): OPEN,
    ("GET", "/docs"): OPEN,
    ("GET", "/openapi.json"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
}
"""Every route, and the scope with which an access token may use it."""
GUARDED = {route: needs for route, needs in TABLE.items() if needs != OPEN}
FILE = {"Content-Type": "application/json"}


@dataclass
class Script:
    """A program with an access token."""

    client: httpx2.AsyncClient
    made: dict[str, Any]

    async def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.made['access_token']}", **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)


@pytest.fixture
async def ana(service: Service) -> Person:
    return await somebody(service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


async def script(device: Device, scope: str = "write", **members: Any) -> Script:
    """Make a token on a device, for a program."""
    body = {"name": "a script", "scopes": [scope], **members}
    answer = await device.ask("POST", "/access-token", json=body)
    assert answer.status_code == 201, answer.text
    return Script(device.client, answer.json())


def test_every_route_is_in_the_table() -> None:
    assert {(route.method, route.path) for route in ROUTES} == set(TABLE)
    assert {(route.method, route.path) for route in ROUTES if not route.guarded} == TABLE.keys() - GUARDED.keys()


def test_the_contract_names_the_scope_of_each_route() -> None:
    for (method, path), needs in GUARDED.items():
        operation = CONTRACT["paths"][path][method.lower()]
        security = operation.get("security", CONTRACT["security"])
        named = [one["accessToken"] for one in security if "accessToken" in one]
        assert (method, path, named) == (method, path, [[needs]] if needs else [])


async def test_a_token_gets_through_where_its_scope_is_asked_for_and_is_told_which_one_where_not(
    device: Device,
) -> None:
    for scope, has in (("read", {"read"}), ("write", {"read", "write"})):
        one = await script(device, scope)
        for (method, path), needs in GUARDED.items():
            if path == "/todo/events":
                continue  # it has no end: see below
            asked = re.sub(r"\{\w+\}", NOBODYS_ID, path)
            answer = await one.ask(method, asked, content=b"[]", headers=FILE)
            told = answer.headers.get("www-authenticate")
            if needs in has:
                assert answer.status_code not in (401, 403), (scope, method, path, answer.text)
                continue
            assert (scope, method, path, answer.status_code) == (scope, method, path, 403)
            named = f', scope="{needs}"' if needs else ""
            assert (scope, path, told) == (scope, path, f'Bearer error="insufficient_scope"{named}')
            assert kind(answer) == (403, "insufficient-scope")


async def test_a_device_that_was_signed_in_may_use_every_route(device: Device) -> None:
    for (method, path), needs in GUARDED.items():
        if needs is NOBODY:
            asked = re.sub(r"\{\w+\}", NOBODYS_ID, path)
            answer = await device.ask(method, asked, content=b"[]", headers=FILE)
            assert (method, path, answer.headers.get("www-authenticate")) == (method, path, None)


async def test_a_refused_token_has_changed_nothing_whatever_its_body_and_key_say(device: Device) -> None:
    reader = await script(device, "read")
    todo = await device.create("stays as it is")
    for key in ({}, {"Idempotency-Key": "k-1"}):
        assert kind(await reader.ask("POST", "/todo", json={"title": "x"}, headers=key)) == (403, "insufficient-scope")
        assert kind(await reader.ask("PATCH", f"/todo/{todo['id']}", json={"done": True}, headers=key)) == (
            *(403, "insufficient-scope"),
        )
    assert kind(await reader.ask("POST", "/todo", json={"title": 5})) == (403, "insufficient-scope")
    assert kind(await reader.ask("POST", "/todo", content=b"x" * 70_000, headers=FILE)) == (413, "too-large")
    items = (await reader.ask("GET", "/todo")).json()["items"]
    assert [(one["title"], one["version"], one["done"]) for one in items] == [("stays as it is", 1, False)]


async def test_a_writer_does_the_work_of_a_day(device: Device) -> None:
    agent = await script(device, "write")
    made = (await agent.ask("POST", "/list", json={"name": "Home"})).json()
    todo = (await agent.ask("POST", "/todo", json={"title": "bread", "list_id": made["id"], "labels": ["shop"]})).json()
    done = await agent.ask("PATCH", f"/todo/{todo['id']}", json={"done": True})
    assert (done.status_code, done.json()["done"]) == (200, True)
    assert (await agent.ask("DELETE", f"/todo/{todo['id']}")).status_code == 204
    assert (await agent.ask("DELETE", f"/list/{made['id']}")).status_code == 204


async def test_a_scope_counts_for_a_token_in_a_cookie_too(service: Service, device: Device) -> None:
    reader = await script(device, "read")
    page = visitor(service, headers={"Sec-Fetch-Site": "same-origin"})
    page.cookies.set("recado_access", reader.made["access_token"], domain="127.0.0.1")
    assert (await page.get("/todo")).status_code == 200
    assert kind(await page.post("/todo", json={"title": "x"})) == (403, "insufficient-scope")


async def test_what_is_made_says_all_there_is_to_know_and_has_no_refresh_token(device: Device) -> None:
    made = (await script(device, "write", name="  my agent ", expires_in=DAY)).made
    assert {name: made[name] for name in made if name not in ("access_token", "session_id")} == {
        **{"token_type": "Bearer", "expires_in": DAY, "name": "my agent", "scopes": ["read", "write"]}
    }
    claims = json.loads(base64.urlsafe_b64decode(made["access_token"].split(".")[1] + "=="))
    assert (claims["scope"], claims["exp"] - claims["iat"], claims["sid"]) == ("read write", DAY, made["session_id"])
    answer = await device.client.post("/token/refresh", json={"refresh_token": made["access_token"]})
    assert kind(answer) == (401, "token-invalid")


@pytest.mark.parametrize(
    ("asked", "life"), [({}, 30 * DAY), ({"expires_in": None}, 30 * DAY), ({"expires_in": 365 * DAY}, 365 * DAY)]
)
async def test_a_token_lives_thirty_days_unless_one_says_up_to_a_year(
    device: Device, asked: dict[str, Any], life: int
) -> None:
    assert (await script(device, **asked)).made["expires_in"] == life


async def test_a_token_is_dead_when_its_time_is_over_and_no_longer_listed(device: Device) -> None:
    short = await script(device, expires_in=1)
    await asyncio.sleep(1.1)
    answer = await short.ask("GET", "/todo")
    assert (kind(answer), answer.headers["www-authenticate"]) == (
        (401, "token-expired"),
        'Bearer error="invalid_token"',
    )
    assert [row["kind"] for row in (await device.ask("GET", "/session")).json()["items"]] == ["app"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " \u2003 "}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": "invisi\u200bble"}, "/name"),
        ({"name": "turned \u202e round"}, "/name"),
        ({"name": None}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["admin"]}, "/scopes/0"),
        ({"scopes": "read"}, "/scopes"),
        ({"scopes": ["read", "write", "read"]}, "/scopes"),
        ({"expires_in": 0}, "/expires_in"),
        ({"expires_in": -1}, "/expires_in"),
        ({"expires_in": 365 * DAY + 1}, "/expires_in"),
        ({"expires_in": 1.5}, "/expires_in"),
        ({"expires_in": "1d"}, "/expires_in"),
        ({"expires_in": 10**400}, ""),
    ],
)
async def test_what_is_wrong_with_a_request_is_told(device: Device, wrong: dict[str, Any], pointer: str) -> None:
    answer = await device.ask("POST", "/access-token", json={"name": "x", "scopes": ["read"]} | wrong)
    assert kind(answer) == (422, "invalid-value")
    assert answer.json()["errors"][0]["pointer"] == pointer or not pointer


async def test_a_token_stands_among_the_devices_and_is_ended_like_one(service: Service, ana: Person) -> None:
    device = await ana.device()
    one = await script(device, "read", name="backup")
    rows = (await device.ask("GET", "/session")).json()["items"]
    assert [(row["kind"], row["device"], row["scopes"], row["current"]) for row in rows] == [
        ("token", "backup", ["read"], False),
        ("app", "phone", [], True),
    ]
    assert rows[0]["id"] == one.made["session_id"]
    assert (await one.ask("GET", "/todo")).status_code == 200
    assert (await device.ask("DELETE", f"/session/{rows[0]['id']}")).status_code == 204
    assert [kind(await one.ask("GET", "/todo")) for _ in range(5)] == [(401, "session-ended")] * 5
    counted = Counter(await stored.events(service, ana.user_id))
    assert (counted["token_created"], counted["session_ended"]) == (1, 1)


async def test_a_token_ends_itself_by_signing_out(device: Device) -> None:
    one, other = await script(device), await script(device)
    assert (await one.ask("POST", "/logout")).status_code == 200
    assert [(await each.ask("GET", "/todo")).status_code for each in (one, other)] == [401, 200]
    assert await device.status() == 200


async def test_using_a_token_shows_when_it_was_seen_last(service: Service, device: Device) -> None:
    one = await script(device)
    past = "UPDATE session SET last_seen_at = last_seen_at - 3600000000 WHERE sid = $1"
    await stored.change(service, past, one.made["session_id"])

    async def seen() -> str:
        rows = (await device.ask("GET", "/session")).json()["items"]
        return next(row["last_seen_at"] for row in rows if row["kind"] == "token")

    before = await seen()
    await one.ask("GET", "/todo")
    for _ in range(100):
        if await seen() != before:
            break
        await asyncio.sleep(0.05)
    assert await seen() > before


async def test_a_new_password_ends_tokens_as_all_other_devices(ana: Person) -> None:
    device = await ana.device()
    one = await script(device)
    body = {"current": ana.password, "new": OTHER_PASSWORD}
    assert (await device.ask("PUT", "/me/password", json=body)).status_code == 204
    assert kind(await one.ask("GET", "/todo")) == (401, "session-ended")
    assert await device.status() == 200


async def test_signing_all_others_out_ends_tokens_too(device: Device) -> None:
    one = await script(device)
    assert (await device.ask("DELETE", "/session")).status_code == 204
    assert kind(await one.ask("GET", "/todo")) == (401, "session-ended")


async def test_a_page_makes_a_token_only_for_itself(service: Service, ana: Person) -> None:
    page, body = await ana.browser(), {"name": "x", "scopes": ["read"]}
    answer = await page.post("/access-token", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert kind(answer) == (403, "cross-site")
    answer = await page.post("/access-token", json=body)
    assert (answer.status_code, "set-cookie" in answer.headers) == (201, False)


async def test_somebody_who_signed_in_a_while_ago_gives_their_password(service: Service, ana: Person) -> None:
    device = await ana.device()
    body = {"name": "x", "scopes": ["read"]}
    await _sign_in_ago(service, device, minutes=9)
    assert (await device.ask("POST", "/access-token", json=body)).status_code == 201
    await _sign_in_ago(service, device, minutes=2)
    assert kind(await device.ask("POST", "/access-token", json=body)) == (403, "step-up-required")
    wrong = await device.ask("POST", "/access-token", json=body | {"password": "not this one, surely"})
    assert kind(wrong) == (401, "bad-credentials")
    assert (await device.ask("POST", "/access-token", json=body | {"password": PASSWORD})).status_code == 201
    assert kind(await device.ask("POST", "/access-token", json=body)) == (403, "step-up-required")
    assert await device.status() == 200
    counted = Counter(await stored.events(service, ana.user_id))
    assert (counted["token_created"], counted["login_failed"]) == (2, 1)


async def test_guesses_at_the_password_of_a_device_that_was_left_open_are_limited(
    service: Service, ana: Person
) -> None:
    device = await ana.device()
    body = {"name": "x", "scopes": ["read"], "password": "a guess that is long enough"}
    answers = [await device.ask("POST", "/access-token", json=body) for _ in range(7)]
    assert {kind(answer) for answer in answers} == {(401, "bad-credentials"), (429, "too-many-attempts")}


async def test_fifty_tokens_are_enough_however_many_are_asked_for_at_once(service: Service, device: Device) -> None:
    body = {"name": "x", "scopes": ["read"]}
    answers = await asyncio.gather(*(device.ask("POST", "/access-token", json=body) for _ in range(56)))
    assert Counter(answer.status_code for answer in answers) == {201: 50, 409: 6}
    ended = next(answer for answer in answers if answer.status_code == 201).json()["session_id"]
    await device.ask("DELETE", f"/session/{ended}")
    assert (await device.ask("POST", "/access-token", json=body)).status_code == 201


async def test_a_stream_of_changes_ends_with_its_token(service: Service, device: Device) -> None:
    one = await script(device, "read")
    headers = {"Authorization": f"Bearer {one.made['access_token']}"}
    async with (
        asyncio.timeout(10),
        service.client() as client,
        client.stream("GET", "/todo/events", headers=headers) as stream,
    ):
        assert stream.status_code == 200
        await device.ask("DELETE", f"/session/{one.made['session_id']}")
        async for _ in stream.aiter_bytes():
            pass


async def _sign_in_ago(service: Service, device: Device, *, minutes: int) -> None:
    moved = "UPDATE proof SET at = at - $2 WHERE session_id = $1"
    await stored.change(service, moved, device.session_id, minutes * 60_000_000)
