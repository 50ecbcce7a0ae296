"""The operator's routes: what they do, and that for everybody else they are not there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from recado.http.routes import ROUTES
from tests.conftest import SECRETS
from tests.http import stored
from tests.http.people import OTHER_PASSWORD, PASSWORD, Device, Person, kind, pages, somebody, told, visitor
from tests.running import Service
from tests.servers import Postgres, Redis

OPERATORS = [route for route in ROUTES if route.path.startswith("/operator")]


@dataclass
class House:
    """A service of its own: the first who signs up there is its operator."""

    service: Service
    operator: Person


@pytest.fixture(params=["embedded", "scaled"], scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings: dict[str, str] = {}
    if request.param == "scaled":
        server: Postgres = request.getfixturevalue("postgres_server")
        cache: Redis = request.getfixturevalue("redis_server")
        settings = {"DATABASE_URL": asyncio.run(server.new_database()), "REDIS_DSN": cache.url}
        settings |= {"RECADO_WORKERS": "2", **SECRETS}
    service = Service(tmp_path_factory.mktemp("operated"), settings)
    try:
        service.start()
        yield House(service, asyncio.run(_first(service)))
    finally:
        service.stop()


async def _first(service: Service) -> Person:
    person = await somebody(service, "the.operator")
    await person.clients[0].aclose()
    return person


@pytest.fixture
async def device(house: House) -> Device:
    """The operator's."""
    return await house.operator.device()


@pytest.mark.parametrize("route", OPERATORS, ids=lambda route: f"{route.method} {route.path}")
async def test_for_everybody_else_it_is_as_if_nothing_were_there(house: House, route: object) -> None:
    ana = await (await somebody(house.service)).device()
    path = route.path.replace("{user_id}", "1").replace("{id}", "0123456789abcdef")  # type: ignore[attr-defined]
    for body in ({}, {"json": {"disabled": True, "password": PASSWORD}}, {"json": {"disabled": 5}}):
        answer = await ana.client.request(
            route.method,  # type: ignore[attr-defined]
            path,
            headers={"Authorization": f"Bearer {ana.tokens['access_token']}"},
            **body,
        )
        nothing = await ana.ask("GET", "/todo/01936f00-0000-7000-8000-00000000dead/nothing/there")
        assert told(answer) == told(nothing)
    assert kind(await visitor(house.service).request(route.method, path, json={})) == (401, "token-missing")  # type: ignore[attr-defined]


def test_every_route_for_operators_is_below_their_path() -> None:
    assert OPERATORS
    assert [route for route in ROUTES if route.operators] == OPERATORS


async def test_everybody_is_listed_page_by_page_without_how_to_reach_them(house: House, device: Device) -> None:
    ana, bia = await somebody(house.service, "ana"), await somebody(house.service, "bia")
    await ana.device()
    items = {item["user_id"]: item for item in await pages(device, "/operator/user", 2)}
    assert items[1]["operator"]
    assert items[1]["username"].startswith("the.operator")
    assert items[ana.user_id]["signed_in_at"] is not None
    assert items[bia.user_id]["signed_in_at"] is None
    assert not items[bia.user_id]["operator"]
    assert "phone" not in items[1]
    assert kind(await device.ask("GET", "/operator/user?cursor=x")) == (422, "invalid-value")
    assert (await device.ask("GET", "/me")).json()["operator"]


async def test_who_is_disabled_is_out_at_once_until_enabled(house: House, device: Device) -> None:
    ana = await somebody(house.service)
    phone = await ana.device()
    path = f"/operator/user/{ana.user_id}"
    out = await device.ask("PATCH", path, json={"disabled": True})
    assert out.json()["disabled"]
    assert await phone.status() == 401
    assert (await phone.refresh()).status_code == 401
    assert kind(await visitor(house.service).post("/login", json=ana.credentials)) == (401, "bad-credentials")
    assert not (await device.ask("PATCH", path, json={"disabled": False})).json()["disabled"]
    assert (await visitor(house.service).post("/login", json=ana.credentials)).status_code == 200
    assert [one for one in await stored.events(house.service, ana.user_id) if "abled" in one] == ["disabled", "enabled"]


async def test_nobody_keeps_themselves_or_nobody_out(device: Device) -> None:
    me = (await device.ask("GET", "/me")).json()["user_id"]
    assert kind(await device.ask("PATCH", f"/operator/user/{me}", json={"disabled": True})) == (409, "conflict")
    for nobody in ("987654", "x", "0", "99999999999999999"):
        for disabled in (True, False):
            answer = await device.ask("PATCH", f"/operator/user/{nobody}", json={"disabled": disabled})
            assert kind(answer) == (404, "not-found")
        assert (
            await device.ask("POST", f"/operator/user/{nobody}/reset", json={"password": PASSWORD})
        ).status_code == 404


