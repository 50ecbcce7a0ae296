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
from datetime import datetime
from zoneinfo import ZoneInfo

from recado.errors import Invalid
from recado.exchange.record import MOST_ITEMS, MOST_LINE, Here, Item, Parsed, distinct, lines_of, text_of
from recado.todos import dates, quickadd

HEADER = (
    *("TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE"),
    *("DATE", "DATE_LANG", "TIMEZONE", "DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG"),
)
MOST_PHRASES = 2_000
"""How many different dates in words are read in one file."""

_MOST_ROWS = 3 * MOST_ITEMS
_TO_QUOTE_END = re.compile(r'(?:[^"]|"")*+"')
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_STARTING = re.compile(r"(.+?)(?: at (\d{2}:\d{2}))? starting (\d{4}-\d{2}-\d{2})", re.ASCII)
_LABELS = re.compile(r"(?:\s+@\S+)+\s*\Z")
_PERSON = re.compile(r"(.+?)\s*(?:\(\d+\))?")
_ROWS = tuple(f"{kind}{delimiter}" for kind in ("task", "section", "note", "meta") for delimiter in ",;\t")
_LOCALES = {"en": "en", "pt": "pt-BR", "pt-br": "pt-BR", "pt_br": "pt-BR"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_WEEKDAYS = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
_SIMPLE = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d+))?(?:;BYMONTHDAY=(\d+))?(?:;BYDAY=((?:[A-Z]{2},?)+))?(;X-FROM=DONE)?"
)


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
    tasks = list(_tasks(parsed, _rows(parsed, text)))
    phrases, seen = _Phrases(here), dict[str, int]()
    parsed.items = [_item(parsed, task, phrases, seen, here) for task in tasks]
    return parsed


