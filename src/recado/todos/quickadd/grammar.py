"""Takes the phrases of a language out of a line and puts together what they say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from recado.errors import Invalid
from recado.todos import recurrence
from recado.todos.quickadd import english, portuguese
from recado.todos.quickadd.phrases import Found, Line, Phrase, Span

MOST = 2000
_PRIORITY = re.compile(r"(?<!\S)!([1-4])(?!\S)")
_LABEL = re.compile(r"(?<!\S)#(?=[\w-]*[^\W\d])([\w-]{1,40})(?![\w#@-])")
_NAME = re.compile(r"(?<!\S)@([\w.-]*\w)(?!\w)")
_LANGUAGES = {"en": english.PHRASES, "pt": portuguese.PHRASES}


@dataclass(frozen=True, slots=True)
class Quick:
    """What a line says. `due` and `repeat` are as a to-do has them, `name` follows @; `spans` is what was taken."""

    title: str
    due: str | None = None
    repeat: str | None = None
    priority: int = 0
    labels: tuple[str, ...] = ()
    name: str | None = None
    spans: tuple[Span, ...] = ()


def parse(text: str, locale: str, now: datetime, names: Collection[str] = ()) -> Quick:
    """Read a line in the language of a locale; `now` is the local time, `names` the folded names that @ may mean.

    A time without a day is today, or tomorrow if it has passed. A line of which nothing would be left is its own title.
    """
    line = Line(text[:MOST])
    marks = _marks(line, names)
    found = _phrases(line, _LANGUAGES["pt" if locale.lower().startswith("pt") else "en"], now)
    title = line.rest()
    if not title:
        return Quick(" ".join(text.split()))
    due, repeat = _when(found, now)
    return replace(
        marks, title=title, due=due, repeat=repeat, spans=tuple(sorted(line.spans, key=lambda span: span.start))
    )


def _marks(line: Line, names: Collection[str]) -> Quick:
    priority, labels, name = 0, dict[str, str](), None
    for match in _PRIORITY.finditer(line.folded):
        priority = int(match[1])
        line.take(match.start(), match.end(), "priority")
    for match in list(_LABEL.finditer(line.folded)):
        labels.setdefault(match[1], line.text[match.start(1) : match.end(1)])
        line.take(match.start(), match.end(), "label")
    for match in list(_NAME.finditer(line.text)):
        known = match[1].casefold() in names and line.folded[match.start()] == "@"
        if known and name is None:
            name = match[1]
            line.take(match.start(), match.end(), "name")
    return Quick("", priority=priority, labels=tuple(labels.values()), name=name)


def _phrases(line: Line, phrases: tuple[Phrase, ...], now: datetime) -> dict[str, Found]:
    """Take the first of each kind that is sure; again while that makes others sure."""
    found: dict[str, Found] = {}
    again = True
    while again:
        again = False
        for phrase in phrases:
            if phrase.kind not in found:
                again |= _take(line, phrase, now, found)
    return found


def _take(line: Line, phrase: Phrase, now: datetime, found: dict[str, Found]) -> bool:
    if phrase.kind in ("until", "count") and "repeat" not in found:
        return False
    for match in _sure(line, phrase):
        meaning = phrase.meaning(match, now)
        if meaning is not None and _can_be(phrase.kind, meaning, now):
            line.take(match.start(), match.end(), "time" if phrase.kind == "hint" else phrase.kind)
            found[phrase.kind] = meaning
            return True
    return False


def _can_be(kind: str, meaning: Found, now: datetime) -> bool:
    """Tell whether a repeat comes true at all, and its end is still to come."""
    if kind == "until":
        return meaning.day is not None and meaning.day >= now.date()
    if kind == "count":
        return bool(meaning.count)
    if meaning.repeat is None:
        return True
    try:
        recurrence.check(meaning.repeat)
    except Invalid:
        return False
    return True


def _sure(line: Line, phrase: Phrase) -> Iterator[re.Match[str]]:
    for match in phrase.pattern.finditer(line.folded):
        start, end = match.span()
        last, beside = line.is_last(end), line.is_beside(start, end)
        if line.is_titled(start, end):
            line.keep(start, end)
            sure = False
        elif phrase.beside:
            sure = beside
        elif phrase.weak:
            sure = last or beside
        else:
            sure = last or beside or not line.is_name(start, end)
        if sure:
            yield match


def _when(found: dict[str, Found], now: datetime) -> tuple[str | None, str | None]:
    spoken = found.get("date", Found())
    clock = _clock(found)
    if spoken.moment is not None:
        return f"{spoken.moment:%Y-%m-%dT%H:%M}", None
    repeat = _rule(found)
    day = spoken.day
    if repeat:
        try:
            day = _first(repeat, spoken.day or found["repeat"].day, clock, now)
        except Invalid:  # it ends before it begins: then it is for once
            repeat = None
    if day is None and clock is not None:
        day = now.date() + timedelta(days=clock <= now.time())
    if day is None:
        return None, repeat
    return day.isoformat() + (f"T{clock:%H:%M}" if clock else ""), repeat


def _clock(found: dict[str, Found]) -> time | None:
    """Return the time of day: what is said in hours, by the half of the day that is said beside it."""
    halves = [found[kind].clock for kind in ("hint", "date") if kind in found]
    half = next((clock for clock in halves if clock is not None), None)
    said = found["time"].clock if "time" in found else None
    if said is None or half is None or not found["time"].either or said.hour >= 12:
        return said or half
    return said.replace(hour=said.hour + 12) if half.hour > 12 else said


def _rule(found: dict[str, Found]) -> str | None:
    rule = found["repeat"].repeat if "repeat" in found else None
    if rule is not None and "until" in found and found["until"].day is not None:
        rule = f"{rule};UNTIL={found['until'].day:%Y%m%d}"
    elif rule is not None and "count" in found and found["count"].count:
        rule = f"{rule};COUNT={found['count'].count}"
    return None if rule is None else recurrence.check(rule)


def _first(rule: str, day: date | None, clock: time | None, now: datetime) -> date:
    """Return the first day of a rule, tomorrow at the earliest when its time has passed today."""
    begin = now.date() + timedelta(days=clock is not None and clock <= now.time())
    if day is not None and day >= begin:
        begin = day
    return date.fromisoformat(recurrence.first(rule, begin, None))
