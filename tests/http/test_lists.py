"""Lists with members over HTTP: made, shared, handed over, left, deleted; and to-dos left for somebody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from recado.todos.lists import personal_list_id
from tests.http.people import NOBODYS_ID, PASSWORD, Device, kind, somebody, somebody_on, wait_for, with_phone
from tests.http.stored import rows
from tests.running import Service

Json = dict[str, Any]


@pytest.fixture
async def ana(service: Service) -> Device:
    return await somebody_on(service, "ana")


@pytest.fixture
async def maria(service: Service) -> Device:
    return await somebody_on(service, "maria")


async def make(device: Device, name: str = "casa") -> Json:
    answer = await device.ask("POST", "/list", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def shared(owner: Device, *others: Device, role: str = "editor") -> Json:
    """Make a list that others take part in."""
    made = await make(owner)
    for other in others:
        code = (await owner.ask("POST", f"/list/{made['id']}/invite", json={"role": role})).json()["code"]
        assert (await other.ask("POST", f"/invite/{code}")).status_code == 200
    return (await owner.ask("GET", f"/list/{made['id']}")).json()


async def names_in_trash(device: Device) -> list[str]:
    return [one["name"] for one in (await device.ask("GET", "/list?state=trash")).json()["items"]]


async def me(device: Device) -> int:
    return (await device.ask("GET", "/me")).json()["user_id"]


async def test_everybody_has_a_personal_list_that_is_theirs_alone(ana: Device) -> None:
    own = personal_list_id(await me(ana))
    (only,) = (await ana.ask("GET", "/list")).json()["items"]
    assert (only["id"], only["personal"], only["role"]) == (own, True, "owner")
    for method, path, body in (
        ("PATCH", f"/list/{own}", {"name": "x"}),
        ("DELETE", f"/list/{own}", None),
        ("POST", f"/list/{own}/invite", {}),
        ("DELETE", f"/list/{own}/member/{await me(ana)}", None),
    ):
        assert kind(await ana.ask(method, path, json=body)) == (409, "conflict"), path


async def test_a_list_is_made_renamed_and_placed(ana: Device) -> None:
    first, second = await make(ana, " casa "), await make(ana, "work")
    assert first["name"] == "casa"
    await ana.ask("PATCH", f"/list/{first['id']}", json={"position": "b"})
    moved = await ana.ask("PATCH", f"/list/{second['id']}", json={"position": "a", "name": "office"})
    assert moved.json()["name"] == "office"
    assert [one["name"] for one in (await ana.ask("GET", "/list")).json()["items"]] == ["", "office", "casa"]
    assert kind(await ana.ask("PATCH", f"/list/{first['id']}", json={"position": "A"})) == (422, "invalid-value")
    assert kind(await ana.ask("POST", "/list", json={"name": " "})) == (422, "invalid-value")


async def test_the_same_id_makes_one_list(ana: Device, maria: Device) -> None:
    body = {"name": "casa", "id": "0193" + NOBODYS_ID[4:-4] + f"{await me(ana) % 10000:04}"}
    made = [(await ana.ask("POST", "/list", json=body)).json() for _ in range(2)]
    assert made[0] == made[1]
    assert kind(await maria.ask("POST", "/list", json=body)) == (422, "invalid-value")


async def test_an_invitation_lets_one_person_in_once(ana: Device, maria: Device, service: Service) -> None:
    made = await make(ana)
    code = (await ana.ask("POST", f"/list/{made['id']}/invite", json={"role": "viewer"})).json()["code"]
    others = [maria, await somebody_on(service), await somebody_on(service), await somebody_on(service)]
    answers = await asyncio.gather(*(other.ask("POST", f"/invite/{code}") for other in others))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    members = (await ana.ask("GET", f"/list/{made['id']}")).json()["members"]
    assert sorted(member["role"] for member in members) == ["owner", "viewer"]
    assert kind(await maria.ask("POST", "/invite/nothing")) == (404, "not-found")


async def test_invitations_can_be_taken_back(ana: Device, maria: Device) -> None:
    made = await make(ana)
    code = (await ana.ask("POST", f"/list/{made['id']}/invite")).json()["code"]
    assert (await ana.ask("DELETE", f"/list/{made['id']}/invite")).status_code == 204
    assert kind(await maria.ask("POST", f"/invite/{code}")) == (404, "not-found")


async def test_a_list_is_handed_over_and_never_without_an_owner(ana: Device, maria: Device) -> None:
    made = await shared(ana, maria)
    place, me_id, her_id = f"/list/{made['id']}", await me(ana), await me(maria)
    assert kind(await ana.ask("DELETE", f"{place}/member/{me_id}")) == (409, "conflict")
    assert kind(await maria.ask("PATCH", f"{place}/member/{me_id}", json={"role": "viewer"})) == (403, "refused")
    handed = await ana.ask("PATCH", f"{place}/member/{her_id}", json={"role": "owner"})
    assert (handed.status_code, handed.json()["role"]) == (200, "editor")
    roles = {m["user_id"]: m["role"] for m in (await maria.ask("GET", place)).json()["members"]}
    assert roles == {me_id: "editor", her_id: "owner"}
    assert (await ana.ask("DELETE", f"{place}/member/{me_id}")).status_code == 204
    assert kind(await ana.ask("GET", place)) == (404, "not-found")


async def test_handing_over_and_leaving_at_once_leave_one_owner(ana: Device, maria: Device) -> None:
    made = await shared(ana, maria)
    place, her_id = f"/list/{made['id']}", await me(maria)
    await asyncio.gather(
        ana.ask("PATCH", f"{place}/member/{her_id}", json={"role": "owner"}),
        maria.ask("DELETE", f"{place}/member/{her_id}"),
    )
    seen = [answer.json() for device in (ana, maria) if (answer := await device.ask("GET", place)).status_code == 200]
    assert seen
    assert [member["role"] for member in seen[0]["members"]].count("owner") == 1


async def test_a_deleted_list_is_gone_until_its_owner_restores_it(ana: Device, maria: Device) -> None:
    made = await shared(ana, maria)
    todo = await maria.create("milk", list_id=made["id"])
    assert kind(await maria.ask("DELETE", f"/list/{made['id']}")) == (403, "refused")
    assert (await ana.ask("DELETE", f"/list/{made['id']}")).status_code == 204
    for device in (ana, maria):
        assert kind(await device.ask("GET", f"/todo/{todo['id']}")) == (404, "not-found")
        assert kind(await device.ask("GET", f"/list/{made['id']}")) == (404, "not-found")
        assert made["id"] not in [one["id"] for one in (await device.ask("GET", "/list")).json()["items"]]
    assert kind(await maria.ask("POST", f"/list/{made['id']}/restore")) == (404, "not-found")
    assert await names_in_trash(maria) == []
    assert await names_in_trash(ana) == ["casa"]
    assert (await ana.ask("POST", f"/list/{made['id']}/restore")).status_code == 200
    assert await names_in_trash(ana) == []
    assert kind(await ana.ask("GET", "/list?state=elsewhere")) == (422, "invalid-value")
    assert (await maria.ask("GET", f"/todo/{todo['id']}")).json()["title"] == "milk"


async def test_without_a_list_all_lists_are_listed(ana: Device, maria: Device) -> None:
    made = await shared(ana, maria)
    await ana.create("mine")
    await maria.create("ours", list_id=made["id"])
    await maria.create("hers")
    assert {todo["title"] for todo in (await ana.ask("GET", "/todo")).json()["items"]} == {"mine", "ours"}
    whole = (await ana.ask("GET", f"/todo?list={made['id']}")).json()["items"]
    assert [todo["title"] for todo in whole] == ["ours"]


async def test_a_todo_moves_to_another_list_with_its_steps(ana: Device, maria: Device) -> None:
    made = await shared(ana, maria)
    todo = await ana.create("party")
    step = await ana.create("cake", parent_id=todo["id"])
    assert kind(await maria.ask("GET", f"/todo/{step['id']}")) == (404, "not-found")
    moved = await ana.ask("PATCH", f"/todo/{todo['id']}", json={"list_id": made["id"]})
    assert moved.json()["list_id"] == made["id"]
    assert (await maria.ask("GET", f"/todo/{step['id']}")).json()["list_id"] == made["id"]
    assert (await ana.ask("POST", f"/todo/{todo['id']}/undo")).json()["list_id"] == todo["list_id"]
    assert kind(await maria.ask("GET", f"/todo/{step['id']}")) == (404, "not-found")


async def test_a_todo_is_left_for_somebody_who_is_told_and_who_left_it_learns(
    ana: Device, maria: Device, service: Service
) -> None:
    made = await shared(ana, maria)
    her_id, my_id = await me(maria), await me(ana)
    await with_phone(maria, service, f"+55119{71000000 + her_id:08}")
    await with_phone(ana, service, f"+55119{72000000 + my_id:08}")
    name = (await maria.ask("GET", "/me")).json()["username"]
    left = await ana.create(None, quick=f"comprar pão @{name}")
    assert (left["title"], left["for"], left["list_id"]) == ("comprar pão", her_id, made["id"])
    mine = [todo["id"] for todo in (await maria.ask("GET", "/todo?for=me")).json()["items"]]
    assert mine == [left["id"]]

    async def told(user_id: int, text_kind: str) -> list[tuple[Any, ...]]:
        found = "SELECT text FROM message WHERE user_id = $1 AND kind = $2 AND state = 'sent'"
        return await rows(service, found, user_id, text_kind)

    await wait_for(lambda: told(her_id, "assigned"))
    assert "comprar pão" in (await told(her_id, "assigned"))[0][0]
    assert (await ana.ask("GET", f"/todo/{left['id']}")).json()["message"]["state"] == "sent"
    await maria.ask("PATCH", f"/todo/{left['id']}", json={"done": True})
    await wait_for(lambda: told(my_id, "finished"))
    await maria.ask("PATCH", "/me", json={"notify": {"assigned": False}})
    again = await ana.create("leite", list_id=made["id"], **{"for": her_id})
    assert again["message"]["state"] in ("none", "queued", "sent")
    assert len(await told(her_id, "assigned")) == 1


async def test_only_who_takes_part_can_be_left_something(ana: Device, maria: Device) -> None:
    stranger_id = await me(maria)
    refused = await ana.ask("POST", "/todo", json={"title": "x", "for": stranger_id})
    assert kind(refused) == (422, "invalid-value")
    assert refused.json()["errors"][0]["pointer"] == "/for"
    name = (await maria.ask("GET", "/me")).json()["username"]
    assert (await ana.create(None, quick=f"comprar pão @{name}"))["title"] == f"comprar pão @{name}"


async def test_who_leaves_is_no_longer_left_anything(ana: Device, maria: Device) -> None:
    made, her_id = await shared(ana, maria), await me(maria)
    todo = await ana.create("x", list_id=made["id"], **{"for": her_id})
    assert (await maria.ask("DELETE", f"/list/{made['id']}/member/{her_id}")).status_code == 204
    assert (await ana.ask("GET", f"/todo/{todo['id']}")).json()["for"] is None


async def test_a_deleted_account_hands_its_shared_lists_over(service: Service, maria: Device) -> None:
    person = await somebody(service)
    ana = await person.device()
    made = await shared(ana, maria)
    alone = await make(ana, "alone")
    todo = await ana.create("stays", list_id=made["id"])
    assert (await ana.ask("DELETE", "/me", json={"password": PASSWORD})).status_code == 204
    seen = (await maria.ask("GET", f"/list/{made['id']}")).json()
    assert (seen["role"], len(seen["members"])) == ("owner", 1)
    assert (await maria.ask("GET", f"/todo/{todo['id']}")).json()["user_id"] == person.user_id
    assert await rows(service, "SELECT list_id FROM list WHERE list_id = $1", alone["id"]) == []


async def test_an_id_that_another_member_took_is_no_id_of_ones_own(service: Service) -> None:
    ana, maria = await somebody_on(service), await somebody_on(service, "maria")
    made = await shared(ana, maria)
    hers = await ana.create("bread", list_id=made["id"])
    answer = await maria.ask("POST", "/todo", json={"id": hers["id"], "title": "milk"})
    assert kind(answer) == (422, "invalid-value")
    assert "bread" not in answer.text
