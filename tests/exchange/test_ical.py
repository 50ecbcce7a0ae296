"""iCalendar: what a VTODO becomes, and that what is written is right for others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from recado.errors import Invalid
from recado.exchange import ical_text
from recado.exchange.record import Here, Parsed
from tests.exchange.reading import FILES, HERE, remarks, said, taken


def calendar(*lines: str) -> bytes:
    """A calendar with one to-do."""
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VTODO", *lines, "END:VTODO", "END:VCALENDAR", ""]).encode()


def one(*lines: str) -> dict[str, Any]:
    parsed = taken("ics", calendar("SUMMARY:x", *lines))
    (item,) = parsed.items
    return said(item)


def test_a_file_as_a_program_writes_it() -> None:
    parsed = taken("ics", (FILES / "tasks.ics").read_bytes())
    found = {item.title: item for item in parsed.items}
    bicycles = found["Bring the bicycles to the shop; ask for new brakes, both wheels"]
    assert said(bicycles) == {
        "title": bicycles.title,
        "notes": "They close at noon.\nThe green one has a flat tyre – mind the valve.",
        "list": "Household",
        "labels": ("errands", "outdoors"),
        "due": "2026-12-05T10:30",
        "zone": "Europe/Berlin",
        "priority": 1,
        "created_at": 1_792_484_100_000_000,
    }
    receipts = found["Look for the receipts"]
    assert receipts.parent == bicycles.key
    assert receipts.done_at == int(datetime(2026, 10, 30, 17, 15, tzinfo=UTC).timestamp()) * 1_000_000
    bins = found["Put the bins out"]
    assert (bins.due, bins.repeat, bins.remind, bins.priority) == ("2026-11-30", "FREQ=WEEKLY;BYDAY=MO", 26 * 60, 3)
    landlord = found["Call the landlord"]
    assert (landlord.due, landlord.zone, landlord.done_at) == ("2026-12-01T09:00", "Europe/Berlin", HERE.now)
    plants = found["Water the neighbour's plants"]
    assert (plants.due, plants.zone, plants.repeat) == ("2026-12-03T18:00", "Europe/Lisbon", None)
    assert plants.notes == "FREQ=HOURLY;INTERVAL=6"
    assert [kind for _, kind in remarks(parsed)] == ["skipped", "changed", "changed", "changed"]


@pytest.mark.parametrize(
    ("lines", "due", "zone"),
    [
        (["DUE:20260701T120000Z"], "2026-07-01T13:00", "Europe/Lisbon"),
        (["DUE:20261201T090000"], "2026-12-01T09:00", "Europe/Lisbon"),
        (["DUE;VALUE=DATE:20261201"], "2026-12-01", "Europe/Lisbon"),
        (["DUE;TZID=America/Sao_Paulo:20261201T090000"], "2026-12-01T09:00", "America/Sao_Paulo"),
        (["DUE;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261201T090000"], "2026-12-01T09:00", "Asia/Tokyo"),
        (["DTSTART:20261201T090000", "DURATION:PT1H30M"], "2026-12-01T10:30", "Europe/Lisbon"),
        (["DTSTART;VALUE=DATE:20261201"], "2026-12-01", "Europe/Lisbon"),
    ],
)
def test_when_it_is_due(lines: list[str], due: str, zone: str) -> None:
    found = one(*lines)
    assert (found["due"], found["zone"]) == (due, zone)


@pytest.mark.parametrize(("theirs", "ours"), list(zip("0123456789", (0, 1, 2, 2, 2, 3, 4, 4, 4, 4), strict=True)))
def test_priorities(theirs: str, ours: int) -> None:
    assert one(f"PRIORITY:{theirs}").get("priority", 0) == ours


def test_a_broken_property_costs_only_itself_and_says_its_line() -> None:
    parsed = taken("ics", calendar("SUMMARY:x", "DUE:soon", "PRIORITY:high", "RRULE:now and then", "CREATED:?", "junk"))
    assert [item.title for item in parsed.items] == ["x"]
    assert parsed.items[0].notes == "DUE: soon\nnow and then"
    assert remarks(parsed) == [(2, "changed"), (4, "changed"), (5, "changed"), (7, "changed")]  # 2: how it repeats


def test_a_todo_that_is_cut_off_is_told_and_the_others_are_taken() -> None:
    raw = calendar("SUMMARY:whole").replace(b"END:VCALENDAR\r\n", b"BEGIN:VTODO\r\nSUMMARY:half\r\n")
    parsed = taken("ics", raw)
    assert [item.title for item in parsed.items] == ["whole"]
    assert remarks(parsed) == [(5, "skipped")]


def test_what_is_nested_in_a_todo_is_not_taken_for_it() -> None:
    parsed = taken(
        "ics", calendar("BEGIN:VALARM", "SUMMARY:alarm", "BEGIN:X", "SUMMARY:deep", "END:X", "END:VALARM", "SUMMARY:x")
    )
    assert [item.title for item in parsed.items] == ["x"]


def test_a_file_that_is_no_calendar_is_refused() -> None:
    with pytest.raises(Invalid):
        taken("ics", "BEGIN:VCARD\r\nEND:VCARD\r\n")


def written(*lines: str) -> icalendar.Calendar:
    """Read to-dos from todo.txt lines, write them as a calendar, and read that with the library."""
    parsed = taken("todotxt", "\n".join(lines))
    for n, item in enumerate(parsed.items):
        object.__setattr__(item, "key", f"k{n}")
    return icalendar.Calendar.from_ical(ical_text.write(parsed, HERE))


def test_what_is_written_means_the_same_to_others() -> None:
    found = written("(B) Paint; the wall, \\ twice due:2026-07-01 at:0900 zone:America/New_York @a @b rec:+1w")
    (todo,) = found.walk("VTODO")
    assert str(todo["SUMMARY"]) == "Paint; the wall, \\ twice"
    assert todo["DUE"].dt == datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("America/New_York"))
    assert todo["RRULE"]["FREQ"] == ["WEEKLY"]
    assert todo["DTSTART"].dt <= todo["DUE"].dt
    assert sorted(str(name) for name in todo["CATEGORIES"].cats) == ["a", "b"]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "America/Sao_Paulo"])
def test_a_time_zone_is_written_with_the_changes_of_its_clocks(zone: str) -> None:
    found = written(f"x due:2026-07-01 at:0900 zone:{zone}", f"y due:2027-01-01 at:0900 zone:{zone}")
    (described,) = found.walk("VTIMEZONE")
    theirs = described.to_tz()
    for month in range(1, 13):
        moment = datetime(2026, month, 15, 12)
        ours = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert moment.replace(tzinfo=theirs).utcoffset() == ours, month


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut() -> None:
    raw = ical_text.write(taken("todotxt", "ção😀" * 100), HERE)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert all(line.decode() for line in raw.split(b"\r\n") if line)


def test_control_characters_cannot_break_a_line() -> None:
    assert ical_text.escaped("a\r\nEND:VTODO\x00\x0b\nb") == "a\\nEND:VTODO\\nb"


def test_a_feed_of_nothing_is_still_a_calendar() -> None:
    raw = ical_text.feed(Parsed(), Here("UTC", "en", HERE.now), "x", todos=True, events=True)
    assert icalendar.Calendar.from_ical(raw).walk("VTODO") == []


def test_a_file_of_apples_reminders_with_oddities_of_others() -> None:
    parsed = taken("ics", (FILES / "reminders.ics").read_bytes())
    dentist, rent, cards, coffee = parsed.items
    assert (dentist.due, dentist.zone, dentist.remind) == ("2026-12-01T09:00", "Europe/Berlin", 30)
    assert dentist.notes == "https://example.org/?q=a%2Cb"
    assert (rent.title, rent.labels) == ("Pay the rent, 100%2C of it", ("house-garden", "money"))
    assert (rent.repeat, rent.remind) == ("FREQ=MONTHLY;INTERVAL=1;UNTIL=20270605", 24 * 60 + 15 * 60)
    assert rent.notes == "To the new account.\n\nhttps://example.org/contract.pdf"
    assert (rent.parent, cards.parent) == (dentist.key, rent.key)
    assert (cards.due, cards.zone, cards.done_at) == ("2026-12-03T09:00", "Europe/Lisbon", None)
    assert cards.notes == "Start: 2026-12-01 08:00"
    assert coffee.title == "Comprar café e pão"
    assert {item.list for item in parsed.items} == {"Casa"}
    assert remarks(parsed) == [(n, "changed") for n in (43, 49, 67, 68, 73)]


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        (["DUE:20261201T090000", "TRIGGER:-PT15M"], 15),
        (["DUE:20261201T090000", "TRIGGER:PT0S"], 0),
        (["DTSTART:20261201T080000", "DUE:20261201T090000", "TRIGGER:-PT15M"], 75),
        (["DTSTART:20261201T080000", "DUE:20261201T090000", "TRIGGER;RELATED=END:-PT15M"], 15),
        (["DTSTART:20261201T080000", "DUE:20261201T090000", "TRIGGER:PT15M"], 45),
        (["DUE:20260701T090000", "TRIGGER;VALUE=DATE-TIME:20260701T070000Z"], 60),
        (["DUE;VALUE=DATE:20261201", "TRIGGER:PT9H"], 15 * 60),
        (["DUE:20261201T090000", "TRIGGER:PT15M"], None),
        (["DUE:20261201T090000", "TRIGGER:soon"], None),
        (["TRIGGER:-PT15M"], None),
    ],
)
def test_alarms(lines: list[str], minutes: int | None) -> None:
    *first, trigger = lines
    parsed = taken("ics", calendar("SUMMARY:x", *first, "BEGIN:VALARM", trigger, "END:VALARM"))
    assert parsed.items[0].remind == minutes
    assert any("alarm" in one.reason for one in parsed.remarks) == (minutes is None)


@pytest.mark.parametrize(
    ("lines", "done"),
    [
        (["STATUS:COMPLETED"], True),
        (["PERCENT-COMPLETE:100"], True),
        (["COMPLETED:20261020T080000Z"], True),
        (["STATUS:NEEDS-ACTION", "COMPLETED:20261020T080000Z"], False),
        (["STATUS:IN-PROCESS", "PERCENT-COMPLETE:50"], False),
        ([], False),
    ],
)
def test_what_is_done(lines: list[str], done: bool) -> None:
    assert ("done_at" in one(*lines)) == done


def test_the_last_day_of_a_rule_is_a_day_of_the_todos_zone() -> None:
    line = "mow due:2026-12-01 at:2200 zone:America/Sao_Paulo rrule:FREQ=DAILY;UNTIL=20261224"
    (todo,) = written(line).walk("VTODO")
    assert todo["RRULE"]["UNTIL"] == [datetime(2026, 12, 25, 2, 59, 59, tzinfo=UTC)]
    again = taken("ics", ical_text.write(taken("todotxt", line), HERE))
    assert again.items[0].repeat == "FREQ=DAILY;UNTIL=20261224"


def fed(*lines: str, todos: bool = False, events: bool = True) -> icalendar.Calendar:
    """Read to-dos from todo.txt lines, and a feed of them with the library."""
    parsed = taken("todotxt", "\n".join(lines))
    return icalendar.Calendar.from_ical(ical_text.feed(parsed, HERE, "recado", todos=todos, events=events))


def test_an_event_of_what_repeats_repeats_at_its_time_of_day() -> None:
    found = fed("mow due:2026-12-01 at:0900 zone:America/New_York rec:+1w", "sweep due:2026-12-01 rec:1w")
    timed, whole_day = found.walk("VEVENT")
    assert timed["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("America/New_York"))
    assert timed["RRULE"]["FREQ"] == ["WEEKLY"]
    assert len(found.walk("VTIMEZONE")) == 1
    assert "RRULE" not in whole_day  # it counts from the day it is done, which nobody knows yet


def test_a_reminder_of_a_day_is_an_alarm_at_the_same_moment_for_others() -> None:
    for remind, hours in (("remind:60", 23), ("remind:2160", -12)):
        (event,) = fed(f"mow due:2026-12-01 {remind}").walk("VEVENT")
        (alarm,) = event.walk("VALARM")
        assert alarm["TRIGGER"].dt.total_seconds() == hours * 3600


def test_a_feed_has_a_name_whatever_it_is_called() -> None:
    found = fed("x")
    assert str(found["X-WR-CALNAME"]) == "recado"
    assert "REFRESH-INTERVAL" in found
