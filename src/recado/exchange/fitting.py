"""Makes items fit what a to-do may be: what is too long, unknown or not understood goes into the notes, and is told.

Rules and dates that are looked at cost time, so a file is given only so many different ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from recado.errors import Invalid
from recado.exchange.record import Here, Item, Parsed, zones
from recado.todos import dates, editing, positions, recurrence

MOST_RULES = 300
"""How many different rules of repetition one file may have."""

_UNFIT = re.compile("[\0\ud800-\udfff]")
_NOT_IN_LABELS = re.compile(r"[^\w-]+")


def fit(parsed: Parsed, here: Here, *, into_one_list: bool) -> None:
    """Make every item fit, in place; `into_one_list` turns lists into labels. Items with no title are skipped."""
    fitter = _Fitter(parsed, here, into_one_list)
    parsed.items = [fitted for item in parsed.items if (fitted := fitter.fitted(item)) is not None]


@dataclass(slots=True)
class _Fitter:
    parsed: Parsed
    here: Here
    into_one_list: bool
    rules: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    def fitted(self, item: Item) -> Item | None:
        """Return the item as it can be stored, None for one that cannot."""
        told, notes = list[str](), [_clean(item.notes.replace("\r\n", "\n"))]
        title = self._title(_clean(item.title).strip(), notes, told)
        if title is None:
            self.parsed.skip(item.line, "", "It has no title.")
            return None
        due, zone = self._due(item, notes, told)
        repeat = self._repeat(item, notes, told)
        if repeat is not None and due is None:
            due, zone = self._first(repeat, told)
        fitted = replace(
            item,
            title=title,
            labels=self._labels(item, notes, told),
            due=due,
            zone=zone,
            repeat=repeat if due else None,
            priority=_within("priority", item.priority, 4, told) or 0,
            remind=_within("reminder", item.remind, editing.MOST_REMIND, told),
            position=_position(item.position),
            created_at=_instant(item.created_at, self.here.now),
            done_at=_instant(item.done_at, self.here.now),
            deleted_at=_instant(item.deleted_at, self.here.now),
            notes=_notes(notes, told),
        )
        for reason in told:
            self.parsed.change(item.line, title, reason)
        return fitted

    def _title(self, title: str, notes: list[str], told: list[str]) -> str | None:
        if not title:
            first = next((line.strip() for line in notes[0].split("\n") if line.strip()), "")
            if first:
                told.append("It had no title; the first line of its notes became one.")
            title = first
        if len(title) > editing.MAX_TITLE:
            notes.insert(0, title)
            told.append(f"Its title is longer than {editing.MAX_TITLE} characters; all of it is in the notes.")
            title = title[: editing.MAX_TITLE - 1].rstrip() + "…"
        return title or None

    def _labels(self, item: Item, notes: list[str], told: list[str]) -> tuple[str, ...]:
        names = list(item.labels)
        named = self.parsed.lists.get(item.list or "")
        if self.into_one_list and named is not None and not named.personal:
            names.append(named.name)
        labels = dict.fromkeys(label for name in names if (label := self._label(name, notes, told)))
        kept = list(labels)[: editing.MOST_LABELS]
        if len(labels) > len(kept):
            notes.append(" ".join(f"#{label}" for label in list(labels)[len(kept) :]))
            told.append(f"It has more than {editing.MOST_LABELS} labels; the others are in the notes.")
        return tuple(kept)

    def _label(self, name: str, notes: list[str], told: list[str]) -> str | None:
        folded = unicodedata.normalize("NFC", _clean(name).strip()).removeprefix("#").casefold()
        label = _NOT_IN_LABELS.sub("-", folded).strip("-") if _NOT_IN_LABELS.search(folded) else folded
        if len(label) > editing.MAX_LABEL or not label:
            notes.append(f"#{name.strip()}")
            told.append("A label cannot be one here; it is in the notes.")
            return None
        if label != folded:
            told.append(f"The label “{name.strip()}” became “{label}”.")
        return label

    def _due(self, item: Item, notes: list[str], told: list[str]) -> tuple[str | None, str | None]:
        if item.due is None:
            return None, None
        zone = item.zone or self.here.zone
        if zone not in zones():
            told.append(f"The time zone “{zone[:60]}” is unknown; the date is in yours.")
            zone = self.here.zone
        try:
            return dates.check_due(item.due), zone
        except Invalid:
            notes.append(_clean(item.due))
            told.append("Nobody understood when it is due; that is in the notes.")
            return None, None

    def _repeat(self, item: Item, notes: list[str], told: list[str]) -> str | None:
        if item.repeat is None:
            return None
        rule = self._rule(item.repeat)
        if rule is None:
            notes.append(_clean(item.repeat))
            told.append("Nobody understood how it repeats; the rule is in the notes.")
        return rule

    def _first(self, rule: str, told: list[str]) -> tuple[str | None, str | None]:
        """Return when a to-do that repeats and has no date is due first."""
        try:
            due = recurrence.first(rule, dates.day(self.here.now, self.here.zone), None)
        except Invalid:
            return None, None
        told.append("It repeats, but had no date: it is due on the first day from today on.")
        return due, self.here.zone

    def _rule(self, text: str) -> str | None:
        if text not in self.rules:
            if len(self.rules) >= MOST_RULES:
                return None
            self.rules[text] = _checked(recurrence.check, text)
        return self.rules[text]


def _checked(check: Callable[[str], str], text: str) -> str | None:
    try:
        return check(text)
    except Invalid:
        return None


def _clean(text: str) -> str:
    """Drop what no database stores: NUL and lone surrogates."""
    return _UNFIT.sub("", text)


def _notes(parts: list[str], told: list[str]) -> str:
    notes = "\n".join(part for part in parts if part)
    if len(notes) > editing.MAX_NOTES:
        told.append(f"Its notes are longer than {editing.MAX_NOTES} characters; the end was cut off.")
        return notes[: editing.MAX_NOTES - 1] + "…"
    return notes


def _within(what: str, value: int | None, most: int, told: list[str]) -> int | None:
    if value is None or 0 <= value <= most:
        return value
    told.append(f"Its {what} is not from 0 to {most}, and was left out.")
    return None


def _position(text: str | None) -> str | None:
    try:
        if text is not None:
            positions.check(text)
    except Invalid:
        return None
    return text


def _instant(microseconds: int | None, now: int) -> int | None:
    return None if microseconds is None else max(0, min(microseconds, now))
