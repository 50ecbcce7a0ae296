"""What an edit of members makes of a to-do's columns: every rule about the members' values is here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recado.db import Tx, Value
from recado.errors import Invalid
from recado.todos import dates, lists, positions, recurrence, rows
from recado.todos.history import Kind
from recado.todos.todo import Edit, Todo

MAX_TITLE, MAX_NOTES = 500, 10_000
MOST_LABELS, MAX_LABEL = 20, 40
MOST_REMIND = 28 * 24 * 60
"""How many minutes before it is due a reminder may come: four weeks."""

_LABEL = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Edited:
    """New column values, what kind of change they are, and when a repeating to-do that was completed is due next."""

    values: dict[str, Value]
    kind: Kind
    next_due: str | None = None


async def apply(tx: Tx, todo: Todo, edit: Edit, *, by: int, zone: str, now: int) -> Edited:
    """Return what an edit by a user makes of a to-do; `zone` is that user's time zone.

    A to-do that becomes a step, and the one it becomes a step of, are held until the transaction ends.

    Raises `Invalid` for a wrong value and `NotFound` or `Refused` for a list that the user may not write in.
    """
    values: dict[str, Value] = {}
    if "title" in edit:
        values["title"] = title(edit["title"])
    if "notes" in edit:
        values["notes"] = _notes(edit["notes"])
    if "priority" in edit:
        values["priority"] = _number("/priority", edit["priority"], 4)
    if "remind" in edit:
        values["remind"] = None if edit["remind"] is None else _number("/remind", edit["remind"], MOST_REMIND)
    if "labels" in edit:
        values["labels"] = labels(edit["labels"])
    values |= await _place(tx, todo, edit, by)
    values |= await _person(tx, todo, edit, values)
    values |= _date(todo, edit, zone, now)
    return _finish(todo, edit, values, by, now)


def title(text: str) -> str:
    """Return a title without the spaces around it. Raises `Invalid`."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= MAX_TITLE:
        raise Invalid("/title", f"A title has 1 to {MAX_TITLE} characters, spaces around it not counted.")
    return trimmed


def labels(found: Sequence[str]) -> str:
    """Return labels as they are stored: in lower case, each once, joined by spaces. Raises `Invalid`."""
    folded = list(dict.fromkeys(unicodedata.normalize("NFC", label.removeprefix("#")).casefold() for label in found))
    if len(folded) > MOST_LABELS:
        raise Invalid("/labels", f"A to-do has at most {MOST_LABELS} labels.")
    for n, label in enumerate(folded):
        if not _LABEL.fullmatch(label) or len(label) > MAX_LABEL:
            raise Invalid(f"/labels/{n}", f"A label is 1 to {MAX_LABEL} letters, digits, _ and -.")
    return " ".join(folded)


def _notes(text: str) -> str:
    if len(text) > MAX_NOTES:
        raise Invalid("/notes", f"Notes have at most {MAX_NOTES} characters.")
    return text


def _number(pointer: str, value: int, most: int) -> int:
    if not 0 <= value <= most:
        raise Invalid(pointer, f"This is a number from 0 to {most}.")
    return value


async def _place(tx: Tx, todo: Todo, edit: Edit, by: int) -> dict[str, Value]:
    """Judge list, parent and position, which hang together."""
    values: dict[str, Value] = {}
    parent_id = edit.get("parent_id", todo.parent_id)
    list_id = edit.get("list_id", todo.list_id)
    if list_id != todo.list_id:
        await lists.require(tx, list_id, by, to_write=True)
        values["list_id"] = list_id
    if parent_id is not None and (parent_id != todo.parent_id or "list_id" in values):
        await check_parent(tx, todo, parent_id, list_id)
    if parent_id != todo.parent_id:
        values |= {"parent_id": parent_id, "position": (positions.last if parent_id else positions.first)(todo.id)}
    if edit.get("position") is not None:
        positions.check(edit["position"])
        taken = await rows.is_taken(tx, list_id, parent_id, edit["position"], todo.id)
        values["position"] = positions.beside(edit["position"], todo.id) if taken else edit["position"]
    return values


async def check_parent(tx: Tx, todo: Todo, parent_id: str, list_id: str) -> None:
    """Raise `Invalid` unless a to-do can be a step of another one in a list; both are held from here on."""
    if parent_id == todo.id:
        raise Invalid("/parent_id", "A to-do is no step of itself.")
    await rows.hold(tx, todo.id)  # before its steps are looked for, so that none is added meanwhile
    parent = await rows.hold(tx, parent_id)
    if parent is None or parent.list_id != list_id or parent.deleted_at is not None:
        raise Invalid("/parent_id", "There is no such to-do in this list.")
    if parent.parent_id is not None:
        raise Invalid("/parent_id", "A step has no steps of its own.")
    if await rows.steps(tx, todo):
        raise Invalid("/parent_id", "This to-do has steps, so it cannot be one.")


async def _person(tx: Tx, todo: Todo, edit: Edit, values: dict[str, Value]) -> dict[str, Value]:
    list_id: Any = values.get("list_id", todo.list_id)
    for_id = edit.get("for_id", todo.for_id)
    if for_id is None or (for_id == todo.for_id and "list_id" not in values):
        return {"for_id": for_id}
    if await lists.role(tx, list_id, for_id) is not None:
        return {"for_id": for_id}
    if "for_id" in edit:
        raise Invalid("/for", "A to-do can be left only for somebody who takes part in its list.")
    return {"for_id": None}


def _date(todo: Todo, edit: Edit, zone: str, now: int) -> dict[str, Value]:
    if "due" not in edit and "repeat" not in edit:
        return {}
    due, its_zone = (edit["due"], zone) if "due" in edit else (todo.due, todo.zone or zone)
    repeat: str | None = edit.get("repeat", todo.repeat)
    if due is not None:
        due = dates.check_due(due)
    elif "repeat" not in edit:
        repeat = None  # without a date there is nothing to count from
    if repeat is not None:
        repeat = recurrence.check(repeat)
        due = due or recurrence.first(repeat, dates.day(now, its_zone), None)
    due_at = None if due is None else dates.instant(due, its_zone)
    return {"due": due, "zone": None if due is None else its_zone, "due_at": due_at, "repeat": repeat}


def _finish(todo: Todo, edit: Edit, values: dict[str, Value], by: int, now: int) -> Edited:
    """Judge `done`: a repeating to-do moves on instead."""
    done = edit.get("done")
    if done is None or done == todo.done:
        return Edited(values, "changed")
    if not done:
        return Edited(values | {"done_at": None, "done_by": None}, "reopened")
    after = todo._replace(**values)
    if after.repeat is not None and after.due is not None and after.zone is not None:
        following = recurrence.following(after.repeat, after.due, dates.day(now, after.zone))
        if following is not None:
            due, repeat = following
            moved = {"due": due, "due_at": dates.instant(due, after.zone), "repeat": repeat}
            return Edited(values | moved, "moved_on", due)
    return Edited(values | {"done_at": now, "done_by": by}, "done")