def _rows(parsed: Parsed, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows below the header by column, with the line each begins at."""
    delimiter, columns = ",", None
    for count, (number, line) in enumerate(_whole_lines(parsed, text)):
        if count > _MOST_ROWS:
            parsed.stop(number)
            return
        if columns is None:
            delimiter = max(",;\t", key=line.count)
        try:
            cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), list[str]())
        except csv.Error as error:
            parsed.skip(number, line, f"The row cannot be read: {error}.")
            continue
        if columns is None:
            columns = [cell.strip().upper() for cell in cells]
            if not {"TYPE", "CONTENT"} <= set(columns):
                raise Invalid("", "This is not a CSV file of Todoist's: line 1 has no columns TYPE and CONTENT.")
        elif any(cell.strip() for cell in cells):
            yield number, dict(zip(columns, cells, strict=False))
    if columns is None:
        raise Invalid("", "The file is empty.")


def _whole_lines(parsed: Parsed, text: str) -> Iterator[tuple[int, str]]:
    """Join lines within quotes. A quote that nobody closes spoils one row, not the rest of the file."""
    waiting, delimiter = list[tuple[int, str]](), ""
    lines = lines_of(text)
    again = list[tuple[int, str]]()
    inside, length, columns = False, 0, 0
    while True:
        number, line = again.pop() if again else next(lines, (0, ""))
        ended = number == 0
        delimiter = delimiter or max(",;\t", key=line.count)
        columns = columns or line.count(delimiter)
        if not ended:
            waiting.append((number, line))
            length += len(line)
            inside = _inside(line, delimiter, inside=inside)
        if (inside and (ended or length > MOST_LINE)) or (not inside and _swallows(waiting, delimiter, columns)):
            parsed.skip(waiting[0][0], waiting[0][1], "A quote is not closed, or the row is too long.")
            again = waiting[:0:-1]
            waiting, inside, length = [], False, 0
            continue
        if not inside and waiting:
            if length > MOST_LINE:
                parsed.skip(waiting[0][0], waiting[0][1], "The row is too long.")
            else:
                yield waiting[0][0], "\n".join(part for _, part in waiting)
            waiting, length = [], 0
        if ended:
            return


def _swallows(waiting: list[tuple[int, str]], delimiter: str, columns: int) -> bool:
    """Tell whether other rows went into a cell: a line within begins like a row, and the whole is no proper row."""
    if not any(line.startswith(_ROWS) for _, line in waiting[1:]):
        return False
    whole = io.StringIO("\n".join(line for _, line in waiting), newline="")
    try:
        row = next(csv.reader(whole, delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return True
    return len(row) <= columns


def _inside(line: str, delimiter: str, *, inside: bool) -> bool:
    """Tell whether the end of a line is within quotes, given whether its beginning is."""
    place = 0
    if not inside and line.startswith('"'):
        inside, place = True, 1
    while True:
        if inside:
            end = _TO_QUOTE_END.match(line, place)
            if end is None:
                return True
            place = end.end()
        place = line.find(delimiter, place) + 1
        if place == 0:
            return False
        inside = line.startswith('"', place)
        place += inside


def _tasks(parsed: Parsed, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[_Task]:
    """Give the tasks, each with the section it stands in, what it is a step of, and the notes below it."""
    section, top, last, count = None, None, None, 0
    for line, cells in rows:
        kind, content = cells.get("TYPE", "").strip().casefold(), cells.get("CONTENT", "")
        if kind == "section":
            section, top = content.strip() or None, None
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


def _item(parsed: Parsed, task: _Task, phrases: _Phrases, seen: dict[str, int], here: Here) -> Item:
    cells, told = task.cells, list[str]()
    parent = task.parent.key if task.parent else ""
    said = (parent, task.section or "", *cells.values(), *task.notes)
    task.key = distinct("\x1f".join(said), seen)
    title, labels = _content(cells.get("CONTENT", ""), told)
    priority = _priority(cells.get("PRIORITY", "").strip(), told)
    notes = [cells.get("DESCRIPTION", ""), *task.notes]
    due, zone, repeat = _date(cells, phrases, notes, told, here)
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


def _date(
    cells: dict[str, str], phrases: _Phrases, notes: list[str], told: list[str], here: Here
) -> tuple[str | None, str | None, str | None]:
    """Return due, zone and rule. What is not understood goes into the notes."""
    deadline, duration = cells.get("DEADLINE", "").strip(), cells.get("DURATION", "").strip()
    text, language = cells.get("DATE", "").strip(), cells.get("DATE_LANG", "")
    if deadline and not text:
        text, language = deadline, cells.get("DEADLINE_LANG", "")
    elif deadline:
        notes.append(f"Deadline: {deadline}")
        told.append("It has a date and a deadline; the deadline is in the notes.")
    if duration and duration != "None":
        notes.append(f"Duration: {duration} {cells.get('DURATION_UNIT', '').strip()}".rstrip())
        told.append("How long it takes is in the notes.")
    zone = cells.get("TIMEZONE", "").strip() or here.zone
    if not text:
        return None, None, None
    found = phrases.read(text, language.strip().casefold(), zone)
    if found is None:
        notes.append(f"Due: {text}")
        told.append(f"Nobody understood when it is due (“{text[:60]}”); that is in the notes.")
        return None, None, None
    return found[0], zone, found[1]


class _Phrases:
    """Dates in words, each read once."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._known: dict[tuple[str, str, str], tuple[str, str | None] | None] = {}

    def read(self, text: str, language: str, zone: str) -> tuple[str, str | None] | None:
        """Return due and rule of a date, None for one that is not understood."""
        key = (text, language, zone)
        if key not in self._known:
            if len(self._known) >= MOST_PHRASES or len(text) > 200:
                return None
            self._known[key] = _iso(text, zone) or self._phrase(text, language, zone)
        return self._known[key]

    def _phrase(self, text: str, language: str, zone: str) -> tuple[str, str | None] | None:
        locale = _LOCALES.get(language) or (self._here.locale if not language else None)
        if locale is None:
            return None
        try:
            now = datetime.fromtimestamp(self._here.now // 1_000_000, ZoneInfo(zone)).replace(tzinfo=None)
        except (ValueError, OSError):  # also what ZoneInfo raises for a name that is none
            return None
        starting = _STARTING.fullmatch(text)
        quick = quickadd.parse(f"x {starting[1] if starting else text}", locale, now, ())
        if quick.title != "x" or quick.due is None or quick.labels or quick.name:
            return None
        if starting is None:
            return quick.due, quick.repeat
        return starting[3] + (f"T{starting[2]}" if starting[2] else ""), quick.repeat


def _iso(text: str, zone: str) -> tuple[str, str | None] | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    try:
        if match[3] is None:
            return dates.check_due(match[1] + (f"T{match[2]}" if match[2] else "")), None
        moment = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    except (Invalid, ValueError, OSError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M}", None


def write(parsed: Parsed, here: Here) -> bytes:
    """Write open items as Todoist does, with a byte-order mark: section by section, steps below what they belong to."""
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    rows.writeheader()
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
            rows.writerow({"TYPE": "section", "CONTENT": named.name})
        rows.writerow(_row(item, 1, here))
        rows.writerows(_row(step, 2, here) for step in steps.get(item.key, []))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _rank(parsed: Parsed, item: Item) -> int:
    named = parsed.lists.get(item.list or "")
    return 0 if named is None or named.personal else 1 + list(parsed.lists).index(named.key)


def _row(item: Item, indent: int, here: Here) -> dict[str, str]:
    phrase = None if item.repeat is None or item.due is None else _every(item.repeat, item.due)
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


def _every(rule: str, due: str) -> str | None:
    """Say a rule as Todoist does; None for what it has no words for."""
    match = _SIMPLE.fullmatch(rule)
    if match is None:
        return None
    freq, interval, day, weekdays, from_done = match.groups()
    if (weekdays and (freq != "WEEKLY" or interval)) or (day and (freq != "MONTHLY" or interval or int(day) > 28)):
        return None
    if weekdays:
        what = ", ".join(_WEEKDAYS[weekday] for weekday in weekdays.split(","))
    else:
        what = f"{interval} {_UNITS[freq]}s" if interval else _UNITS[freq]
    on = f" on the {day}{_ordinal(int(day))}" if day else ""
    at = f" at {due[11:]}" if len(due) > 10 else ""
    return f"every{'!' if from_done else ''} {what}{on}{at} starting {due[:10]}"


def _ordinal(number: int) -> str:
    return "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
