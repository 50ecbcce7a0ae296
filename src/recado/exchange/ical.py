"""iCalendar (RFC 5545): reads the VTODO of a file with the library icalendar, which is loaded when the first one comes.

Every property is read by itself, so a broken one costs no more than itself, and every remark has its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from recado.db.ids import is_uuid7
from recado.errors import Invalid
from recado.exchange.ical_text import UID_HOST
from recado.exchange.record import MOST_LINE, Here, Item, Parsed, distinct, zones
from recado.todos import dates

MOST_TODOS = 25_000
"""How many to-dos of one file are read: the library takes a tenth of a millisecond for each."""

_TAKEN = frozenset(
    {
        *(
            "UID",
            "SUMMARY",
            "DESCRIPTION",
            "DUE",
            "DTSTART",
            "DURATION",
            "RRULE",
            "PRIORITY",
            "CATEGORIES",
            "RELATED-TO",
        ),
        *("COMPLETED", "STATUS", "PERCENT-COMPLETE", "CREATED", "RECURRENCE-ID", "LOCATION", "URL"),
        *("X-RECADO-LIST", "X-RECADO-FOR", "X-RECADO-REPEAT", "X-RECADO-REMIND"),
    }
)
_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "X-RECADO-LIST", "X-RECADO-FOR"})
_PRIORITIES = (0, 1, 2, 2, 2, 3, 4, 4, 4, 4)
_ESCAPED = re.compile(r"\\([\\;,nN:\"])")
_PARTS = re.compile(r"(?:[^\\,]|\\.)+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Property(NamedTuple):
    """A content line taken apart: parameters in upper case, the value still escaped."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class _Block:
    """A VTODO: the line it begins at, its properties, the trigger of its first alarm."""

    line: int
    properties: dict[str, _Property] = field(default_factory=dict[str, _Property])
    categories: list[_Property] = field(default_factory=list[_Property])
    trigger: _Property | None = None


def read(raw: bytes, here: Here) -> Parsed:
    """Read the to-dos of an iCalendar file. Raises `Invalid` for what is none."""
    parsed, seen = Parsed(), dict[str, int]()
    if b"BEGIN:VCALENDAR" not in raw[:10_000].upper():
        raise Invalid("", "This is not an iCalendar file: BEGIN:VCALENDAR is missing.")
    reader = _Reader(parsed, here)
    for block in reader.blocks(raw):
        if len(parsed.items) >= MOST_TODOS:
            parsed.skip(block.line, "", f"A file may hold {MOST_TODOS} to-dos; what follows was not read.")
            break
        item = reader.item(block, seen)
        if item is not None:
            parsed.items.append(item)
    return parsed


def _unfolded(raw: bytes) -> Iterator[tuple[int, str]]:
    """Give the content lines with the number of the line that each begins at; folds are undone before decoding."""
    start, number, first, parts, size = 0, 0, 1, list[bytes](), 0
    while start < len(raw):
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        line, start, number = raw[start:end].removesuffix(b"\r"), end + 1, number + 1
        if line[:1] in (b" ", b"\t") and parts:
            size += len(line)
            if size <= 5 * MOST_LINE:  # beyond, it is too long in any case
                parts.append(line[1:])
            continue
        if parts:
            yield first, _decoded(b"".join(parts))
        first, parts, size = number, [line], 0
    if parts:
        yield first, _decoded(b"".join(parts))


