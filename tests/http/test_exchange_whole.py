"""Files of our own and their structure over HTTP: nothing is lost back and forth, and each role keeps its bounds."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from tests.http.people import Device, kind, somebody_on
from tests.http.test_exchange import by_title, everything, send
from tests.http.test_lists import make, me, shared
from tests.running import Service

Json = dict[str, Any]
STRUCTURE = "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n"


@pytest.fixture
async def ana(service: Service) -> Device:
    device = await somebody_on(service, "ana")
    await device.ask("PATCH", "/me", json={"time_zone": "America/Sao_Paulo"})
    return device


async def exported(device: Device, query: str = "") -> Json:
    return (await device.ask("GET", f"/export{query}")).json()


async def put_in(device: Device, whole: Json, query: str = "?format=json") -> Json:
    return await send(device, json.dumps(whole, ensure_ascii=False), query)


def same(whole: Json) -> list[tuple[Any, ...]]:
    """What a file says but for ids, who made it and when it was changed here, with names in the place of ids."""
    lists = {one["id"]: one["name"] or "(personal)" for one in whole["lists"]}
    titles = {todo["id"]: todo["title"] for todo in whole["todos"]}
    names = [(one["name"], one["personal"], one["position"]) for one in whole["lists"]]
    told = {"id", "created_by", "done_by", "updated_at"}
    return [*names] + [
        tuple(
            lists[value] if name == "list_id" else titles.get(value) if name == "parent_id" else str(value)
            for name, value in sorted(todo.items())
            if name not in told
        )
        for todo in whole["todos"]
    ]


async def furnished(ana: Device) -> None:
    """Two lists, steps, everything that a to-do can have, one that moved on, one done and one in the trash."""
    house, garden = await make(ana, "Casa nova"), await make(ana, "Jardim")
    await ana.ask("PATCH", f"/list/{house['id']}", json={"position": "m"})
    await ana.ask("PATCH", f"/list/{garden['id']}", json={"position": "c"})
    paint = await ana.create(
        'paint "it"\u2028, white; \\ 😀',
        list_id=house["id"],
        notes="two\n\nlines\t",
        labels=["wall", "são-joão"],
        priority=2,
        due="2026-12-01T09:30",
        remind=90,
        **{"for": await me(ana)},
    )
    for n in range(3):
        await ana.create(f"step {n}", parent_id=paint["id"])
    rent = await ana.create("rent", due="2026-12-01", repeat="FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20280101")
    assert (await ana.ask("PATCH", f"/todo/{rent['id']}", json={"done": True})).json()["next_due"] == "2027-01-01"
    mow = await ana.create("mow", list_id=garden["id"])
    await ana.ask("PATCH", f"/todo/{mow['id']}", json={"done": True})
    gone = await ana.create("gone", list_id=garden["id"])
    await ana.create("gone with it", parent_id=gone["id"])
    await ana.ask("DELETE", f"/todo/{gone['id']}")


async def test_json_back_and_forth_is_the_same_file(ana: Device, service: Service) -> None:
    await furnished(ana)
    first = await exported(ana)
    bia = await somebody_on(service, "bia")
    await bia.ask("PATCH", "/me", json={"time_zone": "Asia/Tokyo"})
    report = await put_in(bia, first)
    assert (report["taken"], report["already"]) == (8, 0)
    username = (await ana.ask("GET", "/me")).json()["username"]
    why = f"“{username}” takes no part in the list; the name is in the notes."
    assert [one["reason"] for one in report["remarks"]] == [why]
    second = await exported(bia)
    (theirs,) = [todo for todo in second["todos"] if todo["title"].startswith("paint")]
    (ours,) = [todo for todo in first["todos"] if todo["title"].startswith("paint")]
    theirs["notes"], theirs["for"] = ours["notes"], ours["for"]  # whom it is for is nobody there
    assert same(second) == same(first)
    assert (await put_in(bia, second))["taken"] == 0
    restored = [todo["id"] for todo in second["todos"] if todo["title"] == "gone"]
    assert (await bia.ask("POST", f"/todo/{restored[0]}/restore")).status_code == 200
    assert {"gone", "gone with it"} <= set(await by_title(bia))


async def test_ones_own_file_changes_nothing_whatever_one_may_do_in_its_lists(ana: Device, service: Service) -> None:
    bia = await somebody_on(service, "bia")
    home = await shared(ana, bia, role="viewer")
    await ana.create("bread", list_id=home["id"])
    await bia.create("mine")
    before = await exported(bia)
    report = await put_in(bia, before)
    assert (report["taken"], report["already"], report["lists"], report["remarks"]) == (0, 2, [], [])
    assert same(await exported(bia)) == same(before)


async def test_a_viewer_takes_a_copy_and_puts_nothing_in(ana: Device, service: Service) -> None:
    bia = await somebody_on(service, "bia")
    home = await shared(ana, bia, role="viewer")
    await ana.create("bread", list_id=home["id"])
    assert [todo["title"] for todo in (await exported(bia, f"?list={home['id']}"))["todos"]] == ["bread"]
    lines = f"milk +{home['name']}\n"
    refused = await bia.ask("POST", f"/import?format=todotxt&list={home['id']}", content=lines)
    assert kind(refused) == (403, "refused")
    assert [one["name"] for one in (await send(bia, lines))["lists"]] == [home["name"]]  # one of her own, that is
    assert set(await by_title(ana)) == {"bread"}


async def test_of_a_list_one_has_left_nothing_is_told(ana: Device, service: Service) -> None:
    bia = await somebody_on(service, "bia")
    home = await shared(ana, bia)
    await send(bia, "milk\n", f"?format=todotxt&list={home['id']}")
    (milk,) = await everything(ana)
    await ana.ask("PATCH", f"/todo/{milk['id']}", json={"title": "secret"})
    await ana.ask("DELETE", f"/list/{home['id']}/member/{await me(bia)}")
    report = await send(bia, "milk\n")
    assert (report["taken"], report["already"]) == (0, 1)
    assert "secret" not in json.dumps(report)
    assert "not in any more" in report["remarks"][0]["reason"]


async def test_the_ids_of_a_file_open_nothing_of_others(ana: Device, service: Service) -> None:
    bia = await somebody_on(service, "bia")
    hers = await bia.create("hers")
    whole = await exported(bia)
    whole["todos"][0]["title"] = "taken over"
    assert (await put_in(ana, whole))["taken"] == 1
    assert (await ana.ask("GET", f"/todo/{hers['id']}")).status_code == 404
    assert set(await by_title(bia)) == {"hers"}


async def test_steps_of_steps_become_steps_and_lost_ones_stand_alone(ana: Device) -> None:
    above = {"b": "a", "c": "b", "d": "c", "lost": "nothing", "x": "y", "y": "x"}
    todos = [
        {"id": name, "title": name, "parent_id": above.get(name)} for name in ("d", "c", "b", "a", "lost", "x", "y")
    ]
    report = await put_in(ana, {"todos": todos})
    found = await by_title(ana)
    top = found["a"]["id"]
    assert {name: found[name]["parent_id"] for name in found} == {
        **dict.fromkeys("bcd", top),
        **dict.fromkeys(("a", "lost", "x", "y"), None),
    }
    assert sorted(one["title"] for one in report["remarks"]) == ["c", "d", "lost", "x", "y"]


async def test_a_file_imports_once_wherever_its_reader_is_meanwhile(ana: Device) -> None:
    lines = "2026-01-02 one +Casa due:2026-12-01 at:0900\n(A) 2026-01-02 two\nx 2026-01-03 2026-01-02 three\n"
    ics = STRUCTURE.format(
        "BEGIN:VTODO\r\nUID:1\r\nCREATED:20260102T233000Z\r\nSUMMARY:four\r\nDUE:20261201T233000Z\r\nEND:VTODO\r\n"
    )
    taken = 0
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"):
        await ana.ask("PATCH", "/me", json={"time_zone": zone})
        taken += (await send(ana, lines))["taken"] + (await send(ana, ics, "?format=ics"))["taken"]
    assert taken == 4


async def test_there_is_an_end_to_the_lists_of_a_file(ana: Device) -> None:
    report = await send(ana, "".join(f"call +list{n}\n" for n in range(500)))
    assert (report["taken"], len(report["lists"])) == (500, 199)
    (remark,) = report["remarks"]
    assert remark["reason"].endswith("could not be made: 301. What is in it goes to your personal list.")
    assert (await send(ana, "".join(f"call +list{n}\n" for n in range(500))))["taken"] == 0


async def test_one_person_does_not_take_all_the_turns(ana: Device, service: Service) -> None:
    lines = "".join(f"number {n}\n" for n in range(3000))
    answers = await asyncio.gather(
        *(
            ana.ask("POST", "/import?format=todotxt", content=f"{lines}{n}\n") for n in range(9)
        ),  # fewer than the turns that all have
    )
    statuses = [one.status_code for one in answers]
    assert statuses.count(200) >= 4
    assert set(statuses) == {200, 503}
    assert all("retry-after" in one.headers for one in answers if one.status_code == 503)
    assert (await send(await somebody_on(service), "bread\n"))["taken"] == 1


async def test_a_file_of_a_later_version_is_refused(ana: Device) -> None:
    answer = await ana.ask("POST", "/import?format=json", content='{"version": 2, "todos": []}')
    assert kind(answer) == (422, "invalid-value")
    assert re.search("later version", answer.text)
