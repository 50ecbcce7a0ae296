"""To-dos over HTTP: create, read, list, change, finish, delete, restore; and nobody else's."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from recado.todos.lists import personal_list_id
from tests.http.people import NOBODYS_ID, Device, Person, kind, pages, somebody, somebody_on, told, wait_for, with_phone
from tests.running import Service


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


async def test_a_new_todo_is_whole_and_says_where_it_is(service: Service) -> None:
    ana = await somebody(service)
    device = await ana.device()
    answer = await device.ask("POST", "/todo", json={"title": "  buy bread ", "notes": "rye\nor oat"})
    todo = answer.json()
    assert answer.headers["location"] == f"/todo/{todo['id']}"
    assert answer.headers["etag"] == f'"{todo["version"]}"'
    assert todo == {
        "id": todo["id"],
        "list_id": personal_list_id(ana.user_id),
        "user_id": ana.user_id,
        "title": "buy bread",
        "notes": "rye\nor oat",
        "for": None,
        "done": False,
        "done_at": None,
        "done_by": None,
        "due": None,
        "due_at": None,
        "priority": 0,
        "labels": [],
        "repeat": None,
        "remind": None,
        "parent_id": None,
        "position": todo["position"],
        "created_at": todo["created_at"],
        "updated_at": todo["created_at"],
        "deleted_at": None,
        "version": 1,
        "message": {"state": "none", "error": None},
    }
    read = await device.ask("GET", answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (todo, answer.headers["etag"])


async def test_todos_are_listed_newest_first_by_state(device: Device) -> None:
    first, second, third, fourth = [await device.create(str(number)) for number in range(4)]
    await device.ask("PATCH", f"/todo/{second['id']}", json={"done": True})
    await device.ask("DELETE", f"/todo/{third['id']}")
    expected = {
        "": [fourth, first],
        "?state=open": [fourth, first],
        "?state=done": [second],
        "?state=all": [fourth, second, first],
        "?state=trash": [third],
    }
    for query, rows in expected.items():
        found = (await device.ask("GET", f"/todo{query}")).json()
        assert ([item["id"] for item in found["items"]], found["next"]) == ([row["id"] for row in rows], None)


async def test_pages_are_whole_whatever_is_created_or_deleted_meanwhile(device: Device) -> None:
    old = [await device.create(str(number)) for number in range(23)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await device.ask("GET", f"/todo?limit=5{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        await device.create("in between")
        if len(seen) == 10:
            await device.ask("DELETE", f"/todo/{seen[-1]}")  # the one the cursor stands on
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [todo["id"] for todo in reversed(old)]


async def test_pages_are_as_long_as_asked_for(device: Device) -> None:
    made = await asyncio.gather(*(device.create(str(number)) for number in range(53)))
    default = (await device.ask("GET", "/todo")).json()
    assert (len(default["items"]), default["next"] is None) == (50, False)
    for limit in (1, 52, 53, 54, 200):
        assert {item["id"] for item in await pages(device, "/todo", limit)} == {todo["id"] for todo in made}


async def test_a_change_sets_what_it_names_and_counts_the_version(device: Device) -> None:
    todo = await device.create("buy bread", notes="rye")
    place, me = f"/todo/{todo['id']}", todo["user_id"]
    for version, (change, expected) in enumerate(
        [
            ({"title": " buy milk "}, {"title": "buy milk", "notes": "rye", "done": False}),
            ({"notes": ""}, {"title": "buy milk", "notes": ""}),
            ({"done": True}, {"done": True, "done_by": me}),
            ({"title": "bought"}, {"title": "bought", "done": True, "done_by": me}),
            ({"done": False}, {"done": False, "done_at": None, "done_by": None}),
            ({"user_id": 1, "id": NOBODYS_ID, "notes": "rye"}, {"user_id": me, "notes": "rye"}),
        ],
        start=2,
    ):
        answer = await device.ask("PATCH", place, json=change)
        assert (answer.status_code, answer.headers["etag"]) == (200, f'"{version}"')
        assert answer.json().items() >= {**expected, "version": version, "created_at": todo["created_at"]}.items()
        assert answer.json() == (await device.ask("GET", place)).json()


async def test_finishing_twice_keeps_the_first_instant(device: Device) -> None:
    place = f"/todo/{(await device.create())['id']}"
    first = (await device.ask("PATCH", place, json={"done": True})).json()
    assert first["created_at"] < first["done_at"] == first["updated_at"]
    assert (await device.ask("PATCH", place, json={"done": True})).json()["done_at"] == first["done_at"]


async def test_a_bad_change_is_422_and_changes_nothing(device: Device) -> None:
    todo = await device.create()
    for change in ({"title": ""}, {"title": None}, {"title": "a" * 501}, {"done": "yes"}, {"done": None}, {"notes": 1}):
        assert kind(await device.ask("PATCH", f"/todo/{todo['id']}", json=change)) == (422, "invalid-value")
    assert (await device.ask("GET", f"/todo/{todo['id']}")).json() == todo


async def test_a_deleted_todo_is_in_the_trash_only_until_it_is_restored(device: Device) -> None:
    todo = await device.create()
    place = f"/todo/{todo['id']}"
    assert (await device.ask("DELETE", place)).status_code == 204
    assert (await device.ask("DELETE", place)).status_code == 204
    assert kind(await device.ask("GET", place)) == (404, "not-found")
    assert kind(await device.ask("PATCH", place, json={"title": "x"})) == (409, "conflict")
    (gone,) = (await device.ask("GET", "/todo?state=trash")).json()["items"]
    assert gone["deleted_at"] is not None
    restored = await device.ask("POST", f"{place}/restore")
    assert restored.status_code == 200
    assert restored.json().items() >= {"title": todo["title"], "deleted_at": None}.items()
    assert (await device.ask("POST", f"{place}/restore")).json() == restored.json()
    assert (await device.ask("GET", place)).json() == restored.json()


async def test_a_known_version_is_304_and_has_no_body(device: Device) -> None:
    todo = await device.create()
    place = f"/todo/{todo['id']}"
    for known in ('"1"', 'W/"1"', '"9", "1"', "*"):
        answer = await device.ask("GET", place, headers={"If-None-Match": known})
        assert (known, answer.status_code, answer.headers["etag"], answer.content) == (known, 304, '"1"', b"")
    await device.ask("PATCH", place, json={"done": True})
    for unknown in ('"1"', "1x", "", '"one"'):
        assert (await device.ask("GET", place, headers={"If-None-Match": unknown})).status_code == 200


async def test_a_stale_version_is_412_with_the_todo_as_it_is(device: Device) -> None:
    todo = await device.create()
    place = f"/todo/{todo['id']}"
    current = (await device.ask("PATCH", place, json={"title": "as it is"}, headers={"If-Match": '"1"'})).json()
    for method, stale in (
        ("PATCH", '"1"'),
        ("DELETE", '"1"'),
        ("PATCH", 'W/"2"'),
        ("PATCH", "nonsense"),
        ("PATCH", '""'),
    ):
        body = {"title": "lost"} if method == "PATCH" else None
        answer = await device.ask(method, place, json=body, headers={"If-Match": stale})
        assert (stale, *kind(answer)) == (stale, 412, "stale")
        assert answer.json()["todo"] == current
        assert answer.headers["etag"] == '"2"'
    for good in ('"2"', "*", '"7", "4"'):
        version = (await device.ask("PATCH", place, json={"notes": good}, headers={"If-Match": good})).status_code
        assert (good, version) == (good, 200)
    assert (await device.ask("DELETE", place, headers={"If-Match": '"6"'})).status_code == 412
    assert (await device.ask("DELETE", place, headers={"If-Match": '"4"'})).status_code == 412
    assert (await device.ask("GET", place)).json()["title"] == "as it is"


async def test_of_many_changes_to_one_version_one_is_made(device: Device) -> None:
    place = f"/todo/{(await device.create())['id']}"
    changes = [
        device.ask("PATCH", place, json={"title": str(number)}, headers={"If-Match": '"1"'}) for number in range(20)
    ]
    answers = await asyncio.gather(*changes)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 19}
    assert (await device.ask("GET", place)).json()["version"] == 2


async def test_without_a_version_changes_to_different_members_merge(device: Device) -> None:
    place = f"/todo/{(await device.create())['id']}"
    changes = ({"title": "merged"}, {"notes": "all"}, {"done": True})
    await asyncio.gather(*(device.ask("PATCH", place, json=change) for change in changes))
    merged = (await device.ask("GET", place)).json()
    assert merged.items() >= {"title": "merged", "notes": "all", "done": True, "version": 4}.items()


async def test_other_peoples_todos_are_404_exactly_as_if_they_were_not_there(service: Service, device: Device) -> None:
    other = await somebody_on(service)
    theirs, trashed = await other.create(), await other.create()
    await other.ask("DELETE", f"/todo/{trashed['id']}")
    mine = await device.create()
    await device.ask("DELETE", f"/todo/{mine['id']}")
    for method, path, body, headers in (
        ("GET", "/todo/{}", None, {}),
        ("GET", "/todo/{}", None, {"If-None-Match": '"1"'}),
        ("PATCH", "/todo/{}", {"title": "mine now"}, {}),
        ("PATCH", "/todo/{}", {"title": "mine now"}, {"If-Match": '"7"'}),
        ("DELETE", "/todo/{}", None, {}),
        ("DELETE", "/todo/{}", None, {"If-Match": '"7"'}),
        ("POST", "/todo/{}/restore", None, {}),
        ("GET", "/todo?list={}", None, {}),
        ("POST", "/message/{}/retry", None, {}),
    ):
        nobodys, *others = [
            told(await device.ask(method, path.format(id_), json=body, headers=headers))
            for id_ in (NOBODYS_ID, theirs["id"], trashed["id"])
        ]
        assert nobodys[0] == 404, (method, path)
        assert others == [nobodys] * 2, (method, path)
    for list_ in (theirs["list_id"], personal_list_id(10**15), NOBODYS_ID):
        answer = await device.ask("POST", "/todo", json={"title": "x", "list_id": list_})
        assert (kind(answer), answer.json()["detail"]) == ((404, "not-found"), "There is no such list.")
        assert kind(await device.ask("GET", f"/todo?list={list_}")) == (404, "not-found")
    assert (await other.ask("GET", f"/todo/{theirs['id']}")).json() == theirs


async def test_the_list_named_may_be_ones_own(device: Device) -> None:
    todo = await device.create()
    listed = (await device.ask("GET", f"/todo?list={todo['list_id']}")).json()["items"]
    assert listed == [todo]
    assert (await device.create("there", list_id=todo["list_id"]))["list_id"] == todo["list_id"]


async def test_the_member_message_tells_what_became_of_the_text(service: Service, device: Device) -> None:
    assert (await device.create("no phone yet"))["message"] == {"state": "none", "error": None}
    await with_phone(device, service, "+351912345704")
    todo = await device.create("with a phone")
    assert todo["message"] == {"state": "queued", "error": None}

    async def sent() -> bool:
        (first, _) = (await device.ask("GET", "/todo")).json()["items"]
        assert first["id"] == todo["id"]
        return first["message"] == {"state": "sent", "error": None}

    await wait_for(sent)
    message = (await device.ask("GET", "/message")).json()["items"][0]
    assert (message["todo_id"], message["state"], message["error"]) == (todo["id"], "sent", None)
    assert message["created_at"] <= message["sent_at"]
    await device.ask("PATCH", "/me", json={"notify": {"created": False}})
    assert (await device.create("unwanted"))["message"]["state"] == "none"


async def test_every_device_of_a_person_sees_the_same_at_once(service: Service) -> None:
    ana: Person = await somebody(service)
    phone, laptop = await ana.device(), await ana.device()
    for number in range(10):
        todo = await phone.create(str(number))
        assert (await laptop.ask("GET", f"/todo/{todo['id']}")).json()["title"] == str(number)


async def test_a_hundred_todos_at_once_are_all_there_once(device: Device) -> None:
    made = await asyncio.gather(*(device.create(str(number)) for number in range(100)))
    listed = (await device.ask("GET", "/todo?limit=200")).json()["items"]
    assert sorted(item["id"] for item in listed) == sorted(todo["id"] for todo in made)
    assert {item["title"] for item in listed} == {str(number) for number in range(100)}
