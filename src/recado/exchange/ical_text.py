"""iCalendar (RFC 5545), written: content lines with their escapes and folds, time zones, to-dos and events.

Written here and not with a library, since a feed is asked for again and again; the tests read it with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from recado.exchange.record import Here, Item, Parsed
from recado.todos import dates

UID_HOST = "recado"
"""What stands behind the id of a to-do in its UID."""

_PRODUCT = "-//recado//recado//EN"
_FOLD = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_PRIORITIES = (0, 1, 3, 5, 9)
_YEARS = 10
"""How far from now, at most, the clocks of a time zone are described; beyond, they stay as they are then."""


def write(parsed: Parsed, here: Here) -> bytes:
    """Write every item as a VTODO, with all that iCalendar has a place for."""
    zones = sorted({item.zone for item in parsed.items if item.zone and _is_local(item)})
    first, last = _years(parsed.items, here)
    return _calendar(
        "recado",
        (line for zone in zones for line in _timezone(zone, first, last)),
        (line for item in parsed.items for line in _todo(parsed, item)),
    )


def feed(parsed: Parsed, here: Here, name: str, *, todos: bool, events: bool) -> bytes:
    """Write items for calendar programs: as to-dos, and, since many show none, as events on the day they are due."""
    zones = sorted({item.zone for item in parsed.items if item.zone and _is_local(item)}) if todos else []
    first, last = _years(parsed.items, here)
    return _calendar(
        name,
        (line for zone in zones for line in _timezone(zone, first, last)),
        (line for item in parsed.items if todos for line in _todo(parsed, item)),
        (line for item in parsed.items if events and item.due and item.done_at is None for line in _event(item, here)),
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


def _calendar(name: str, *parts: Iterable[str]) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    if name != "recado":
        head += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    lines = (line for part in (head, *parts, ["END:VCALENDAR"]) for line in part)
    return b"".join(map(folded, lines))


def _todo(parsed: Parsed, item: Item) -> Iterator[str]:
    yield "BEGIN:VTODO"
    yield f"UID:{item.key}@{UID_HOST}"
    yield f"DTSTAMP:{_utc(item.updated_at or 0)}"
    if item.created_at is not None:
        yield f"CREATED:{_utc(item.created_at)}"
    if item.updated_at is not None:
        yield f"LAST-MODIFIED:{_utc(item.updated_at)}"
    yield f"SUMMARY:{escaped(item.title)}"
    if item.notes:
        yield f"DESCRIPTION:{escaped(item.notes)}"
    yield from _when(item)
    if item.priority:
        yield f"PRIORITY:{_PRIORITIES[item.priority]}"
    if item.labels:
        yield f"CATEGORIES:{','.join(map(escaped, item.labels))}"
    if item.parent:
        yield f"RELATED-TO:{item.parent}@{UID_HOST}"
    named = parsed.lists.get(item.list or "")
    if named is not None and not named.personal:
        yield f"X-RECADO-LIST:{escaped(named.name)}"
    if item.person:
        yield f"X-RECADO-FOR:{escaped(item.person)}"
    yield from _state(item)
    if item.remind is not None:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(item.title)}")
        yield from (f"TRIGGER;RELATED=END:-PT{item.remind}M", "END:VALARM")
    yield "END:VTODO"


def _when(item: Item) -> Iterator[str]:
    if item.due is None:
        return
    value = _value(item)
    if item.repeat and "X-FROM" not in item.repeat:
        yield f"DTSTART{value}"  # a rule needs one to count from
    yield f"DUE{value}"
    if item.repeat:
        yield f"{'X-RECADO-REPEAT' if 'X-FROM' in item.repeat else 'RRULE'}:{item.repeat}"


def _state(item: Item) -> Iterator[str]:
    if item.done_at is None:
        yield "STATUS:NEEDS-ACTION"
    else:
        yield from ("STATUS:COMPLETED", "PERCENT-COMPLETE:100", f"COMPLETED:{_utc(item.done_at)}")


def _event(item: Item, here: Here) -> Iterator[str]:
    if item.due is None:
        return
    yield "BEGIN:VEVENT"
    yield f"UID:due-{item.key}@{UID_HOST}"
    yield f"DTSTAMP:{_utc(item.updated_at or 0)}"
    yield f"SUMMARY:{escaped(item.title)}"
    if item.notes:
        yield f"DESCRIPTION:{escaped(item.notes)}"
    if _is_local(item):
        yield f"DTSTART:{_utc(dates.instant(item.due, item.zone or here.zone))}"
        yield "DURATION:PT30M"
    else:
        day = datetime.fromisoformat(item.due)
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _is_local(item: Item) -> bool:
    return item.due is not None and len(item.due) > 10


def _value(item: Item) -> str:
    digits = (item.due or "").replace("-", "").replace(":", "")
    if not _is_local(item):
        return f";VALUE=DATE:{digits}"
    return f":{digits}00" if item.zone is None else f";TZID={item.zone}:{digits}00"


def _utc(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant // 1_000_000, UTC):%Y%m%dT%H%M%SZ}"


def _years(items: Iterable[Item], here: Here) -> tuple[int, int]:
    years = [int(item.due[:4]) for item in items if item.due]
    now = datetime.fromtimestamp(here.now // 1_000_000, UTC).year
    return max(min(years, default=now), now - _YEARS) - 1, min(max(years, default=now), now + _YEARS) + 1


def _timezone(name: str, first: int, last: int) -> Iterator[str]:
    """Write a zone (RFC 5545, 3.6.5) as the changes of its clocks from one year to another, each for itself."""
    zone = ZoneInfo(name)
    start = datetime(max(first, 1970), 1, 1, tzinfo=UTC)
    changes = [start, *_changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC))]
    yield from ("BEGIN:VTIMEZONE", f"TZID:{name}")
    before = changes[0].astimezone(zone).utcoffset() or timedelta()
    for change in changes:
        local = change.astimezone(zone)
        after = local.utcoffset() or timedelta()
        kind = "DAYLIGHT" if local.dst() else "STANDARD"
        yield f"BEGIN:{kind}"
        yield f"DTSTART:{change.replace(tzinfo=None) + before:%Y%m%dT%H%M%S}"
        yield f"TZOFFSETFROM:{_offset(before)}"
        yield f"TZOFFSETTO:{_offset(after)}"
        yield f"END:{kind}"
        before = after
    yield "END:VTIMEZONE"


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the instants at which a zone's offset changes, found by halving between days on which it differs."""
    day, step = start, timedelta(days=7)
    while day < end:
        low, high = day, day + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            yield high
        day += step


def _offset(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"
