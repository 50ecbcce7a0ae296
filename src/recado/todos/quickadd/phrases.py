"""What the two languages share: a line that phrases are taken out of, and what a phrase means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Found:
    """What a phrase says: some of a day, a time, an instant, a repeat (with the day it begins at).

    `either` says of a time that it may be of both halves of the day, as in "at 9".
    """

    day: date | None = None
    clock: time | None = None
    either: bool = False
    moment: datetime | None = None
    repeat: str | None = None
    until: date | None = None
    count: int | None = None


_PROPER = frozenset(
    (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    )
)
"""How days and months begin, which English writes with a capital anywhere."""
_TAKEN = "\ufdd0"
"""Stands for what was taken; a noncharacter, which no text has."""
_END_OF_REPEAT = re.compile(r"^\s+(?:until|ate|for \d|por \d|\d+ times|\d+ vezes).*")
_BESIDE_TAKEN = (
    (re.compile(rf"[(\[]\s*{_TAKEN}[\s{_TAKEN}]*[)\]]"), _TAKEN),  # empty brackets go
    (re.compile(rf"^\s*{_TAKEN}[\s{_TAKEN}]*[:,;.!?]+(?=\s)"), ""),
    (re.compile(rf"\s*{_TAKEN}[\s{_TAKEN}]*([!?.…:]+)(?=\s|$)"), r"\1"),  # a mark stands beside the word before
    (re.compile(_TAKEN), ""),
)
Meaning = Callable[[re.Match[str], datetime], Found | None]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern over folded text and what it means, None for "not after all".

    A weak one counts only at the end of the line or beside a date; one that needs a date only beside one.
    """

    kind: str
    pattern: re.Pattern[str]
    meaning: Meaning
    weak: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """What was taken out of the line, from where: `text[start:end]`."""

    start: int
    end: int
    kind: str
    value: str


@dataclass(slots=True)
class Line:
    """A line and the parts that were taken out of it. `folded` has the same length, without case and accents."""

    text: str
    folded: str = field(init=False)
    spans: list[Span] = field(default_factory=list[Span])

    def __post_init__(self) -> None:
        self.folded = "".join(map(_folded, self.text))
        for quoted in re.finditer(r'"[^"\n]+"', self.text):
            self._blank(quoted.start(), quoted.end(), "\x00")

    def take(self, start: int, end: int, kind: str) -> None:
        """Take a part out."""
        self.spans.append(Span(start, end, kind, self.text[start:end]))
        self._blank(start, end, "\x01")

    def keep(self, start: int, end: int) -> None:
        """Leave a part as it is, whatever else might be read in it."""
        self._blank(start, end, "\x00")

    def is_last(self, end: int) -> bool:
        """Tell whether only taken parts follow."""
        return not _END_OF_REPEAT.sub("", self.folded[end:]).strip(" \x01.!,;")

    def is_beside(self, start: int, end: int) -> bool:
        """Tell whether a phrase touches a date, time or repeat that was taken."""
        dates = [span for span in self.spans if span.kind in ("date", "time", "repeat")]
        return any(not self.folded[min(end, span.end) : max(start, span.start)].strip(" ,\x01") for span in dates)

    def is_name(self, start: int, end: int) -> bool:
        """Tell whether a phrase is written like a name: with a capital, and not as the first word before small ones."""
        letter = next((char for char in self.text[start:end] if char.isalpha()), "a")
        if not letter.isupper() or self.text.isupper():
            return False
        following = self.text[end:].lstrip()
        return bool(self.text[:start].strip()) or following[:1].isupper()

    def is_titled(self, start: int, end: int) -> bool:
        """Tell whether several words of a phrase begin with a capital that is not theirs as days and months have it."""
        words = re.findall(r"[^\W\d_]{2,}", self.text[start:end])
        return not self.text.isupper() and sum(word.istitle() and word[:3].lower() not in _PROPER for word in words) > 1

    def rest(self) -> str:
        """Return what is left, without the quotes that kept parts of it."""
        kept = "".join(_TAKEN if mark == "\x01" else char for char, mark in zip(self.text, self.folded, strict=True))
        for pattern, left in _BESIDE_TAKEN:
            kept = pattern.sub(left, kept)
        kept = re.sub(r'"([^"\n]+)"', r"\1", kept)
        return re.sub(r"\s+([,;])", r"\1", " ".join(kept.split())).strip(" ,;-–")

    def _blank(self, start: int, end: int, mark: str) -> None:
        self.folded = self.folded[:start] + mark * (end - start) + self.folded[end:]


