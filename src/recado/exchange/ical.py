"""iCalendar (RFC 5545): what a VTODO says, as a to-do. `ical_text.py` writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from recado.db.ids import is_uuid7
from recado.errors import Invalid
from recado.exchange import ical_times
from recado.exchange.ical_lines import Block, Property, blocks, plain, several
from recado.exchange.ical_text import UID_HOST
from recado.exchange.record import Here, Item, Parsed, distinct
from recado.todos import dates

MOST_TODOS = 25_000
"""How many to-dos of one file are read: the library takes a tenth of a millisecond for each."""

_PRIORITIES = (0, 1, 2, 2, 2, 3, 4, 4, 4, 4)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_NO_DATE = "Nobody understood when it is due; that is in the notes."


def read(raw: bytes, here: Here) -> Parsed:
    """Read the to-dos of an iCalendar file. Raises `Invalid` for what is none."""
    parsed, seen = Parsed(), dict[str, int]()
    if b"BEGIN:VCALENDAR" not in raw[:10_000].upper():
        raise Invalid("", "This is not an iCalendar file: BEGIN:VCALENDAR is missing.")
    for block in blocks(raw, parsed):
        if len(parsed.items) >= MOST_TODOS:
            parsed.skip(block.line, "", f"A file may hold {MOST_TODOS} to-dos; what follows was not read.")
            break
        title = block.text("SUMMARY")
        if "RECURRENCE-ID" in block.once:
            parsed.skip(block.line, title, "It is one occurrence, moved or changed, of a to-do that repeats.")
            continue
        todo = _Todo(block, here)
        parsed.items.append(todo.item(parsed, title, seen))
        for line, reason in todo.told:
            parsed.change(line, title, reason)
    return parsed


@dataclass(slots=True)
class _Todo:
    """One VTODO while it is read: what goes into its notes, and what is to be told."""

    block: Block
    here: Here
    notes: list[str] = field(default_factory=list[str])
    told: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def item(self, parsed: Parsed, title: str, seen: dict[str, int]) -> Item:
        """Return what it says."""
        block = self.block
        self.notes += [plain(block.once["DESCRIPTION"].value)] if "DESCRIPTION" in block.once else []
        self.notes += [block.text(name) for name in ("LOCATION", "URL")]
        self._others()
        due, zone = self._due()
        key = distinct(_own(block.text("UID")) or _content(block), seen)
        named = block.text("X-RECADO-LIST") or block.calendar
        return Item(
            block.line,
            key,
            title,
            list=parsed.list_named(named) if named else None,
            labels=tuple(label for one in block.several.get("CATEGORIES", []) for label in several(one.value)),
            person=block.text("X-RECADO-FOR") or None,
            due=due,
            zone=zone,
            priority=self._priority(),
            repeat=self._repeat(zone),
            remind=self._remind(due, zone),
            parent=self._parent(),
            created_at=self._instant("CREATED"),
            done_at=self._done(),
            notes="\n\n".join(note for note in self.notes if note.strip()),
            id=key if is_uuid7(key) else None,
        )

    def _tell(self, one: Property, reason: str) -> None:
        self.told.append((one.line, reason))

    def _others(self) -> None:
        """Keep in the notes what to-dos have no member for; tell of what has no place even there."""
        found = self.block.several
        self.notes += [plain(one.value) for one in found.get("COMMENT", [])]
        for one in found.get("ATTACH", []):
            if one.parameters.get("VALUE", "").upper() == "BINARY" or "ENCODING" in one.parameters:
                self._tell(one, "A file is attached to it, which was left out.")
            else:
                self.notes.append(one.value)
        for name, what in (
            ("EXDATE", "Days on which it does not repeat"),
            ("RDATE", "Days on which it repeats besides"),
            ("ATTENDEE", "Who attends"),
        ):
            if name in found:
                self._tell(found[name][0], f"{what} were left out." if name != "ATTENDEE" else f"{what} was left out.")

    def _due(self) -> tuple[str | None, str | None]:
        due, start = self.block.once.get("DUE"), self.block.once.get("DTSTART")
        if due is None and start is not None and "DURATION" in self.block.once:
            return self._local(start, ical_times.length(self.block.once["DURATION"].value) or timedelta())
        found = self._local(due or start)
        if due is not None and start is not None and self._local(start, quiet=True) not in (found, (None, None)):
            self.notes.append(f"Start: {self._local(start, quiet=True)[0]}".replace("T", " "))
            self._tell(start, "When it starts is in the notes.")
        return found

    def _local(
        self, one: Property | None, after: timedelta = timedelta(), *, quiet: bool = False
    ) -> tuple[str | None, str | None]:
        """Return a date or time with its zone, None for the user's own; what is not understood goes into the notes."""
        moment = None if one is None else ical_times.moment(one)
        if one is None or moment is None:
            if one is not None and not quiet:
                self.notes.append(f"{one.name}: {one.value}")
                self._tell(one, _NO_DATE)
            return None, None
        if not isinstance(moment, datetime):
            return (moment + max(after - _DAY, timedelta())).isoformat(), None
        moment += after
        if moment.tzinfo is not None:
            return f"{moment.astimezone(ZoneInfo(self.here.zone)):%Y-%m-%dT%H:%M}", None
        name = one.parameters.get("TZID")
        zone = None if name is None else ical_times.zone_of(name)
        if name is not None and zone is None and not quiet:
            self._tell(one, f"The time zone “{name[:60]}” is unknown; the time is taken to be in yours.")
        return f"{moment:%Y-%m-%dT%H:%M}", zone

    def _repeat(self, zone: str | None) -> str | None:
        one = self.block.once.get("X-RECADO-REPEAT") or self.block.once.get("RRULE")
        return None if one is None else ical_times.local_until(one.value.strip(), zone or self.here.zone)

    def _remind(self, due: str | None, zone: str | None) -> int | None:
        own = self.block.text("X-RECADO-REMIND")
        if own.isascii() and own.isdigit():
            return int(own[:9])
        if not self.block.triggers:
            return None
        one, *more = self.block.triggers
        if more:
            self._tell(more[0], "It has more than one alarm; the first was kept.")
        minutes = None if due is None else self._minutes_before(one, due, zone)
        if minutes is None or minutes < 0:
            self._tell(one, "Its alarm is not a time before it is due, and was left out.")
            return None
        return minutes

    def _minutes_before(self, one: Property, due: str, zone: str | None) -> int | None:
        """Return how long before it is due an alarm comes. Alarms count from the start of a day, we from its end."""
        end = datetime.fromisoformat(due) + (_DAY if len(due) == 10 else timedelta())
        delta = ical_times.length(one.value)
        if delta is None:
            moment = ical_times.moment(one)
            if not isinstance(moment, datetime):
                return None
            if moment.tzinfo is not None:
                moment = moment.astimezone(ZoneInfo(zone or self.here.zone)).replace(tzinfo=None)
            return (end - moment) // _MINUTE
        from_end = one.parameters.get("RELATED", "START").upper() == "END"
        start = None if from_end else self._local(self.block.once.get("DTSTART"), quiet=True)[0]
        return (end - (datetime.fromisoformat(start or due) + delta)) // _MINUTE

    def _parent(self) -> str | None:
        for one in self.block.several.get("RELATED-TO", []):
            if one.parameters.get("RELTYPE", "PARENT").upper() == "PARENT" and one.value.strip():
                return _own(plain(one.value).strip())
        return None

    def _priority(self) -> int:
        text = self.block.text("PRIORITY")
        if len(text) == 1 and text in "0123456789":
            return _PRIORITIES[int(text)]
        if text:
            self._tell(self.block.once["PRIORITY"], "Its priority is not from 0 to 9, and was left out.")
        return 0

    def _done(self) -> int | None:
        status, percent = self.block.text("STATUS").upper(), self.block.text("PERCENT-COMPLETE")
        if status == "CANCELLED":
            self._tell(self.block.once["STATUS"], "It was cancelled; here it is done.")
        elif status != "COMPLETED" and (status or ("COMPLETED" not in self.block.once and percent != "100")):
            if percent not in ("", "0"):
                self._tell(self.block.once["PERCENT-COMPLETE"], f"That it is {percent[:9]} % done was left out.")
            return None
        done_at = self._instant("COMPLETED")
        return self.here.now if done_at is None else done_at

    def _instant(self, name: str) -> int | None:
        one = self.block.once.get(name)
        moment: datetime | date | None = None if one is None else ical_times.moment(one)
        if one is None or moment is None:
            if one is not None:
                self._tell(one, f"{name} cannot be read and was left out.")
            return None
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 12)
        if moment.tzinfo is None:
            zone = ical_times.zone_of(one.parameters.get("TZID", "")) or self.here.zone
            return dates.instant(f"{moment:%Y-%m-%dT%H:%M}", zone) + moment.second * 1_000_000
        return (moment - _EPOCH) // timedelta(microseconds=1)


def _own(uid: str) -> str:
    """Take off what this service puts behind its own ids."""
    return uid.removesuffix(f"@{UID_HOST}")


def _content(block: Block) -> str:
    """What a to-do without an id is known by: all that it says."""
    found = [*block.once.values(), *(one for some in block.several.values() for one in some)]
    return "\x1f".join(f"{one.name}{sorted(one.parameters.items())}{one.value}" for one in found)