def _decoded(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


class _Reader:
    """Reads one file."""

    def __init__(self, parsed: Parsed, here: Here) -> None:
        self._parsed, self._here = parsed, here
        self._calendar: str | None = None

    def blocks(self, raw: bytes) -> Iterator[_Block]:
        """Give each VTODO that is complete."""
        inside, block, others = list[str](), None, 0
        for number, line in _unfolded(raw):
            head = line[:40].upper()
            if head.startswith("BEGIN:"):
                kind = line[6:].strip().upper()[:40]
                if kind == "VTODO":
                    if block is not None:
                        self._parsed.skip(block.line, "", "The to-do has no end.")
                    inside, block = inside[:1], _Block(number)
                others += kind in ("VEVENT", "VJOURNAL")
                if len(inside) < 16:
                    inside.append(kind)
            elif head.startswith("END:"):
                kind = line[4:].strip().upper()[:40]
                if kind in inside:
                    del inside[len(inside) - 1 - inside[::-1].index(kind) :]
                if kind == "VTODO" and block is not None:
                    yield block
                    block = None
            else:
                self._take(number, line, inside, block)
        if block is not None:
            self._parsed.skip(block.line, "", "The to-do has no end; the file is cut off.")
        if others:
            self._parsed.skip(1, "", f"{others} entries are events or journals, not to-dos.")

    def _take(self, number: int, line: str, inside: list[str], block: _Block | None) -> None:
        name = line[:40].partition(":")[0].partition(";")[0].strip().upper()
        if block is None:
            if name in ("X-WR-CALNAME", "NAME") and inside == ["VCALENDAR"] and self._calendar is None:
                self._calendar = _plain(line.partition(":")[2][:200])
            return
        alarm = inside[-1:] == ["VALARM"] and name == "TRIGGER" and block.trigger is None
        if not alarm and (inside[-1:] != ["VTODO"] or name not in _TAKEN):
            return
        found = self._apart(number, name, line)
        if found is None:
            return
        if alarm:
            block.trigger = found
        elif name == "CATEGORIES":
            block.categories.append(found)
        else:
            block.properties.setdefault(name, found)

    def _apart(self, number: int, name: str, line: str) -> _Property | None:
        if len(line) > MOST_LINE:
            self._parsed.change(number, "", f"{name} has more than {MOST_LINE} characters and was left out.")
            return None
        _, _, rest = line.partition(name if line.startswith(name) else line[: len(name)])
        if rest.startswith(":"):
            return _Property(number, name, {}, rest[1:])
        try:
            _, parameters, value = _library().Contentline(line).parts()
        except ValueError:
            self._parsed.change(number, "", f"{name} cannot be read and was left out.")
            return None
        known = {str(key).upper(): value if isinstance(value, str) else "" for key, value in parameters.items()}
        return _Property(number, name, known, value)

    def item(self, block: _Block, seen: dict[str, int]) -> Item | None:
        """Return what a VTODO says."""
        told, notes = list[tuple[int, str]](), list[str]()
        texts = {name: _plain(one.value) for name, one in block.properties.items() if name in _TEXTS}
        title = texts.get("SUMMARY", "").strip()
        if "RECURRENCE-ID" in block.properties:
            self._parsed.skip(block.line, title, "It is one occurrence, moved or changed, of a to-do that repeats.")
            return None
        notes.append(texts.get("DESCRIPTION", ""))
        for name in ("LOCATION", "URL"):
            if name in block.properties and block.properties[name].value.strip():
                notes.append(_plain(block.properties[name].value))
        due, zone = self._due(block, notes, told)
        uid = block.properties["UID"].value.strip() if "UID" in block.properties else ""
        own = uid.removesuffix(f"@{UID_HOST}")
        key = distinct(own or _content(block), seen)
        named = texts.get("X-RECADO-LIST") or self._calendar
        item = Item(
            block.line,
            key,
            title,
            "\n\n".join(note for note in notes if note.strip()),
            self._parsed.list_named(named) if named else None,
            tuple(label for one in block.categories for label in _several(one.value)),
            texts.get("X-RECADO-FOR"),
            due,
            zone,
            self._priority(block, told),
            self._repeat(block),
            self._remind(block, told),
            self._parent(block),
            created_at=self._instant(block.properties.get("CREATED"), told),
            done_at=self._done(block, told),
            id=key if is_uuid7(key) else None,
        )
        for line, reason in told:
            self._parsed.change(line, title, reason)
        return item

    def _due(self, block: _Block, notes: list[str], told: list[tuple[int, str]]) -> tuple[str | None, str | None]:
        one = block.properties.get("DUE") or block.properties.get("DTSTART")
        if one is None:
            return None, None
        moment = _moment(one)
        if moment is None:
            notes.append(f"{one.name}: {one.value}")
            told.append((one.line, "Nobody understood when it is due; that is in the notes."))
            return None, None
        if not isinstance(moment, datetime):
            return moment.isoformat(), None
        if one.name == "DTSTART" and "DURATION" in block.properties:
            moment = moment + (_length(block.properties["DURATION"].value) or timedelta())
        if moment.tzinfo is not None:
            return f"{moment.astimezone(ZoneInfo(self._here.zone)):%Y-%m-%dT%H:%M}", None
        name = one.parameters.get("TZID")
        zone = None if name is None else _zone(name)
        if name is not None and zone is None:
            told.append((one.line, f"The time zone “{name[:60]}” is unknown; the time is taken to be in yours."))
        return f"{moment:%Y-%m-%dT%H:%M}", zone

    def _repeat(self, block: _Block) -> str | None:
        one = block.properties.get("X-RECADO-REPEAT") or block.properties.get("RRULE")
        return None if one is None else one.value.strip()

    def _remind(self, block: _Block, told: list[tuple[int, str]]) -> int | None:
        one = block.trigger
        if one is None:
            return None
        before = _length(one.value)
        if before is None or before > timedelta():
            told.append((one.line, "Its alarm is not a time before it is due, and was left out."))
            return None
        return int(-before / timedelta(minutes=1))

    def _parent(self, block: _Block) -> str | None:
        one = block.properties.get("RELATED-TO")
        if one is None or one.parameters.get("RELTYPE", "PARENT").upper() != "PARENT":
            return None
        return one.value.strip().removesuffix(f"@{UID_HOST}") or None

    def _priority(self, block: _Block, told: list[tuple[int, str]]) -> int:
        one = block.properties.get("PRIORITY")
        if one is None:
            return 0
        text = one.value.strip()
        if len(text) == 1 and text in "0123456789":
            return _PRIORITIES[int(text)]
        told.append((one.line, "Its priority is not from 0 to 9, and was left out."))
        return 0

    def _done(self, block: _Block, told: list[tuple[int, str]]) -> int | None:
        status = block.properties["STATUS"].value.strip().upper() if "STATUS" in block.properties else ""
        percent = block.properties["PERCENT-COMPLETE"].value.strip() if "PERCENT-COMPLETE" in block.properties else ""
        if status == "CANCELLED":
            told.append((block.properties["STATUS"].line, "It was cancelled; here it is done."))
        elif status != "COMPLETED" and "COMPLETED" not in block.properties and percent != "100":
            return None
        done_at = self._instant(block.properties.get("COMPLETED"), told)
        return self._here.now if done_at is None else done_at

    def _instant(self, one: _Property | None, told: list[tuple[int, str]]) -> int | None:
        moment = None if one is None else _moment(one)
        if one is None or moment is None:
            if one is not None:
                told.append((one.line, f"{one.name} cannot be read and was left out."))
            return None
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 12)
        if moment.tzinfo is None:
            zone = _zone(one.parameters.get("TZID", "")) or self._here.zone
            return dates.instant(f"{moment:%Y-%m-%dT%H:%M}", zone) + moment.second * 1_000_000
        return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(one: _Property) -> datetime | date | None:
    """Read a date or time; in UTC it has a zone, else it is local. None for what is neither, or of no usual year."""
    try:
        found: Any = _library().vDDDTypes.from_ical(one.value.strip())
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    if not isinstance(found, date) or not dates.FIRST_YEAR <= found.year <= dates.LAST_YEAR:
        return None
    return found


