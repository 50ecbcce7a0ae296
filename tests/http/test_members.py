"""The other members of a to-do over HTTP: labels, priority, order, steps, history, undo, batches, quick add."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.http.people import NOBODYS_ID, Device, kind, pages, somebody_on
from tests.running import Service
from tests.todos.test_quickadd import VECTORS


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


async def change(device: Device, todo: dict[str, Any], **members: object) -> dict[str, Any]:
    answer = await device.ask("PATCH", f"/todo/{todo['id']}", json=members)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def items(device: Device, query: str = "") -> list[dict[str, Any]]:
    return (await device.ask("GET", f"/todo?{query}")).json()["items"]


async def titles(device: Device, query: str = "") -> list[str]:
    return [todo["title"] for todo in await items(device, query)]


async def test_labels_are_folded_and_counted(device: Device) -> None:
    first = await device.create("a", labels=["Casa", "#casa", "compras"], priority=1)
    assert (first["labels"], first["priority"]) == (["casa", "compras"], 1)
    await device.create("b", labels=["casa"])
    await device.create("c", labels=["cas_", "x"])
    await change(device, await device.create("d", labels=["compras"]), done=True)
    counts = (await device.ask("GET", "/label")).json()["items"]
    assert [(one["label"], one["count"]) for one in counts] == [("casa", 2), ("cas_", 1), ("compras", 1), ("x", 1)]
    assert await titles(device, "label=CASA") == ["b", "a"]
    assert await titles(device, "label=cas_") == ["c"]
    assert kind(await device.ask("POST", "/todo", json={"title": "x", "labels": ["two words"]})) == (
        422,
        "invalid-value",
    )


async def test_a_move_is_one_change_of_position(device: Device) -> None:
    made = [await device.create(title) for title in ("first", "second", "third")]
    assert await titles(device) == ["third", "second", "first"]
    ends = [todo["position"] for todo in await items(device)]
    await change(device, made[0], position=f"{ends[0]}i")
    assert await titles(device) == ["third", "first", "second"]


async def test_moves_to_one_place_at_once_both_survive(device: Device) -> None:
    made = [await device.create(str(n)) for n in range(8)]
    moved = await asyncio.gather(*(change(device, todo, position="i") for todo in made))
    assert all(todo["position"].startswith("i") for todo in moved)
    again = await change(device, made[0], position="h5")
    assert (await items(device))[0]["id"] == again["id"]
    assert sorted(await titles(device)) == [str(n) for n in range(8)]


async def test_members_changed_at_once_by_two_clients_are_all_kept(device: Device) -> None:
    todo = await device.create("x")
    changes = [
        {"title": "new"},
        {"notes": "n"},
        {"priority": 2},
        {"labels": ["l"]},
        {"due": "2026-12-24"},
        {"remind": 5},
    ]
    await asyncio.gather(*(change(device, todo, **members) for members in changes))
    seen = (await device.ask("GET", f"/todo/{todo['id']}")).json()
    assert all(seen[name] == value for members in changes for name, value in members.items())
    assert seen["version"] == 1 + len(changes)


async def test_steps_are_one_level_and_listed_with_their_todo(device: Device) -> None:
    todo = await device.create("move house")
    steps = [await device.create(title, parent_id=todo["id"]) for title in ("boxes", "van")]
    assert await titles(device) == ["move house"]
    assert await titles(device, f"parent={todo['id']}") == ["boxes", "van"]
    refused = await device.ask("POST", "/todo", json={"title": "x", "parent_id": steps[0]["id"]})
    assert kind(refused) == (422, "invalid-value")
    assert kind(await device.ask("POST", "/todo", json={"title": "x", "parent_id": NOBODYS_ID})) == (
        422,
        "invalid-value",
    )
    await device.ask("DELETE", f"/todo/{todo['id']}")
    assert await titles(device, f"parent={todo['id']}") == []
    await device.ask("POST", f"/todo/{todo['id']}/restore")
    assert await titles(device, f"parent={todo['id']}") == ["boxes", "van"]


async def test_undo_goes_back_change_by_change(device: Device) -> None:
    todo = await device.create("bread", notes="rye")
    await change(device, todo, title="milk", priority=3)
    await change(device, todo, done=True)
    await device.ask("DELETE", f"/todo/{todo['id']}")
    place = f"/todo/{todo['id']}/undo"
    assert (await device.ask("POST", place)).json()["deleted_at"] is None
    assert (await device.ask("POST", place)).json()["done"] is False
    back = (await device.ask("POST", place)).json()
    assert (back["title"], back["priority"], back["notes"]) == ("bread", 0, "rye")
    assert kind(await device.ask("POST", place)) == (409, "conflict")
    past = await pages(device, f"/todo/{todo['id']}/history", 4)
    assert [one["kind"] for one in past] == ["undone", "undone", "undone", "trashed", "done", "changed"]
    assert past[-1]["changes"] == {"title": ["bread", "milk"], "priority": [0, 3]}


async def test_a_stale_undo_changes_nothing(device: Device) -> None:
    todo = await change(device, await device.create("a"), title="b")
    stale = await device.ask("POST", f"/todo/{todo['id']}/undo", headers={"If-Match": '"1"'})
    assert kind(stale) == (412, "stale")
    assert stale.json()["todo"]["title"] == "b"


async def test_a_change_to_what_it_is_already_is_no_change(device: Device) -> None:
    todo = await device.create("a", labels=["x"])
    assert (await change(device, todo, title="a", labels=["x"]))["version"] == 1


async def test_a_batch_has_a_result_for_each(device: Device) -> None:
    kept, gone = await device.create("kept"), await device.create("gone")
    asked = [
        {"op": "create", "todo": {"title": "new"}},
        {"op": "create", "todo": {"title": " "}},
        {"op": "change", "id": kept["id"], "version": 1, "todo": {"title": "changed"}},
        {"op": "change", "id": kept["id"], "version": 1, "todo": {"title": "too late"}},
        {"op": "delete", "id": gone["id"]},
        {"op": "delete", "id": NOBODYS_ID},
        {"op": "change", "todo": {}},
    ]
    headers = {"Idempotency-Key": f"batch-{kept['id']}"}
    answer = await device.ask("POST", "/todo/batch", json={"items": asked}, headers=headers)
    results = answer.json()["items"]
    assert [one["status"] for one in results] == [201, 422, 200, 412, 204, 404, 422]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/title"
    assert results[3]["todo"]["title"] == "changed"
    again = await device.ask("POST", "/todo/batch", json={"items": asked}, headers=headers)
    assert again.json() == answer.json()
    assert sorted(await titles(device)) == ["changed", "new"]


async def test_sorting_and_pages_hold_together(device: Device) -> None:
    for n in range(7):
        await device.create(str(n), priority=n % 4, due=None if n % 2 else f"2026-12-{10 - n:02}")
    for sort in ("position", "due", "priority", "created"):
        whole = await items(device, f"sort={sort}&limit=200")
        assert await pages(device, f"/todo?sort={sort}", 2) == whole
        assert len(whole) == 7
    assert [one["priority"] for one in await items(device, "sort=priority")] == [1, 1, 2, 2, 3, 0, 0]
    assert [one["due"] for one in await items(device, "sort=due")][:2] == ["2026-12-04", "2026-12-06"]
    assert kind(await device.ask("GET", "/todo?cursor=bm90aGluZw")) == (422, "invalid-value")


async def test_quick_add_reads_a_line_in_the_persons_language(device: Device) -> None:
    await device.ask("PATCH", "/me", json={"locale": "pt-BR", "time_zone": "America/Sao_Paulo"})
    line = "pagar aluguel amanhã 9h !1 #casa"
    parsed = (await device.ask("POST", "/todo/parse", json={"quick": line})).json()
    todo = await device.create(None, quick=line)
    assert {name: todo[name] for name in ("title", "due", "priority", "labels")} == {
        name: parsed[name] for name in ("title", "due", "priority", "labels")
    }
    assert (todo["title"], todo["priority"], todo["labels"]) == ("pagar aluguel", 1, ["casa"])
    assert todo["due"].endswith("T09:00")
    assert [line[span["start"] : span["end"]] for span in parsed["spans"]] == ["amanhã", "9h", "!1", "#casa"]
    chosen = await device.create("aluguel", quick=line, priority=4)
    assert (chosen["title"], chosen["priority"]) == ("aluguel", 4)


async def test_every_line_of_the_vectors_is_read_so_over_http(device: Device) -> None:
    name = (await device.ask("GET", "/me")).json()["username"]
    for locale in ("en", "pt-BR"):
        await device.ask("PATCH", "/me", json={"locale": locale})
        for line in (line for line in VECTORS["lines"] if line["locale"] == locale and line["name"] is None):
            parsed = (await device.ask("POST", "/todo/parse", json={"quick": line["text"]})).json()
            for member in ("title", "priority", "labels"):  # the others depend on the day it is read
                assert (line["text"], parsed[member]) == (line["text"], line[member])
            assert (line["text"], parsed["due"] is None) == (line["text"], line["due"] is None)
            assert (line["text"], parsed["repeat"] is None) == (line["text"], line["repeat"] is None)
    assert name not in VECTORS["names"]
