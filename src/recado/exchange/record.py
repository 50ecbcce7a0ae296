"""What every format is read into and written from: lists, items, and remarks on what could not be taken as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import available_timezones

from recado.errors import Invalid

MOST_BYTES = 10 * 1024 * 1024
MOST_ITEMS = 100_000
MOST_REMARKS = 1_000
MOST_LINE = 64 * 1024
"""How many characters of one line (unfolded, in iCalendar) are looked at."""

_SHOWN = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Here:
    """Who reads or writes a file, as far as it matters: their time zone, language, and the instant in microseconds."""

    zone: str
    locale: str
    now: int


class Remark(NamedTuple):
    """What was changed or skipped, at which line, and why. Lines count from 1."""

    line: int
    kind: Literal["changed", "skipped"]
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list as a file names it. `key` is how items refer to it; `id` is its id here, if the file is one of ours."""

    key: str
    name: str
    personal: bool = False
    id: str | None = None
    position: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One to-do of a file. Instants are epoch microseconds; `zone` None is the reader's own.

    `key` is what the item is known by within its format: an id if it has one, else all that it says. `id` is its id
    here, if the file is one of ours. `parent` is the key of the item that this one is a step of. `person` is the name
    of whom it is left for. `version` grows with each change. `created_by` and `done_by` are user names too, and only
    written: what is read was made by who reads it.
    """

    line: int
    key: str
    title: str
    notes: str = ""
    list: str | None = None
    labels: tuple[str, ...] = ()
    person: str | None = None
    due: str | None = None
    zone: str | None = None
    priority: int = 0
    repeat: str | None = None
    remind: int | None = None
    parent: str | None = None
    position: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
    done_at: int | None = None
    id: str | None = None
    version: int | None = None
    deleted_at: int | None = None
    created_by: str | None = None
    done_by: str | None = None


@dataclass(slots=True)
class Parsed:
    """What a file holds. Remarks beyond the first thousand are only counted."""

    lists: dict[str, ListRecord] = field(default_factory=dict[str, ListRecord])
    items: list[Item] = field(default_factory=list[Item])
    remarks: list[Remark] = field(default_factory=list[Remark])
    left_out: int = 0
    skipped: int = 0
    changed: int = 0

    @property
    def full(self) -> bool:
        """Whether no more items are taken."""
        return len(self.items) >= MOST_ITEMS

    def list_named(self, name: str) -> str:
        """Return the key of the list of this name, which is the name."""
        self.lists.setdefault(name, ListRecord(name, name))
        return name

    def change(self, line: int, title: str, reason: str) -> None:
        """Note that an item was taken otherwise than it stands there."""
        self.changed += 1
        self._note(Remark(line, "changed", title[:_SHOWN], reason))

    def skip(self, line: int, title: str, reason: str) -> None:
        """Note that something was not taken."""
        self.skipped += 1
        self._note(Remark(line, "skipped", title[:_SHOWN], reason))

    def stop(self, line: int) -> None:
        """Note that the file goes on and nothing more of it is taken."""
        self.skip(line, "", f"A file may hold {MOST_ITEMS} to-dos; what follows from this line on was not read.")

    def _note(self, remark: Remark) -> None:
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(remark)
        else:
            self.left_out += 1


def instant_of(text: str) -> int:
    """Return an RFC 3339 instant in epoch microseconds. Raises `Invalid`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("", "This is no instant such as 2026-11-24T09:00:00Z.") from None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) // timedelta(microseconds=1)


def stamp(instant: int) -> str:
    """Return an instant as `2026-11-24T09:00:00.000000Z`."""
    return (_EPOCH + timedelta(microseconds=instant)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


def text_of(raw: bytes) -> tuple[str, bool]:
    """Return a file's text, and whether it had to be read as Latin-1 (Windows-1252) because it is not UTF-8.

    A byte-order mark is dropped; UTF-16 with one is understood, and lines that end with CR alone. Raises `Invalid` for
    what is no text.
    """
    text, latin = _decoded(raw)
    return (text.replace("\r", "\n") if "\r" in text and "\n" not in text else text), latin


def _decoded(raw: bytes) -> tuple[str, bool]:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), False
        except UnicodeDecodeError:
            raise Invalid("", "This is not a text file.") from None
    if b"\0" in raw:
        raise Invalid("", f"This is not a text file: there is a NUL in line {raw[: raw.index(0)].count(10) + 1}.")
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), True


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines of a text with their numbers, one after the other, without their ends."""
    start, number = 0, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        number += 1
        yield number, text[start:end].removesuffix("\r")
        start = end + 1


def distinct(key: str, seen: dict[str, int]) -> str:
    """Return a key that no earlier item of the file has: the second of the same gets a number."""
    count = seen[key] = seen.get(key, 0) + 1
    return key if count == 1 else f"{key}\0{count}"