def _length(text: str) -> timedelta | None:
    try:
        found: Any = _library().vDuration.from_ical(text.strip())
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return found if isinstance(found, timedelta) else None


def _plain(value: str) -> str:
    """Undo the escapes of a text (RFC 5545, 3.3.11)."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _several(value: str) -> list[str]:
    """Split at the commas that are not escaped."""
    return [name for part in _PARTS.findall(value) if (name := _plain(part).strip())]


def _content(block: _Block) -> str:
    """What a to-do without an id is known by: all that it says."""
    found = [*block.properties.values(), *block.categories]
    return "\x1f".join(f"{one.name}{sorted(one.parameters.items())}{one.value}" for one in found)


@lru_cache(maxsize=256)
def _zone(name: str) -> str | None:
    """Return the zone of a TZID: by its usual name, Windows' name, or the usual name at its end."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - see `_library`

    known, name = zones(), name.strip().strip('"')
    if name in known:
        return name
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    parts = name.split("/")
    return next((end for n in (3, 2) if (end := "/".join(parts[-n:])) in known), None)


@lru_cache(maxsize=1)
def _library() -> Any:
    """Load icalendar: 0.1 s and some megabytes that a service without such files never pays for."""
    import icalendar  # noqa: PLC0415

    return _Library(icalendar)


class _Library:
    """What is used of icalendar."""

    def __init__(self, module: Any) -> None:
        self.vDDDTypes, self.vDuration = module.vDDDTypes, module.vDuration
        from icalendar.parser import Contentline  # noqa: PLC0415

        self.Contentline = Contentline
