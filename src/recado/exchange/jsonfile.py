"""Our own JSON: everything of lists and to-dos, so that a file read again is what was written.

    {"format": "recado", "version": 1, …, "lists": [ … ], "todos": [ … ]}

It is read one element after the other: of a file that is cut off or broken in the middle, what stands before is taken.
No element may be longer than `MOST_ELEMENT`, so that none takes much memory or keeps others waiting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from typing import Annotated, Any

import msgspec

from recado.db.ids import is_uuid7
from recado.errors import Invalid
from recado.exchange.record import Here, Item, ListRecord, Parsed, distinct, instant_of, stamp, text_of

VERSION = 1
MOST_ELEMENT = 256 * 1024
"""How many characters one value may have. The longest to-do that can be has half of that."""

_LONG = "a value is too long or too deep, or broken"
_SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode
_encode = msgspec.json.Encoder().encode

Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class ListLine(msgspec.Struct):
    """A list in the file."""

    id: str
    name: str
    personal: bool = False
    position: str = ""


class TodoLine(msgspec.Struct, rename={"person": "for"}):
    """A to-do in the file. Instants are RFC 3339; `for` and those who made and did it are user names."""

    id: str
    title: str
    list_id: str | None = None
    notes: str = ""
    person: str | None = None
    due: str | None = None
    zone: str | None = None
    priority: Number = 0
    labels: list[str] = []
    repeat: str | None = None
    remind: Number | None = None
    parent_id: str | None = None
    position: str | None = None
    done: bool = False
    done_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None
    created_by: str | None = None
    done_by: str | None = None


def read(raw: bytes, here: Here) -> Parsed:
    """Read a file that `write` wrote. Raises `Invalid`, with the line, where nothing of it can be taken."""
    text, _ = text_of(raw)
    parsed, seen, lines = Parsed(), dict[str, int](), _Lines(text)
    if '"todos"' not in text:
        raise Invalid("", "This is not a file that recado exported: it has no to-dos.")
    try:
        for name, start, value in _elements(text):
            if parsed.full:
                parsed.stop(lines.at(start))
                break
            line = lines.at(start)
            try:
                if name == "version":
                    if not isinstance(value, int) or value > VERSION:
                        raise Invalid("", "This file was written by a later version of recado.")
                elif name == "lists":
                    one = msgspec.convert(value, ListLine)
                    parsed.lists[one.id] = ListRecord(one.id, one.name, one.personal, _own(one.id), one.position)
                else:
                    parsed.items.append(_item(msgspec.convert(value, TodoLine), line, seen, here))
            except (msgspec.ValidationError, Invalid) as error:
                if name == "version":
                    raise
                parsed.skip(line, _title(value), f"It is not a to-do or list of this format: {error}.")
    except _Broken as broken:
        line = lines.at(broken.place)
        if not parsed.items and not parsed.lists:
            raise Invalid("", f"The file is no JSON from line {line} on: {broken}.") from None
        parsed.skip(line, "", f"The file is broken here, and was not read any further: {broken}.")
    return parsed


def write(parsed: Parsed, here: Here) -> bytes:
    """Write everything, a list or to-do a line."""
    head = {"format": "recado", "version": VERSION, "exported_at": stamp(here.now), "time_zone": here.zone}
    lists = [_encode(ListLine(one.key, one.name, one.personal, one.position)) for one in parsed.lists.values()]
    todos = [_encode(_line(item)) for item in parsed.items]
    opening = _encode(head)[:-1]
    return b'%b,\n"lists": [\n%b\n],\n"todos": [\n%b\n]}\n' % (opening, b",\n".join(lists), b",\n".join(todos))


def _line(item: Item) -> TodoLine:
    return TodoLine(
        item.key,
        item.title,
        item.list,
        item.notes,
        item.person,
        item.due,
        item.zone,
        item.priority,
        list(item.labels),
        item.repeat,
        item.remind,
        item.parent,
        item.position,
        item.done_at is not None,
        None if item.done_at is None else stamp(item.done_at),
        None if item.created_at is None else stamp(item.created_at),
        None if item.updated_at is None else stamp(item.updated_at),
        None if item.deleted_at is None else stamp(item.deleted_at),
        item.created_by,
        item.done_by,
    )


def _item(one: TodoLine, line: int, seen: dict[str, int], here: Here) -> Item:
    done_at = None if one.done_at is None else instant_of(one.done_at)
    key = distinct(one.id, seen)
    return Item(
        line,
        key,
        one.title,
        one.notes,
        one.list_id,
        tuple(one.labels),
        one.person,
        one.due,
        one.zone,
        one.priority,
        one.repeat,
        one.remind,
        one.parent_id,
        one.position,
        None if one.created_at is None else instant_of(one.created_at),
        None if one.updated_at is None else instant_of(one.updated_at),
        done_at if done_at is not None or not one.done else here.now,
        _own(key),
        deleted_at=None if one.deleted_at is None else instant_of(one.deleted_at),
        created_by=one.created_by,
        done_by=one.done_by,
    )


def _own(text: str) -> str | None:
    return text if is_uuid7(text) else None


def _title(value: Any) -> str:
    title: object = value.get("title", "") if isinstance(value, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return title if isinstance(title, str) else ""


class _Broken(Exception):
    """The JSON ends or is wrong at a place in the text."""

    def __init__(self, place: int, why: str) -> None:
        super().__init__(why)
        self.place = place


class _Lines:
    """Line numbers of places that only go forward."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._line = text, 0, 1

    def at(self, place: int) -> int:
        self._line += self._text.count("\n", self._place, place)
        self._place = max(self._place, place)
        return self._line


