"""Search over HTTP: what was just written is found, by everybody who may see it and nobody else."""

from __future__ import annotations

import pytest

from tests.http.people import Device, kind, pages, somebody_on
from tests.http.test_lists import shared
from tests.running import Service


@pytest.fixture
async def device(service: Service) -> Device:
    return await somebody_on(service)


async def titles(device: Device, query: str) -> list[str]:
    answer = await device.ask("GET", f"/todo?{query}")
    assert answer.status_code == 200, answer.text
    return [todo["title"] for todo in answer.json()["items"]]


async def test_what_was_just_written_is_found(device: Device) -> None:
    await device.create("Pão de açúcar", labels=["mercado"])
    await device.create("café", notes="com pão")
    assert await titles(device, "q=PAO") == ["Pão de açúcar", "café"]
    assert await titles(device, "q=pa%20acu") == ["Pão de açúcar"]
    assert await titles(device, "q=mercado&state=open") == ["Pão de açúcar"]
    assert await titles(device, "q=%22%27)%20OR%20*%3A%20--") == []


async def test_pages_of_hits_hold_together(device: Device) -> None:
    for n in range(6):
        await device.create(f"bread {n}" if n % 2 else f"other {n}", notes="bread")
    found = await pages(device, "/todo?q=bread", 2)
    assert [todo["title"] for todo in found] == ["bread 5", "bread 3", "bread 1", "other 4", "other 2", "other 0"]


async def test_state_list_and_label_narrow_a_search(device: Device) -> None:
    done = await device.create("bread done", labels=["x"])
    await device.ask("PATCH", f"/todo/{done['id']}", json={"done": True})
    gone = await device.create("bread gone")
    await device.ask("DELETE", f"/todo/{gone['id']}")
    await device.create("bread")
    assert await titles(device, "q=bread") == ["bread"]
    assert await titles(device, "q=bread&state=all") == ["bread", "bread done"]
    assert await titles(device, "q=bread&state=trash") == ["bread gone"]
    assert await titles(device, "q=bread&state=all&label=x") == ["bread done"]
    await device.create("bread of long ago", due="2026-01-01")
    assert await titles(device, "q=bread&due=overdue") == ["bread of long ago"]
    assert await titles(device, "q=bread&due=none") == ["bread"]


async def test_members_find_what_is_in_their_list_and_strangers_nothing(service: Service, device: Device) -> None:
    maria, stranger = await somebody_on(service), await somebody_on(service)
    made = await shared(device, maria, role="viewer")
    await device.create("bread", list_id=made["id"])
    await device.create("bread of my own")
    assert await titles(maria, "q=bread") == ["bread"]
    assert await titles(stranger, "q=bread") == []
    assert await titles(device, f"q=bread&list={made['id']}") == ["bread"]
    assert kind(await stranger.ask("GET", f"/todo?q=bread&list={made['id']}")) == (404, "not-found")


@pytest.mark.parametrize("query", ["q=", f"q={'a' * 201}", "q=a&cursor=WzUsImEiXQ"])
async def test_a_bad_search_is_refused(device: Device, query: str) -> None:
    assert kind(await device.ask("GET", f"/todo?{query}")) == (422, "invalid-value")
