"""Steps never lose their to-do, and who takes no part in a list any more learns nothing of it."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any

import pytest

from recado.http.routes import ROUTES
from tests.http import stored
from tests.http.people import PASSWORD, Device, kind, somebody_on, with_phone
from tests.http.test_lists import make, me, shared
from tests.running import Service


@pytest.fixture
async def ana(service: Service) -> Device:
    return await somebody_on(service)


async def step(device: Device) -> tuple[dict[str, Any], dict[str, Any]]:
    todo = await device.create("move house")
    return todo, await device.create("boxes", parent_id=todo["id"])


async def open_titles(device: Device) -> list[str]:
    return sorted(one["title"] for one in (await device.ask("GET", "/todo")).json()["items"])


async def test_a_step_restored_without_its_todo_is_one_of_its_own(ana: Device) -> None:
    todo, boxes = await step(ana)
    await ana.ask("DELETE", f"/todo/{boxes['id']}")
    await ana.ask("DELETE", f"/todo/{todo['id']}")
    back = (await ana.ask("POST", f"/todo/{boxes['id']}/restore")).json()
    assert back["parent_id"] is None
    assert await open_titles(ana) == ["boxes"]


async def test_a_step_restored_after_its_todo_moved_away_is_one_of_its_own(ana: Device) -> None:
    todo, boxes = await step(ana)
    await ana.ask("DELETE", f"/todo/{boxes['id']}")
    made = await make(ana)
    await ana.ask("PATCH", f"/todo/{todo['id']}", json={"list_id": made["id"]})
    back = (await ana.ask("POST", f"/todo/{boxes['id']}/undo")).json()
    assert (back["parent_id"], back["deleted_at"]) == (None, None)
    assert await open_titles(ana) == ["boxes", "move house"]


async def test_undo_makes_nothing_a_step_of_what_is_gone_or_of_a_step(ana: Device) -> None:
    todo, boxes = await step(ana)
    await ana.ask("PATCH", f"/todo/{boxes['id']}", json={"parent_id": None})
    await ana.ask("DELETE", f"/todo/{todo['id']}")
    await ana.ask("POST", f"/todo/{boxes['id']}/undo")
    assert await open_titles(ana) == ["boxes"]
    todo, boxes = await step(ana)
    await ana.ask("PATCH", f"/todo/{boxes['id']}", json={"parent_id": None})
    await ana.create("tape", parent_id=boxes["id"])
    assert kind(await ana.ask("POST", f"/todo/{boxes['id']}/undo")) == (409, "conflict")


async def test_at_once_no_step_gets_steps_and_none_is_left_behind(ana: Device) -> None:
    made = await make(ana)
    for _ in range(15):
        first, second = await ana.create("first"), await ana.create("second")
        moved, binned = await ana.create("moved"), await ana.create("binned")
        await asyncio.gather(
            ana.ask("PATCH", f"/todo/{first['id']}", json={"parent_id": second["id"]}),
            ana.ask("POST", "/todo", json={"title": "step", "parent_id": first["id"]}),
            ana.ask("PATCH", f"/todo/{moved['id']}", json={"list_id": made["id"]}),
            ana.ask("POST", "/todo", json={"title": "of moved", "parent_id": moved["id"]}),
            ana.ask("DELETE", f"/todo/{binned['id']}"),
            ana.ask("POST", "/todo", json={"title": "of binned", "parent_id": binned["id"]}),
        )
    items = (await ana.ask("GET", "/todo?state=all&limit=200")).json()["items"]
    by_id = {one["id"]: one for one in items}
    for one in items:
        if one["parent_id"] is not None:
            parent = by_id[one["parent_id"]]
            assert (parent["parent_id"], parent["list_id"]) == (None, one["list_id"])


async def test_steps_that_moved_are_for_the_same_people_again_after_undo(ana: Device, service: Service) -> None:
    maria = await somebody_on(service)
    made, own = await shared(ana, maria), await make(ana)
    todo = await ana.create("party", list_id=made["id"])
    cake = await ana.create("cake", parent_id=todo["id"], **{"for": await me(maria)})
    await ana.ask("PATCH", f"/todo/{todo['id']}", json={"list_id": own["id"]})
    assert (await ana.ask("GET", f"/todo/{cake['id']}")).json()["for"] is None
    await ana.ask("POST", f"/todo/{todo['id']}/undo")
    back = (await ana.ask("GET", f"/todo/{cake['id']}")).json()
    assert (back["list_id"], back["for"]) == (made["id"], await me(maria))


async def test_who_left_the_list_is_not_texted_what_became_of_it(ana: Device, service: Service) -> None:
    maria, joana = await somebody_on(service), await somebody_on(service)
    await with_phone(maria, service, "+5511987650042")
    made = await shared(ana, maria, joana)
    todo = await maria.create("bread", list_id=made["id"], **{"for": await me(joana)})
    await maria.ask("DELETE", f"/list/{made['id']}/member/{await me(maria)}")
    await ana.ask("PATCH", f"/todo/{todo['id']}", json={"title": "a secret"})
    assert (await joana.ask("PATCH", f"/todo/{todo['id']}", json={"done": True})).status_code == 200
    told = await stored.rows(
        service, "SELECT text FROM message WHERE user_id = $1 AND kind = 'finished'", await me(maria)
    )
    assert told == []


async def test_the_past_of_a_todo_in_a_list_of_ones_own_stays_there(ana: Device, service: Service) -> None:
    maria = await somebody_on(service)
    made = await shared(ana, maria)
    todo = await ana.create("present for maria", notes="a secret")
    place = f"/todo/{todo['id']}"
    await ana.ask("PATCH", place, json={"title": "cake"})
    await ana.ask("PATCH", place, json={"notes": "", "list_id": made["id"]})
    await ana.ask("PATCH", place, json={"title": "two cakes"})
    hers = (await maria.ask("GET", f"{place}/history")).json()["items"]
    assert [one["changes"] for one in hers] == [{"title": ["cake", "two cakes"]}, {"list_id": [None, made["id"]]}]
    mine = (await ana.ask("GET", f"{place}/history")).json()["items"]
    assert ["present for maria", "cake"] in [one["changes"].get("title") for one in mine]
    assert (await maria.ask("POST", f"{place}/undo")).json()["title"] == "cake"
    assert (await maria.ask("POST", f"{place}/undo")).status_code == 404


async def test_a_viewer_takes_back_only_their_own_tick(ana: Device, service: Service) -> None:
    maria = await somebody_on(service)
    made = await shared(ana, maria, role="viewer")
    water = await ana.create("water", list_id=made["id"], repeat="FREQ=DAILY", **{"for": await me(maria)})
    place = f"/todo/{water['id']}"
    assert (await maria.ask("POST", f"{place}/undo")).status_code in (403, 409)
    moved = (await maria.ask("PATCH", place, json={"done": True})).json()
    assert moved["next_due"] != water["due"]
    back = await maria.ask("POST", f"{place}/undo")
    assert (back.status_code, back.json()["due"]) == (200, water["due"])
    await ana.ask("PATCH", place, json={"title": "water the plants"})
    assert (await maria.ask("POST", f"{place}/undo")).status_code == 403


async def test_an_account_that_is_deleted_while_others_leave_leaves_one_owner(ana: Device, service: Service) -> None:
    for _ in range(3):
        owner, maria, joana = [await somebody_on(service) for _ in range(3)]
        made = await shared(owner, maria, joana)
        await asyncio.gather(
            owner.ask("DELETE", "/me", json={"password": PASSWORD}),
            owner.ask("PATCH", f"/list/{made['id']}/member/{await me(joana)}", json={"role": "owner"}),
            maria.ask("DELETE", f"/list/{made['id']}/member/{await me(maria)}"),
        )
        found = await stored.rows(service, "SELECT role FROM list_member WHERE list_id = $1", made["id"])
        assert [row[0] for row in found].count("owner") == 1, found


async def test_a_body_where_none_is_read_breaks_no_connection(ana: Device, service: Service) -> None:
    todo = await ana.create("bread")
    bearer = f"Authorization: Bearer {ana.tokens['access_token']}\r\n".encode()
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    bodyless = [route for route in ROUTES if route.method == "POST" and route.body is None]
    assert bodyless
    for route in bodyless:
        path = route.path.replace("{id}", todo["id"]).replace("{code}", "nothing").encode()
        for framing, body in (
            (b"Content-Length: 200000\r\n", b"G" * 200_000),
            (b"Transfer-Encoding: chunked\r\n", b"5\r\nGET /\r\n0\r\n\r\n"),
        ):
            request = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + bearer + framing + b"\r\n" + body
            got = await asyncio.to_thread(_exchange, service.port, request, get)
            statuses = re.findall(rb"HTTP/1\.1 (\d+)", got)
            assert (len(statuses), statuses[-1]) == (2, b"200"), (route.path, framing, got[:600])


def _exchange(port: int, *requests: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for request in requests:
            connection.sendall(request)
        chunks = list[bytes]()
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


async def test_one_address_signs_up_only_so_many(service: Service) -> None:
    client = service.client()
    try:
        statuses = [
            (await client.post("/user", json={"username": f"many{n}.{service.port}", "password": "short"})).status_code
            for n in range(25)
        ]
        assert set(statuses) == {422}
        taken = {"username": (await ana_name(service)), "password": "a long walk along the tagus river"}
        answers = [await client.post("/user", json=taken) for _ in range(45)]
    finally:
        await client.aclose()
    assert answers[0].status_code == 409
    assert kind(answers[-1]) == (429, "too-many-attempts")
    assert int(answers[-1].headers["retry-after"]) > 0


async def ana_name(service: Service) -> str:
    return (await (await somebody_on(service)).ask("GET", "/me")).json()["username"]
