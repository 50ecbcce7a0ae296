"""iCalendar (RFC 5545), written: to-dos, events, and content lines with their escapes and folds.

Written here and not with a library, since a feed is asked for again and again; the tests read it with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from recado.exchange import ical_zones
from recado.exchange.record import Here, Item, Parsed
from recado.todos import dates

UID_HOST = "recado"
"""What stands behind the id of a to-do in its UID."""

_PRODUCT = "-//recado//recado//EN"
_FOLD = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_UNTIL = re.compile(r"UNTIL=(\d{4})(\d{2})(\d{2})")
_PRIORITIES = (0, 1, 3, 5, 9)
_DAY = 24 * 60


def write(parsed: Parsed, here: Here) -> bytes:
    """Write every item as a VTODO, with all that iCalendar has a place for."""
    return _calendar([], ical_zones.described(parsed.items, here), _todos(parsed, here))


def feed(parsed: Parsed, here: Here, name: str, *, todos: bool, events: bool) -> bytes:
    """Write items for calendar programs: as to-dos, and, since many show none, as events on the day they are due."""
    head = [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    named = [item for item in parsed.items if todos or item.repeat]
    dated = [item for item in parsed.items if events and item.due and item.done_at is None]
    return _calendar(
        [*head, "X-PUBLISHED-TTL:PT1H"],
        ical_zones.described(named, here),
        _todos(parsed, here) if todos else (),
        (line for item in dated for line in _event(item, here)),
    )


def escaped(text: str) -> str:
    """Return a text as the value of a property (RFC 5545, 3.3.11); control characters that it forbids are dropped."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).translate(_ESCAPES)


def folded(line: str) -> bytes:
    """Return a content line of at most 75 octets a line, folded between characters (RFC 5545, 3.1)."""
    raw = line.encode()
    if len(raw) <= _FOLD:
        return raw + b"\r\n"
    parts, start, room = list[bytes](), 0, _FOLD
    while start < len(raw):
        end = min(start + room, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[start:end])
        start, room = end, _FOLD - 1
    return b"\r\n ".join(parts) + b"\r\n"


def _calendar(names: Iterable[str], *parts: Iterable[str]) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    lines = (line for part in (head, names, *parts, ["END:VCALENDAR"]) for line in part)
    return b"".join(map(folded, lines))


def _todos(parsed: Parsed, here: Here) -> Iterator[str]:
    for item in parsed.items:
        yield from _todo(parsed, item, here)


def _todo(parsed: Parsed, item: Item, here: Here) -> Iterator[str]:
    yield "BEGIN:VTODO"
    yield f"UID:{item.key}@{UID_HOST}"
    yield from _told(item)
    if item.due is not None:
        if item.repeat and "X-FROM" not in item.repeat:
            yield f"DTSTART{_value(item)}"  # a rule needs one to count from
        yield f"DUE{_value(item)}"
        yield from _repeats(item, here)
    if item.priority:
        yield f"PRIORITY:{_PRIORITIES[item.priority]}"
    if item.parent:
        yield f"RELATED-TO:{item.parent}@{UID_HOST}"
    named = parsed.lists.get(item.list or "")
    if named is not None and not named.personal:
        yield f"X-RECADO-LIST:{escaped(named.name)}"
    if item.person:
        yield f"X-RECADO-FOR:{escaped(item.person)}"
    yield from _state(item)
    yield from _alarm(item, ";RELATED=END")
    yield "END:VTODO"


def _event(item: Item, here: Here) -> Iterator[str]:
    """An event of half an hour, or of the day; a to-do that repeats is one, and those to come are its repetitions."""
    repeats = list(_repeats(item, here)) if item.repeat and "X-FROM" not in item.repeat else []
    yield "BEGIN:VEVENT"
    yield f"UID:due-{item.key}@{UID_HOST}"
    yield from _told(item)
    if _is_timed(item):
        in_utc = f":{_utc(dates.instant(item.due or '', item.zone or here.zone))}"
        yield f"DTSTART{_value(item) if repeats else in_utc}"
        yield "DURATION:PT30M"
    else:
        day = datetime.fromisoformat(item.due or "")
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield from repeats
    yield "TRANSP:TRANSPARENT"
    yield from _alarm(item, "")
    yield "END:VEVENT"


def _told(item: Item) -> Iterator[str]:
    """What to-dos and events have in common. `SEQUENCE` and the instants grow with each change."""
    yield f"DTSTAMP:{_utc(item.updated_at or 0)}"
    if item.created_at is not None:
        yield f"CREATED:{_utc(item.created_at)}"
    if item.updated_at is not None:
        yield f"LAST-MODIFIED:{_utc(item.updated_at)}"
    if item.version is not None:
        yield f"SEQUENCE:{item.version - 1}"
    yield f"SUMMARY:{escaped(item.title)}"
    if item.notes:
        yield f"DESCRIPTION:{escaped(item.notes)}"
    if item.labels:
        yield f"CATEGORIES:{','.join(map(escaped, item.labels))}"


def _repeats(item: Item, here: Here) -> Iterator[str]:
    """A rule whose last day is told as RFC 5545 wants it: as a day of a day, in UTC for what is due at a time."""
    if not item.repeat:
        return
    if "X-FROM" in item.repeat:
        yield f"X-RECADO-REPEAT:{item.repeat}"
        return
    until = _UNTIL.search(item.repeat)
    rule = item.repeat
    if until is not None and _is_timed(item):
        end = dates.instant("-".join(until.groups()), item.zone or here.zone)
        rule = rule.replace(until[0], f"UNTIL={_utc(end)}")
    yield f"RRULE:{rule}"


def _state(item: Item) -> Iterator[str]:
    if item.done_at is None:
        yield "STATUS:NEEDS-ACTION"
    else:
        yield from ("STATUS:COMPLETED", "PERCENT-COMPLETE:100", f"COMPLETED:{_utc(item.done_at)}")


def _alarm(item: Item, related: str) -> Iterator[str]:
    """Alarms count from the start of a day, we from its end; without a date there is nothing to count from."""
    if item.remind is None:
        return
    if item.due is None:
        if related:
            yield f"X-RECADO-REMIND:{item.remind}"
        return
    after = (0 if _is_timed(item) else _DAY) - item.remind
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(item.title)}")
    yield from (f"TRIGGER{related}:{'-' if after < 0 else ''}PT{abs(after)}M", "END:VALARM")


def _is_timed(item: Item) -> bool:
    return item.due is not None and len(item.due) > 10


def _value(item: Item) -> str:
    digits = (item.due or "").replace("-", "").replace(":", "")
    if not _is_timed(item):
        return f";VALUE=DATE:{digits}"
    return f":{digits}00" if item.zone is None else f";TZID={item.zone}:{digits}00"


def _utc(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant // 1_000_000, UTC):%Y%m%dT%H%M%SZ}"
