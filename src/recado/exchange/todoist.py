"""Todoist's CSV, as it writes templates and backups: a row is a task, a section, a note on the task above, or `meta`.

In this file priority 1 is the highest and 4 none, other than in Todoist's API. A section is a list here. Done tasks are
not in such files, so none are written.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recado.exchange.record import MOST_ITEMS, Here, Item, Parsed, distinct, text_of
from recado.exchange.todoist_dates import Phrases, date_of, every
from recado.exchange.todoist_rows import rows

HEADER = (
    *("TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE"),
    *("DATE", "DATE_LANG", "TIMEZONE", "DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG"),
)

_LABELS = re.compile(r"(?:\s+@\S+)+\s*\Z")
_PERSON = re.compile(r"(.+?)\s*(?:\(\d+\))?")


@dataclass(slots=True)
class _Task:
    """A task while its notes are still coming."""

    line: int
    cells: dict[str, str]
    section: str | None
    parent: _Task | None
    deep: bool
    notes: list[str] = field(default_factory=list[str])
    key: str = ""


def read(raw: bytes, here: Here) -> Parsed:
    """Read a CSV file of Todoist's. Raises `Invalid` where there is no header."""
    text, latin = text_of(raw)
    parsed = Parsed()
    if latin:
        parsed.change(1, "", "The file is not UTF-8; it was read as Windows-1252.")
    tasks = list(_tasks(parsed, rows(parsed, text)))
    phrases, seen = Phrases(here), dict[str, int]()
    parsed.items = [_item(parsed, task, phrases, seen, here) for task in tasks]
    return parsed


def _tasks(parsed: Parsed, found: Iterator[tuple[int, dict[str, str]]]) -> Iterator[_Task]:
    """Give the tasks, each with the section it stands in, what it is a step of, and the notes below it."""
    section, top, last, count = None, None, None, 0
    for line, cells in found:
        kind, content = cells.get("TYPE", "").strip().casefold(), cells.get("CONTENT", "")
        if kind == "section":
            section, top = content.strip() or None, None
            if cells.get("DESCRIPTION", "").strip():
                parsed.change(line, content, "What describes the section was left out.")
        elif kind == "note" and last is not None:
            last.notes.append(content)
        elif kind == "task":
            if last is not None:
                yield last
                count += 1
            if count >= MOST_ITEMS:
                parsed.stop(line)
                return
            indent = cells.get("INDENT", "").strip()
            is_step = indent.isdigit() and int(indent[:3]) > 1 and top is not None
            last = _Task(line, cells, section, top if is_step else None, is_step and indent != "2")
            top = top if is_step else last
        elif kind != "meta":
            why = "A note stands before any task." if kind == "note" else "Its TYPE is not task, section or note."
            parsed.skip(line, content, why)
    if last is not None:
        yield last


def _item(parsed: Parsed, task: _Task, phrases: Phrases, seen: dict[str, int], here: Here) -> Item:
    cells, told = task.cells, list[str]()
    parent = task.parent.key if task.parent else ""
    said = (parent, task.section or "", *cells.values(), *task.notes)
    task.key = distinct("\x1f".join(said), seen)
    title, labels = _content(cells.get("CONTENT", ""), told)
    priority = _priority(cells.get("PRIORITY", "").strip(), told)
    notes = [cells.get("DESCRIPTION", ""), *task.notes]
    due, zone, repeat = date_of(cells, phrases, notes, told, here)
    if task.deep:
        told.append("A step has no steps of its own; it became one of the task above.")
    person = _PERSON.fullmatch(cells.get("RESPONSIBLE", "").strip())
    for reason in told:
        parsed.change(task.line, title, reason)
    return Item(
        task.line,
        task.key,
        title,
        "\n\n".join(note for note in notes if note.strip()),
        None if task.section is None else parsed.list_named(task.section),
        labels,
        person[1] if person else None,
        due,
        zone,
        priority,
        repeat,
        parent=parent or None,
    )


def _content(text: str, told: list[str]) -> tuple[str, tuple[str, ...]]:
    """Take the labels off the end of a task's name."""
    if text.startswith("* "):
        told.append("It could not be ticked there; here it can.")
        text = text[2:]
    match = _LABELS.search(text)
    if match is None or not text[: match.start()].strip():
        return text, ()
    return text[: match.start()], tuple(word[1:] for word in match[0].split())


def _priority(text: str, told: list[str]) -> int:
    if text not in ("", "1", "2", "3", "4"):
        told.append(f"There is no priority {text[:20]}.")
    return int(text) if text in ("1", "2", "3") else 0


def write(parsed: Parsed, here: Here) -> bytes:
    """Write open items as Todoist does, with a byte-order mark: section by section, steps below what they belong to."""
    out = io.StringIO(newline="")
    written = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    written.writeheader()
    open_ones = [item for item in parsed.items if item.done_at is None]
    steps = dict[str | None, list[Item]]()
    keys = {item.key for item in open_ones}
    for item in open_ones:
        steps.setdefault(item.parent if item.parent in keys else None, []).append(item)
    section = None
    for item in sorted(steps.get(None, []), key=lambda item: _rank(parsed, item)):
        named = parsed.lists.get(item.list or "")
        if named is not None and not named.personal and named.key != section:
            section = named.key
            written.writerow({"TYPE": "section", "CONTENT": named.name})
        written.writerow(_row(item, 1, here))
        written.writerows(_row(step, 2, here) for step in steps.get(item.key, []))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _rank(parsed: Parsed, item: Item) -> int:
    named = parsed.lists.get(item.list or "")
    return 0 if named is None or named.personal else 1 + list(parsed.lists).index(named.key)


def _row(item: Item, indent: int, here: Here) -> dict[str, str]:
    phrase = None if item.repeat is None or item.due is None else every(item.repeat, item.due)
    notes = [item.notes, f"Repeats: {item.repeat}" if item.repeat and phrase is None else ""]
    return {
        "TYPE": "task",
        "CONTENT": " ".join([item.title, *(f"@{label}" for label in item.labels)]),
        "DESCRIPTION": "\n\n".join(note for note in notes if note),
        "PRIORITY": str(item.priority or 4),
        "INDENT": str(indent),
        "RESPONSIBLE": item.person or "",
        "DATE": phrase or (item.due or "").replace("T", " "),
        "DATE_LANG": "en" if item.due else "",
        "TIMEZONE": item.zone or here.zone,
    }
