"""Dates as Todoist's CSV has them: in figures, or in words that quick add reads; and rules said in such words."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from recado.errors import Invalid
from recado.exchange.record import Here
from recado.todos import dates, quickadd

MOST_PHRASES = 2_000
"""How many different dates in words are read in one file."""

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_STARTING = re.compile(r"(.+?)(?: at (\d{2}:\d{2}))? starting (\d{4}-\d{2}-\d{2})", re.ASCII)
_LOCALES = {"en": "en", "pt": "pt-BR", "pt-br": "pt-BR", "pt_br": "pt-BR"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_WEEKDAYS = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
_SIMPLE = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d+))?(?:;BYMONTHDAY=(\d+))?(?:;BYDAY=((?:[A-Z]{2},?)+))?(;X-FROM=DONE)?"
)


def date_of(
    cells: dict[str, str], phrases: Phrases, notes: list[str], told: list[str], here: Here
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


class Phrases:
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


def every(rule: str, due: str) -> str | None:
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