async def test_a_reset_takes_the_operators_password_and_sets_a_new_one_once(house: House, device: Device) -> None:
    ana = await somebody(house.service)
    phone = await ana.device()
    path = f"/operator/user/{ana.user_id}/reset"
    assert kind(await device.ask("POST", path, json={"password": OTHER_PASSWORD})) == (401, "bad-credentials")
    made = (await device.ask("POST", path, json={"password": PASSWORD})).json()
    assert made["path"] == f"/app/reset#{made['code']}"
    client = visitor(house.service)
    for status in (204, 422):
        answer = await client.post("/password/reset", json={"code": made["code"], "new": OTHER_PASSWORD})
        assert answer.status_code == status
    assert await phone.status() == 401
    assert (await client.post("/login", json={**ana.credentials, "password": OTHER_PASSWORD})).status_code == 200


async def test_an_invitation_is_listed_until_it_is_taken_back(house: House, device: Device) -> None:
    made = (await device.ask("POST", "/operator/invite")).json()
    other = (await device.ask("POST", "/operator/invite")).json()
    listed = (await device.ask("GET", "/operator/invite")).json()["items"]
    assert {one["id"] for one in listed} >= {made["id"], other["id"]}
    assert all(one["username"] == house.operator.username for one in listed)
    assert made["code"] not in str(listed)
    assert (await device.ask("DELETE", f"/operator/invite/{made['id']}")).status_code == 204
    for wrong in (made["id"], "%25" * 16, "_" * 16, "x", made["code"]):
        assert (await device.ask("DELETE", f"/operator/invite/{wrong}")).status_code == 404
    assert [one["id"] for one in (await device.ask("GET", "/operator/invite")).json()["items"]] == [other["id"]]
    await device.ask("DELETE", f"/operator/invite/{other['id']}")


async def test_security_events_of_everybody_are_told_newest_first_and_by_kind(house: House, device: Device) -> None:
    ana = await somebody(house.service)
    phone = await ana.device()
    client = visitor(house.service)
    assert (await client.post("/login", json={**ana.credentials, "password": "wrong"})).status_code == 401
    assert (await client.post("/login", json={"username": "nobody.at.all", "password": "wrong"})).status_code == 401
    assert (await phone.ask("POST", "/logout")).status_code == 200
    page = (await device.ask("GET", "/operator/event?limit=4")).json()
    told_of = [(one["kind"], one["username"]) for one in page["items"]]
    assert told_of == [
        ("logout", ana.username),
        ("login_failed", None),
        ("login_failed", ana.username),
        ("login", ana.username),
    ]
    assert page["items"][0]["session_id"] == phone.session_id
    assert page["items"][1]["user_id"] is None
    assert page["items"][1]["address"].startswith("127.")
    failed = await pages(device, "/operator/event?kind=login_failed", 1)
    assert [one["username"] for one in failed[:2]] == [None, ana.username]
    assert {one["kind"] for one in failed} == {"login_failed"}
    assert (await device.ask("GET", "/operator/event?kind=dance")).json()["items"] == []
    assert kind(await device.ask("GET", "/operator/event?cursor=x")) == (422, "invalid-value")


async def test_spending_is_told_by_day_channel_and_currency(house: House, device: Device) -> None:
    ana = await somebody(house.service)
    put = """INSERT INTO message
        (user_id, id, kind, recipient, text, state, attempts, doubts, created_at, sent_at, price, currency, channel)
        VALUES ($1, $2, 'created', '+351912000001', 't', 'delivered', 1, 0, $3, $3, $4, $5, 'sms')"""
    now = house_now()
    async with stored.database(house.service) as db:
        for n, (price, currency) in enumerate((("0.0375", "EUR"), ("0.0025", "EUR"), (None, None))):
            await db.change(put, ana.user_id, f"01936f00-0000-7000-8000-{n:012}", now, price, currency)
    told_of = (await device.ask("GET", "/operator/spending")).json()
    assert told_of["texts_a_day"] == 1000
    priced = [one for one in told_of["items"] if one["amount"] is not None]
    assert [(one["channel"], one["sent"], one["priced"], one["amount"], one["currency"]) for one in priced] == [
        ("sms", 2, 2, "0.04", "EUR")
    ]
    for wrong in ("0", "91", "x", "", "-1", "1e1"):
        assert kind(await device.ask("GET", f"/operator/spending?days={wrong}")) == (422, "invalid-value")


def house_now() -> int:
    from revocable.sessions import microseconds  # noqa: PLC0415

    return microseconds()
