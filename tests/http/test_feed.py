"""Private calendar addresses: made, subscribed to, taken back."""

from __future__ import annotations

from typing import Any

import httpx2
import icalendar
import pytest

from tests.http.people import NOBODYS_ID, PASSWORD, Device, Person, kind, somebody, somebody_on, visitor
from tests.http.stored import dump, rows, where
from tests.http.test_lists import make, me, shared
from tests.running import Service

Json = dict[str, Any]


@pytest.fixture
async def ana(service: Service) -> Device:
    return await somebody_on(service, "ana")


async def feed(device: Device, **members: object) -> Json:
    answer = await device.ask("POST", "/feed", json=members)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def subscribed(service: Service, url: str, **headers: str) -> httpx2.Response:
    """Ask as a calendar program does: with the address alone."""
    return await visitor(service).get(httpx2.URL(url).path, headers=headers)


def parts(answer: httpx2.Response, name: str) -> list[Any]:
    return icalendar.Calendar.from_ical(answer.content).walk(name)


async def test_a_calendar_program_reads_todos_and_events(ana: Device, service: Service) -> None:
    await ana.ask("PATCH", "/me", json={"time_zone": "Europe/Lisbon"})
    await ana.create("Rent; all of it, at once", due="2026-12-01")
    await ana.create("Dentist", due="2026-07-01T09:00", notes="second\nfloor")
    await ana.create("Someday")
    done = await ana.create("Done", due="2026-12-02")
    await ana.ask("PATCH", f"/todo/{done['id']}", json={"done": True})
    made = await feed(ana)
    answer = await subscribed(service, made["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert {str(one["SUMMARY"]) for one in parts(answer, "VTODO")} == {"Rent; all of it, at once", "Dentist", "Someday"}
    events = {str(one["SUMMARY"]): one for one in parts(answer, "VEVENT")}
    assert set(events) == {"Rent; all of it, at once", "Dentist"}
    assert events["Rent; all of it, at once"]["DTSTART"].dt.isoformat() == "2026-12-01"
    assert events["Dentist"]["DTSTART"].dt.isoformat() == "2026-07-01T08:00:00+00:00"
    assert str(events["Dentist"]["DESCRIPTION"]) == "second\nfloor"


async def test_what_it_holds_can_be_chosen(ana: Device, service: Service) -> None:
    home = await make(ana, "Home")
    await ana.create("mine", due="2026-12-01")
    await ana.create("ours", due="2026-12-01", list_id=home["id"])
    for contents, expected in (("both", (1, 1)), ("todos", (1, 0)), ("events", (0, 1))):
        made = await feed(ana, list_id=home["id"], contents=contents)
        answer = await subscribed(service, made["url"])
        assert (len(parts(answer, "VTODO")), len(parts(answer, "VEVENT"))) == expected
        assert "X-WR-CALNAME:Home" in answer.text
    named = await feed(ana, name="À minha moda, sempre")
    assert "\r\nNAME:À minha moda\\, sempre\r\n" in (await subscribed(service, named["url"])).text


async def test_an_unchanged_calendar_is_not_sent_again(ana: Device, service: Service) -> None:
    await ana.create("bread", due="2026-12-01")
    made = await feed(ana)
    first = await subscribed(service, made["url"])
    tag = first.headers["etag"]
    assert (await subscribed(service, made["url"], **{"If-None-Match": tag})).status_code == 304
    await ana.create("milk")
    second = await subscribed(service, made["url"], **{"If-None-Match": tag})
    assert (second.status_code, second.headers["etag"] == tag) == (200, False)


async def test_a_change_has_the_same_uid_and_a_higher_sequence(ana: Device, service: Service) -> None:
    todo = await ana.create("Dentist", due="2026-12-01T09:00", remind=90)
    made = await feed(ana)
    before = parts(await subscribed(service, made["url"]), "VEVENT")[0]
    await ana.ask("PATCH", f"/todo/{todo['id']}", json={"due": "2026-12-02T09:00"})
    answer = await subscribed(service, made["url"])
    (after,) = parts(answer, "VEVENT")
    assert after["UID"] == before["UID"] != parts(answer, "VTODO")[0]["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after.walk("VALARM")[0]["TRIGGER"].dt.total_seconds() == -90 * 60


async def test_what_repeats_repeats_in_the_calendar_and_moves_on_when_it_is_done(ana: Device, service: Service) -> None:
    await ana.ask("PATCH", "/me", json={"time_zone": "America/Sao_Paulo"})
    todo = await ana.create("Rent", due="2026-12-01T09:00", repeat="FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20280101")
    made = await feed(ana, contents="events")
    for expected in ("2026-12-01T09:00:00-03:00", "2027-01-01T09:00:00-03:00"):
        answer = await subscribed(service, made["url"])
        (event,) = parts(answer, "VEVENT")
        assert event["DTSTART"].dt.isoformat() == expected
        assert event["RRULE"]["UNTIL"][0].isoformat() == "2028-01-02T02:59:59+00:00"
        assert len(parts(answer, "VTIMEZONE")) == 1
        await ana.ask("PATCH", f"/todo/{todo['id']}", json={"done": True})


async def test_a_calendar_program_may_ask_for_the_head_first_and_asks_each_time(ana: Device, service: Service) -> None:
    made = await feed(ana)
    whole = await subscribed(service, made["url"])
    head = await visitor(service).head(httpx2.URL(made["url"]).path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert (whole.headers["cache-control"], whole.headers["x-robots-tag"]) == ("private, no-cache", "noindex")
    await ana.ask("DELETE", f"/feed/{made['id']}")
    gone = await subscribed(service, made["url"], **{"If-None-Match": whole.headers["etag"]})
    assert gone.status_code == 404


async def test_steps_are_in_it_and_what_is_done_or_in_the_trash_is_not(ana: Device, service: Service) -> None:
    party = await ana.create("party")
    await ana.create("cake", parent_id=party["id"])
    gone = await ana.create("gone")
    await ana.ask("DELETE", f"/todo/{gone['id']}")
    answer = await subscribed(service, (await feed(ana))["url"])
    found = {str(one["SUMMARY"]): one for one in parts(answer, "VTODO")}
    assert set(found) == {"party", "cake"}
    assert found["cake"]["RELATED-TO"] == found["party"]["UID"]


async def test_signing_out_everywhere_leaves_a_feed(ana: Device, service: Service) -> None:
    made = await feed(ana)
    assert (await ana.ask("DELETE", "/session?current=true")).status_code == 204
    assert (await subscribed(service, made["url"])).status_code == 200


async def test_a_feed_that_is_taken_back_is_gone_and_others_stay(ana: Device, service: Service) -> None:
    one, other = await feed(ana), await feed(ana)
    assert (await ana.ask("DELETE", f"/feed/{one['id']}")).status_code == 204
    assert kind(await subscribed(service, one["url"])) == (404, "not-found")
    assert (await subscribed(service, other["url"])).status_code == 200
    assert [left["id"] for left in (await ana.ask("GET", "/feed")).json()["items"]] == [other["id"]]


async def test_the_address_is_shown_once_and_stored_nowhere(ana: Device, service: Service) -> None:
    made = await feed(ana)
    secret = made["url"].rsplit("/", 1)[1].removesuffix(".ics")
    assert len(secret) >= 43
    assert (await subscribed(service, made["url"])).status_code == 200
    listed = await ana.ask("GET", "/feed")
    assert secret not in listed.text
    assert listed.json()["items"][0]["used_at"] is not None
    assert where(await dump(service), secret) == set()
    assert secret not in service.log.read_text()


async def test_other_peoples_feeds_are_not_there(ana: Device, service: Service) -> None:
    made, other = await feed(ana), await somebody_on(service)
    assert kind(await other.ask("DELETE", f"/feed/{made['id']}")) == (404, "not-found")
    assert kind(await other.ask("DELETE", f"/feed/{NOBODYS_ID}")) == (404, "not-found")
    assert kind(await other.ask("DELETE", "/feed/1")) == (404, "not-found")
    home = await make(ana)
    assert kind(await other.ask("POST", "/feed", json={"list_id": home["id"]})) == (404, "not-found")
    assert kind(await subscribed(service, "/feed/nothing.ics")) == (404, "not-found")


async def test_who_leaves_a_list_has_no_calendar_of_it_any_more(ana: Device, service: Service) -> None:
    bia = await somebody_on(service, "bia")
    home = await shared(ana, bia, role="viewer")
    made = await feed(bia, list_id=home["id"])
    assert (await subscribed(service, made["url"])).status_code == 200
    await ana.ask("DELETE", f"/list/{home['id']}/member/{await me(bia)}")
    assert (await subscribed(service, made["url"])).status_code == 404


async def test_a_disabled_accounts_calendar_is_gone(service: Service) -> None:
    person = await somebody(service)
    made = await feed(await person.device())
    assert service.run("user", "disable", person.username).returncode == 0
    assert (await subscribed(service, made["url"])).status_code == 404


async def test_a_deleted_account_leaves_no_feed(service: Service) -> None:
    person: Person = await somebody(service)
    device = await person.device()
    made = await feed(device)
    assert (await device.ask("DELETE", "/me", json={"password": PASSWORD})).status_code == 204
    assert (await subscribed(service, made["url"])).status_code == 404
    assert await rows(service, "SELECT id FROM feed WHERE user_id = $1", person.user_id) == []


async def test_there_is_an_end_to_how_many_and_how_often(ana: Device, embedded: Service) -> None:
    for _ in range(20):
        made = await feed(ana)
    assert kind(await ana.ask("POST", "/feed", json={})) == (409, "conflict")
    if str(ana.client.base_url).rstrip("/") == embedded.base_url:
        answers = [await subscribed(embedded, made["url"]) for _ in range(121)]
        assert [one.status_code for one in answers] == [200] * 120 + [429]
        assert int(answers[-1].headers["retry-after"]) <= 3600
