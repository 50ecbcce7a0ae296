"""todo.txt: a to-do a line. The format's own rules, and the keys that its programs agree on.

    x 2026-11-24 2026-11-20 Call the plumber +Casa @phone pri:A
    (B) 2026-11-20 Water the plants @home due:2026-11-27 rec:+1w

Marks at the end of a line are taken off; those in the middle count too, but stay in the title, which would not be
readable without them. Of ours are `at:0900` (the time of `due:`), `zone:`, `rrule:`, `for:` and `remind:`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from recado.errors import Invalid
from recado.exchange.record import MOST_LINE, Here, Item, Parsed, distinct, lines_of, text_of
from recado.todos import dates

_DAY = r"\d{4}-\d{2}-\d{2}"
_OPEN = re.compile(rf"(?:\((?P<priority>[A-Z])\)\s+)?(?:(?P<made>{_DAY})\s+)?", re.ASCII)
_DONE = re.compile(rf"x\s+(?:\((?P<priority>[A-Z])\)\s+)?(?:(?P<done>{_DAY})\s+)?(?:(?P<made>{_DAY})\s+)?", re.ASCII)
_MARK = re.compile(r"(?P<sign>[+@])(?P<name>\S+)|(?P<key>[A-Za-z][\w-]*):(?P<value>(?!//)\S+)")
_REC = re.compile(r"(\+?)(\d{1,3})([dwmyb])")
_FREQ = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}
_SHORT = {freq: unit for unit, freq in _FREQ.items()}
_SIMPLE = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d+))?(;X-FROM=DONE)?")
_ANYWHERE = frozenset({"due", "rec", "pri"})
_KNOWN = _ANYWHERE | {"at", "zone", "rrule", "id", "p", "for", "remind", "t", "h"}


@dataclass(slots=True)
class _Line:
    """What the marks of a line say, and the words that are left."""

    title: str = ""
    projects: list[str] = field(default_factory=list[str])
    contexts: list[str] = field(default_factory=list[str])
    values: dict[str, str] = field(default_factory=dict[str, str])


def read(raw: bytes, here: Here) -> Parsed:
    """Read a todo.txt file. Raises `Invalid` for what is no text."""
    text, _ = text_of(raw)
    parsed, seen = Parsed(), dict[str, int]()
    ids, parents = dict[str, str](), dict[int, str]()
    for number, line in lines_of(text):
        if parsed.full:
            parsed.stop(number)
            break
        if not line.strip():
            continue
        if len(line) > MOST_LINE:
            parsed.skip(number, line, f"The line has more than {MOST_LINE} characters.")
            continue
        item, values = _item(parsed, number, line.strip(), distinct(line.strip(), seen), here)
        if "id" in values:
            ids.setdefault(values["id"], item.key)
        if "p" in values:
            parents[len(parsed.items)] = values["p"]
        parsed.items.append(item)
    for place, name in parents.items():
        parsed.items[place] = replace(parsed.items[place], parent=ids.get(name))
    return parsed


def _item(parsed: Parsed, number: int, line: str, key: str, here: Here) -> tuple[Item, dict[str, str]]:
    head = _DONE.match(line) or _OPEN.match(line)
    said = head.groupdict() if head else dict[str, str | None]()
    found = _marks(line[head.end() if head else 0 :])
    notes, reasons = list[str](), list[str]()
    is_done = head is not None and head.re is _DONE
    done_at = _instant(said.get("done"), here.zone)
    first, *more = found.projects or [None]
    item = Item(
        number,
        key,
        found.title,
        list=None if first is None else parsed.list_named(first),
        labels=(*found.contexts, *(name for name in more if name)),
        person=found.values.get("for"),
        due=_due(found.values, notes, reasons),
        zone=found.values.get("zone"),
        priority=_priority(said.get("priority") or found.values.get("pri"), reasons),
        repeat=_repeat(found.values, notes, reasons),
        remind=_number(found.values, "remind"),
        created_at=_instant(said.get("made"), here.zone),
        done_at=here.now if is_done and done_at is None else done_at,
        notes="\n".join(notes),
    )
    for reason in reasons:
        parsed.change(number, found.title, reason)
    return item, found.values


def _marks(text: str) -> _Line:
    """Take the marks out of a line: some keys wherever they stand, projects, contexts and the rest only at its end."""
    found, words = _Line(), text.split()
    at_end = len(words)
    while at_end and _MARK.fullmatch(words[at_end - 1]):
        at_end -= 1
    kept = list[str]()
    for n, word in enumerate(words):
        match, last = _MARK.fullmatch(word), n >= at_end
        if match and match["sign"]:
            (found.projects if match["sign"] == "+" else found.contexts).append(match["name"])
            taken = last
        else:
            taken = bool(match and match["key"] in (_KNOWN if last else _ANYWHERE) - found.values.keys())
            if match and taken:
                found.values[match["key"]] = match["value"]
        if not taken:
            kept.append(word)
    found.title = " ".join(kept) or " ".join(words)
    return found


def _due(values: dict[str, str], notes: list[str], reasons: list[str]) -> str | None:
    for key in ("t", "h"):
        if key in values:
            notes.append(f"{key}:{values[key]}")
            reasons.append(f"To-dos are not hidden here ({key}:); that is in the notes.")
    due, at = values.get("due"), values.get("at", "")
    if due is not None and len(due) == 10 and re.fullmatch(r"\d{4}", at, re.ASCII):
        return f"{due}T{at[:2]}:{at[2:]}"
    if at:
        notes.append(f"at:{at}")
        reasons.append("A time without a day is in the notes.")
    return due


def _repeat(values: dict[str, str], notes: list[str], reasons: list[str]) -> str | None:
    if "rrule" in values:
        return values["rrule"]
    if "rec" not in values:
        return None
    match = _REC.fullmatch(values["rec"])
    if match and match[3] in _FREQ:
        interval = "" if match[2] == "1" else f";INTERVAL={match[2]}"
        return f"FREQ={_FREQ[match[3]]}{interval}" + ("" if match[1] else ";X-FROM=DONE")
    if match and match[2] == "1":
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    notes.append(f"rec:{values['rec']}")
    reasons.append("Nobody understood how it repeats; that is in the notes.")
    return None


def _priority(letter: str | None, reasons: list[str]) -> int:
    if letter is None or not re.fullmatch("[A-Z]", letter):
        return 0
    if letter > "D":
        reasons.append(f"Priority {letter} became the lowest, 4.")
    return min(ord(letter) - ord("A") + 1, 4)


def _number(values: dict[str, str], name: str) -> int | None:
    text = values.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None


def _instant(day: str | None, zone: str) -> int | None:
    """Noon of a day, so that it is that day in zones nearby too."""
    try:
        return None if day is None else dates.instant(dates.check_due(f"{day}T12:00"), zone)
    except Invalid:  # no such day: then nothing is said about it
        return None


def write(parsed: Parsed, here: Here) -> bytes:
    """Write items as todo.txt. Notes and the order of steps have no place in it."""
    parents = {item.parent for item in parsed.items if item.parent}
    numbers = {key: n for n, key in enumerate(sorted(parents), 1)}
    lines = (_line(parsed, item, numbers, here) for item in parsed.items)
    return "".join(f"{line}\n" for line in lines).encode()


def _line(parsed: Parsed, item: Item, numbers: dict[str, int], here: Here) -> str:
    made = None if item.created_at is None else dates.day(item.created_at, here.zone).isoformat()
    letter = "ABCD"[item.priority - 1] if item.priority else None
    head: Sequence[str | None]
    if item.done_at is None:
        head = (f"({letter})" if letter else None, made)
    else:
        head = ("x", dates.day(item.done_at, here.zone).isoformat(), made)
    its_list, words = parsed.lists.get(item.list or ""), item.title.split()
    tail = (
        f"+{_word(its_list.name)}" if its_list and not its_list.personal else None,
        *(f"@{label}" for label in item.labels if f"@{label}" not in words),
        f"due:{item.due[:10]}" if item.due else None,
        f"at:{item.due[11:].replace(':', '')}" if item.due and len(item.due) > 10 else None,
        f"zone:{item.zone}" if item.due and len(item.due) > 10 and item.zone != here.zone else None,
        _rec(item.repeat) if item.repeat else None,
        f"pri:{letter}" if letter and item.done_at is not None else None,
        f"for:{item.person}" if item.person else None,
        f"remind:{item.remind}" if item.remind is not None else None,
        f"id:{numbers[item.key]}" if item.key in numbers else None,
        f"p:{numbers[item.parent]}" if item.parent else None,
    )
    return " ".join(part for part in (*head, " ".join(words), *tail) if part)


def _rec(rule: str) -> str:
    match = _SIMPLE.fullmatch(rule)
    return f"rec:{'' if match[3] else '+'}{match[2] or 1}{_SHORT[match[1]]}" if match else f"rrule:{rule}"


def _word(name: str) -> str:
    return "_".join(name.split())