def words(*choices: str) -> re.Pattern[str]:
    """Return a pattern for whole words; a blank stands for any run of blanks."""
    joined = "|".join(choice.replace(" ?", r"\s*").replace(" ", r"\s+") for choice in choices)
    return re.compile(rf"(?<![\w'’@#!/.:-])(?:{joined})(?![\w'’/])(?!-\w)(?![.:]\d)")


def unless_after(before: str, meaning: Meaning) -> Meaning:
    """Return a meaning that does not hold after words that make something else of a phrase."""
    pattern = re.compile(rf"(?:^|\W)(?:{before})\s*$")
    return lambda match, now: None if pattern.search(match.string[: match.start()]) else meaning(match, now)


def day(year: int, month: int, number: int) -> date | None:
    """Return a day, None when there is no such day."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def coming(month: int, number: int, now: datetime) -> date | None:
    """Return the next such day of a year from today on (29 February comes again within eight years)."""
    candidates = (day(now.year + years, month, number) for years in range(9))
    return next((found for found in candidates if found is not None and found >= now.date()), None)


def coming_in_month(number: int, now: datetime) -> date | None:
    """Return the next day with this number from today on."""
    months = ((now.year + (now.month - 1 + n) // 12, (now.month - 1 + n) % 12 + 1) for n in range(12))
    candidates = (day(year, month, number) for year, month in months)
    return next((found for found in candidates if found is not None and found >= now.date()), None)


def weekday(number: int, now: datetime, *, today_too: bool = False) -> date:
    """Return the next such weekday, Monday being 0: after today, or today if that may be."""
    days = (number - now.weekday()) % 7
    return now.date() + timedelta(days=days or (0 if today_too else 7))


def later(now: datetime, amount: int, unit: str) -> Found:
    """Return a day or an instant so much later; the unit is minute, hour, day, week, month or year."""
    if unit == "minute":
        return Found(moment=now + timedelta(minutes=amount))
    if unit == "hour":
        return Found(moment=now + timedelta(hours=amount))
    if unit in ("day", "week"):
        return Found(day=now.date() + timedelta(days=amount * (7 if unit == "week" else 1)))
    months = now.month - 1 + amount * (12 if unit == "year" else 1)
    year, month = now.year + months // 12, months % 12 + 1
    return Found(day=next(found for n in range(now.day, 0, -1) if (found := day(year, month, n)) is not None))


def clock(hour: str | int, minute: str | int | None = None, half: str | None = None) -> time | None:
    """Return a time of day; `half` is am or pm. None when there is no such time."""
    h, m = int(hour), int(minute or 0)
    if half is not None:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + (12 if half == "pm" else 0)
    return time(h, m) if h <= 23 and m <= 59 else None


def monthly(number: int) -> str:
    """Return the rule for one day of each month; beyond the 28th the last day that there is up to it."""
    if number <= 28:
        return f"FREQ=MONTHLY;BYMONTHDAY={number}"
    return f"FREQ=MONTHLY;BYMONTHDAY={','.join(str(n) for n in range(28, number + 1))};BYSETPOS=-1"


def weekly(numbers: Sequence[int]) -> str:
    """Return the rule for some weekdays of each week."""
    return f"FREQ=WEEKLY;BYDAY={','.join(WEEKDAYS[n] for n in sorted(set(numbers)))}"


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _folded(char: str) -> str:
    if char in "\x00\x01":  # the marks of what is quoted and what was taken
        return " "
    base = unicodedata.normalize("NFD", char)[0].casefold()
    return base if len(base) == 1 else char
