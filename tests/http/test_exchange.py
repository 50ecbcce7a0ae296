"""Files in and out over HTTP: what is taken, that the same file imports once, and what becomes of bad ones."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.http.people import NOBODYS_ID, Device, kind, pages, somebody_on, wait_for, with_phone
from tests.http.test_lists import me, shared
from tests.running import Service

FILES = Path(__file__).parents[1] / "exchange/files"
TYPES = {"todo.txt": "text/plain", "Casa.csv": "text/csv", "tasks.ics": "text/calendar"}
Json = dict[str, Any]


@pytest.fixture
async def ana(service: Service) -> Device:
    device = await somebody_on(service, "ana")
    await device.ask("PATCH", "/me", json={"time_zone": "Europe/Lisbon"})
    return device


async def send(device: Device, raw: bytes | str, query: str = "?format=todotxt", **headers: str) -> Json:
    answer = await device.ask("POST", f"/import{query}", content=raw, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def everything(device: Device) -> list[Json]:
    return await pages(device, "/todo?state=all", 200)


async def by_title(device: Device) -> dict[str, Json]:
    return {todo["title"]: todo for todo in await everything(device)}


@pytest.mark.parametrize("name", TYPES)
async def test_a_file_of_another_program_is_taken_once(ana: Device, name: str) -> None:
    raw = (FILES / name).read_bytes()
    first = await send(ana, raw, "", **{"Content-Type": TYPES[name]})
    assert first["taken"] == first["found"] > 4
    before = await everything(ana)
    again = await send(ana, raw, "", **{"Content-Type": TYPES[name]})
    assert (again["taken"], again["already"], again["lists"]) == (0, first["found"], [])
    assert await everything(ana) == before
    assert len(before) == first["taken"]


@pytest.mark.parametrize("name", TYPES)
async def test_the_same_file_twice_at_once_is_taken_once(ana: Device, name: str) -> None:
    raw = (FILES / name).read_bytes()
    both = await asyncio.gather(*(send(ana, raw, "", **{"Content-Type": TYPES[name]}) for _ in range(4)))
    assert sum(one["taken"] for one in both) == both[0]["found"] == len(await everything(ana))
    assert len((await ana.ask("GET", "/list")).json()["items"]) == 1 + len(
        {made["id"] for one in both for made in one["lists"]}
    )


async def test_what_json_exports_comes_back_as_it_was_for_another_one(ana: Device, service: Service) -> None:
    made = (await ana.ask("POST", "/list", json={"name": "Casa nova"})).json()
    parent = await ana.create("paint", list_id=made["id"], notes="two\nlines", labels=["wall", "blue"], priority=2)
    await ana.create("buy brushes", parent_id=parent["id"])
    await ana.create("rent", due="2026-12-01T09:00", repeat="FREQ=MONTHLY;BYMONTHDAY=1", remind=30)
    done = await ana.create("done")
    await ana.ask("PATCH", f"/todo/{done['id']}", json={"done": True})
    await ana.ask("PATCH", f"/todo/{parent['id']}", json={"position": "m5"})
    exported = await ana.ask("GET", "/export")
    bia = await somebody_on(service, "bia")
    report = await send(bia, exported.content, "", **{"Content-Type": "application/json"})
    assert (report["taken"], report["remarks"], [one["name"] for one in report["lists"]]) == (4, [], ["Casa nova"])
    theirs, ours = await by_title(bia), await by_title(ana)
    kept = ("notes", "labels", "priority", "due_at", "repeat", "remind", "done", "done_at", "position", "created_at")
    for title, todo in ours.items():
        assert {name: theirs[title][name] for name in kept} == {name: todo[name] for name in kept}, title
    assert theirs["buy brushes"]["parent_id"] == theirs["paint"]["id"]
    assert theirs["paint"]["list_id"] == report["lists"][0]["id"]
    once_more = (await bia.ask("GET", "/export")).json()
    assert len(once_more["todos"]) == 4


async def test_a_file_of_ones_own_changes_nothing(ana: Device) -> None:
    await ana.create("bread")
    exported = (await ana.ask("GET", "/export")).content
    report = await send(ana, exported, "", **{"Content-Type": "application/json"})
    assert (report["taken"], report["already"], len(await everything(ana))) == (0, 1, 1)


@pytest.mark.parametrize("name", ["json", "todotxt", "todoist", "ics"])
async def test_every_format_exports_and_takes_back(ana: Device, service: Service, name: str) -> None:
    await ana.create("Überraschung, für “Zoë”; 50%", due="2026-12-01", labels=["fest"], priority=1)
    answer = await ana.ask("GET", f"/export?format={name}")
    assert answer.status_code == 200
    bia = await somebody_on(service, "bia")
    report = await send(bia, answer.content, f"?format={name}")
    assert (report["taken"], report["remarks"]) == (1, [])
    (todo,) = await everything(bia)
    assert (todo["title"], todo["due"], todo["labels"], todo["priority"]) == (
        "Überraschung, für “Zoë”; 50%",
        "2026-12-01",
        ["fest"],
        1,
    )


async def test_accept_chooses_the_format(ana: Device) -> None:
    for accept, expected in (
        ("text/calendar", "text/calendar; charset=utf-8"),
        ("text/html, text/csv;q=0.5", "text/csv; charset=utf-8"),
        ("*/*", "application/json"),
    ):
        assert (await ana.ask("GET", "/export", headers={"Accept": accept})).headers["content-type"] == expected


async def test_projects_become_lists_and_with_a_list_labels(ana: Device) -> None:
    lines = "Call +Casa @phone\nMow +Jardim\nRead\n"
    report = await send(ana, lines)
    assert sorted(one["name"] for one in report["lists"]) == ["Casa", "Jardim"]
    found = await by_title(ana)
    assert len({found[title]["list_id"] for title in ("Call", "Mow", "Read")}) == 3
    made = (await ana.ask("POST", "/list", json={"name": "one"})).json()
    into_one = await send(ana, "Sing +Casa @phone\n", f"?format=todotxt&list={made['id']}")
    assert into_one["lists"] == []
    sing = (await by_title(ana))["Sing"]
    assert (sing["list_id"], sing["labels"]) == (made["id"], ["phone", "casa"])


async def test_a_list_of_that_name_is_used(ana: Device) -> None:
    made = (await ana.ask("POST", "/list", json={"name": "Casa Nova"})).json()
    assert (await send(ana, "Call +casa_nova\n"))["lists"] == []
    assert (await by_title(ana))["Call"]["list_id"] == made["id"]


async def test_items_stand_in_the_order_of_the_file_above_the_others(ana: Device) -> None:
    await ana.create("old")
    await send(ana, "one\ntwo\nthree\n")
    assert [todo["title"] for todo in (await ana.ask("GET", "/todo")).json()["items"]] == ["one", "two", "three", "old"]


async def test_what_is_imported_is_found_and_has_a_history(ana: Device) -> None:
    await send(ana, "Consertar o telhado +Casa\n")
    (hit,) = (await ana.ask("GET", "/todo?q=telha")).json()["items"]
    assert (await ana.ask("PATCH", f"/todo/{hit['id']}", json={"title": "x"})).status_code == 200
    assert (await ana.ask("POST", f"/todo/{hit['id']}/undo")).json()["title"] == "Consertar o telhado"


async def test_whom_it_is_for_is_found_by_name_and_nobody_else_is_texted(ana: Device, service: Service) -> None:
    maria = await somebody_on(service, "maria")
    await with_phone(maria, service, f"+3519{await me(maria) + 21_000_000:08}")
    made = await shared(ana, maria)
    name = (await maria.ask("GET", "/me")).json()["username"]
    lines = f"paint for:{name}\nmow for:nobody.here\n"
    report = await send(ana, lines, f"?format=todotxt&list={made['id']}")
    found = await by_title(ana)
    assert (found["paint"]["for"], found["mow"]["for"], found["mow"]["notes"]) == (
        await me(maria),
        None,
        "@nobody.here",
    )
    assert [(one["line"], one["kind"]) for one in report["remarks"]] == [(2, "changed")]
    texts = (await maria.ask("GET", "/message")).json()["items"]
    assert [text for text in texts if text["todo_id"] is not None] == []


async def test_an_import_texts_its_author_once(ana: Device, service: Service) -> None:
    await with_phone(ana, service, f"+3519{await me(ana) + 22_000_000:08}")
    await send(ana, "".join(f"number {n}\n" for n in range(250)))

    async def texts() -> list[Json]:
        return [one for one in (await ana.ask("GET", "/message")).json()["items"] if one["todo_id"] is not None]

    async def sent() -> bool:
        return [one["state"] for one in await texts()] == ["sent"]

    await wait_for(sent)
    await send(ana, "".join(f"number {n}\n" for n in range(250)))
    assert len(await texts()) == 1


async def test_what_is_in_the_trash_stays_there_and_is_told(ana: Device) -> None:
    await send(ana, "bread\nmilk\n")
    bread = (await by_title(ana))["bread"]
    await ana.ask("DELETE", f"/todo/{bread['id']}")
    report = await send(ana, "bread\nmilk\n")
    assert (report["taken"], report["already"]) == (0, 2)
    assert [(one["line"], one["title"]) for one in report["remarks"]] == [(1, "bread")]
    assert set(await by_title(ana)) == {"milk"}


async def test_a_list_in_the_trash_is_told_and_nothing_is_lost(ana: Device) -> None:
    made = (await send(ana, "call +Casa\n"))["lists"][0]
    await ana.ask("DELETE", f"/list/{made['id']}")
    report = await send(ana, "call +Casa\nmow +Casa\n")
    assert report["taken"] == 1
    assert "trash" in " ".join(one["reason"] for one in report["remarks"])
    assert set(await by_title(ana)) == {"mow"}


async def test_the_first_half_of_a_broken_file_is_taken(ana: Device, service: Service) -> None:
    for n in range(20):
        await ana.create(f"number {n}")
    raw = (await ana.ask("GET", "/export")).content
    bia = await somebody_on(service, "bia")
    report = await send(bia, raw[: len(raw) // 2], "?format=json")
    assert 5 < report["taken"] < 15
    assert [one["kind"] for one in report["remarks"]] == ["skipped"]
    assert report["remarks"][0]["line"] == report["taken"] + 6  # below five lines of head
    rest = await send(bia, raw, "?format=json")
    assert rest["taken"] == 20 - report["taken"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("json", b'{"todos": [\n{"id": "1", "title": '),
        ("json", b"{}"),
        ("json", b'{"todos": ' + b"[" * 100_000),
        ("todoist", b"name;when\nx;y\n"),
        ("todoist", b""),
        ("ics", b"hello"),
        ("todotxt", b"\x00\x01\x02"),
    ],
)
async def test_a_file_that_is_none_of_its_format_is_422_and_says_why(ana: Device, name: str, raw: bytes) -> None:
    answer = await ana.ask("POST", f"/import?format={name}", content=raw)
    assert kind(answer) == (422, "invalid-value")
    assert await everything(ana) == []


async def test_size_type_and_token_are_judged_before_the_file_is_read(ana: Device) -> None:
    big = b"a\n" * (5 * 1024 * 1024 + 1)
    assert kind(await ana.ask("POST", "/import", content=big)) == (413, "too-large")
    for declared in ({}, {"Content-Type": "application/zip"}, {"Content-Type": "multipart/form-data"}):
        assert kind(await ana.ask("POST", "/import", content=b"x", headers=declared)) == (415, "unsupported-media-type")
    assert (await ana.client.post("/import?format=todotxt", content=b"x")).status_code == 401
    assert kind(await ana.ask("POST", "/import?format=xml", content=b"x")) == (422, "invalid-value")
    assert kind(await ana.ask("POST", f"/import?format=json&list={NOBODYS_ID}", content=b"{}")) == (404, "not-found")


async def test_others_are_answered_while_a_big_file_comes_in(ana: Device) -> None:
    raw = "".join(f"(A) 2026-01-01 number {n} @home due:2026-12-01\n" for n in range(20_000))
    coming = asyncio.create_task(send(ana, raw))
    slowest, loop = 0.0, asyncio.get_running_loop()
    while not coming.done():
        start = loop.time()
        assert (await ana.ask("GET", "/me")).status_code == 200
        slowest = max(slowest, loop.time() - start)
        await asyncio.sleep(0.02)
    assert (await coming)["taken"] == 20_000
    assert slowest < 1.0


async def test_everything_about_oneself_comes_in_one_file(ana: Device) -> None:
    await ana.create("bread")
    gone = await ana.create("milk")
    await ana.ask("DELETE", f"/todo/{gone['id']}")
    answer = await ana.ask("GET", "/me/export")
    whole = answer.json()
    assert {todo["title"] for todo in whole["todos"]} == {"bread", "milk"}
    assert whole["account"]["user_id"] == await me(ana)
    assert len(whole["sessions"]["items"]) == 1
    assert "attachment" in answer.headers["content-disposition"]