class _Text:
    """The text, of which a window is looked at, and the place in it."""

    def __init__(self, text: str) -> None:
        self._text, self.place = text, 0
        self._window, self._start = "", 0

    def sign(self) -> str:
        """Skip space and return the next character, nothing at the end."""
        match = _SPACE.match(self._text, self.place)
        self.place = match.end() if match else self.place
        return self._text[self.place : self.place + 1]

    def expect(self, *signs: str) -> str:
        """Step over one of these characters and return it. Raises `_Broken`."""
        found = self.sign()
        if found not in signs:
            raise _Broken(self.place, f"a {signs[0]} is missing")
        self.place += 1
        return found

    def value(self) -> Any:
        """Step over a value and return it. Raises `_Broken`."""
        self.sign()
        self._move()
        try:
            value, end = _decode(self._window, self.place - self._start)
        except json.JSONDecodeError as error:
            is_cut = self._start + len(self._window) < len(self._text)
            raise _Broken(self.place if is_cut else self._start + error.pos, _LONG if is_cut else error.msg) from None
        except (ValueError, RecursionError):
            raise _Broken(self.place, _LONG) from None
        self.place = self._start + end
        return value

    def _move(self) -> None:
        """Have at least `MOST_ELEMENT` characters in the window, or all that are left."""
        end = self._start + len(self._window)
        if end < min(self.place + MOST_ELEMENT, len(self._text)):
            self._start = self.place
            self._window = self._text[self.place : self.place + 4 * MOST_ELEMENT]


def _elements(text: str) -> Generator[tuple[str, int, Any], None, None]:
    """Give the version, and each element of the arrays `lists` and `todos`, with where it begins."""
    found = _Text(text)
    found.expect("{")
    while True:
        name = found.value()
        found.expect(":")
        if name in ("lists", "todos") and found.sign() == "[":
            yield from _array(found, name)
        else:
            found.sign()
            start, value = found.place, found.value()
            if name == "version":
                yield name, start, value
        if found.expect(",", "}") == "}":
            return


def _array(found: _Text, name: str) -> Generator[tuple[str, int, Any], None, None]:
    found.expect("[")
    if found.sign() == "]":
        found.expect("]")
        return
    while True:
        found.sign()
        start, value = found.place, found.value()
        yield name, start, value
        if found.expect(",", "]") == "]":
            return
