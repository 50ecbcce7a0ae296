"""Dates, repeats and steps of to-dos over HTTP: in the user's zone, moved on, and taken back exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.http.people import Device, kind, somebody_on
from tests.running import Service

SAO_PAULO, LISBON = "America/Sao_Paulo", "Europe/Lisbon"


@pytest.fixture
async def device(service: Service) -> Device:
    ana = await somebody_on(service)
    assert (await ana.ask("PATCH", "/me", json={"time_zone": SAO_PAULO})).status_code == 200
    return ana


def today(zone: str = SAO_PAULO, days: int = 0) -> str:
    return (datetime.now(ZoneInfo(zone)).date() + timedelta(days=days)).isoformat()


async def change(device: Device, todo: dict[str, object], **members: object) -> dict[str, object]:
    answer = await device.ask("PATCH", f"/todo/{todo['id']}", json=members)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(device: Device, query: str) -> list[str]:
    return [todo["title"] for todo in (await device.ask("GET", f"/todo?{query}")).json()["items"]]


async def test_a_date_ends_with_its_day_and_a_time_is_local(device: Device) -> None:
    assert (await device.create("a", due="2026-11-24"))["due_at"] == "2026-11-25T02:59:59.999999Z"
    timed = await device.create("b", due="2026-11-24T09:00")
    assert (timed["due"], timed["due_at"]) == ("2026-11-24T09:00", "2026-11-24T12:00:00.000000Z")
    assert (await change(device, timed, due=None)).items() >= {"due": None, "due_at": None}.items()


@pytest.mark.parametrize("due", ["2026-02-30", "tomorrow", "2026-11-24T25:00", "2026-11-24T09:00Z", "20261124", ""])
async def test_what_is_no_date_is_refused(device: Device, due: str) -> None:
    answer = await device.ask("POST", "/todo", json={"title": "x", "due": due})
    assert kind(answer) == (422, "invalid-value")
    assert answer.json()["errors"][0]["pointer"] == "/due"


async def test_skipped_and_doubled_hours_have_one_instant(device: Device) -> None:
    await device.ask("PATCH", "/me", json={"time_zone": LISBON})
    assert (await device.create("skipped", due="2027-03-28T01:30"))["due_at"] == "2027-03-28T01:30:00.000000Z"
    assert (await device.create("doubled", due="2027-10-31T01:30"))["due_at"] == "2027-10-31T00:30:00.000000Z"


async def test_another_zone_shows_the_same_instant(device: Device) -> None:
    timed = await device.create("call", due="2026-11-24T09:00")
    day = await device.create("buy", due="2026-11-24")
    await device.ask("PATCH", "/me", json={"time_zone": LISBON})
    seen = (await device.ask("GET", f"/todo/{timed['id']}")).json()
    assert (seen["due"], seen["due_at"]) == ("2026-11-24T12:00", timed["due_at"])
    assert (await device.ask("GET", f"/todo/{day['id']}")).json()["due"] == "2026-11-24"


async def test_overdue_today_and_upcoming_go_by_the_users_day(device: Device) -> None:
    for name, days in (("before", -1), ("now", 0), ("after", 1), ("last", 14), ("beyond", 15)):
        await device.create(name, due=today(days=days))
    await device.create("never")
    await device.create("tonight", due=f"{today()}T23:59")
    assert await titles(device, "due=overdue") == ["before"]
    assert await titles(device, "due=today") == ["tonight", "now"]
    assert await titles(device, "due=upcoming") == ["after", "last"]
    assert await titles(device, "due=none") == ["never"]


async def test_completing_a_repeating_one_moves_it_on_and_undo_takes_exactly_that_back(device: Device) -> None:
    todo = await device.create("water", due=today(), repeat="freq=daily;interval=3", notes="twice")
    assert todo["repeat"] == "FREQ=DAILY;INTERVAL=3"
    step = await device.create("fern", parent_id=todo["id"])
    await change(device, step, done=True)
    moved = await change(device, todo, done=True)
    assert (moved["done"], moved["due"], moved["next_due"]) == (False, today(days=3), today(days=3))
    assert (await device.ask("GET", f"/todo/{step['id']}")).json()["done"] is False
    past = (await device.ask("GET", f"/todo/{todo['id']}/history")).json()["items"]
    assert [(one["kind"], one["changes"]["due"]) for one in past] == [("moved_on", [today(), today(days=3)])]
    back = (await device.ask("POST", f"/todo/{todo['id']}/undo")).json()
    assert back.items() >= {"due": today(), "repeat": todo["repeat"], "notes": "twice", "done": False}.items()
    assert (await device.ask("GET", f"/todo/{step['id']}")).json()["done"] is True


async def test_a_repeat_that_is_over_is_done(device: Device) -> None:
    todo = await device.create("pill", due=today(), repeat="FREQ=DAILY;COUNT=2")
    assert (await change(device, todo, done=True))["repeat"] == "FREQ=DAILY;COUNT=1"
    last = await change(device, todo, done=True)
    assert (last["done"], "next_due" in last) == (True, False)


async def test_one_done_late_comes_back_after_today(device: Device) -> None:
    todo = await device.create("late", due=today(days=-10), repeat="FREQ=DAILY")
    assert (await change(device, todo, done=True))["next_due"] == today(days=1)
    counted = await device.create("filter", due=today(days=-10), repeat="FREQ=DAILY;INTERVAL=5;X-FROM=DONE")
    assert (await change(device, counted, done=True))["next_due"] == today(days=5)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=51;X-FROM=DONE",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20271231",
        "every day",
        "FREQ=MONTHLY;BYDAY=6MO",
    ],
)
async def test_a_rule_that_is_wrong_or_never_comes_true_is_refused(device: Device, rule: str) -> None:
    answer = await device.ask("POST", "/todo", json={"title": "x", "due": today(), "repeat": rule})
    assert kind(answer) == (422, "invalid-value")
    assert answer.json()["errors"][0]["pointer"] == "/repeat"


async def test_a_repeat_without_a_date_begins_at_its_first_day(device: Device) -> None:
    todo = await device.create("bins", repeat="FREQ=WEEKLY;BYDAY=MO")
    first = datetime.fromisoformat(str(todo["due"]))
    assert first.weekday() == 0
    assert first.date().isoformat() >= today()
    assert (await change(device, todo, due=None))["repeat"] is None


async def test_a_local_time_is_kept_over_daylight_saving(device: Device) -> None:
    await device.ask("PATCH", "/me", json={"time_zone": LISBON})
    due = "2027-03-27T09:00"  # the clocks go forward in the night after
    todo = await device.create("run", due=due, repeat="FREQ=DAILY")
    moved = await change(device, todo, done=True)
    assert (moved["due"], moved["due_at"]) == ("2027-03-28T09:00", "2027-03-28T08:00:00.000000Z")
    assert datetime.now(UTC).isoformat() < due
