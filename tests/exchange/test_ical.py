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
