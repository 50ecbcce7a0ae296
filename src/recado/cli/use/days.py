"""Days, times and repeats as people say them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recado.cli.use.words import MONTHS, WEEKDAYS, language, say

_UNITS = {
    "DAILY": ("day", "days"),
    "WEEKLY": ("week", "weeks"),
    "MONTHLY": ("month", "months"),
    "YEARLY": ("year", "years"),
}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = 7


def now_in(zone: str) -> datetime:
    """Return the present moment in a time zone, as somebody there reads it from the wall."""
    try:
        return datetime.now(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now().astimezone()


def spoken(due: str, today: date) -> str:
    """Say a date or a local time: `tomorrow 09:00`, `Friday`, `24 Nov`, `3 days ago`."""
    day = date.fromisoformat(due[:10])
    time = f" {due[11:16]}" if len(due) > 10 else ""
    return _day(day, today) + time


def _day(day: date, today: date) -> str:
    ahead = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(ahead)
    if near is not None:
        return say(near)
    if 0 < ahead < _WEEK:
        return WEEKDAYS[language()][day.weekday()]
    if -_WEEK < ahead < 0:
        return say("{n} days ago", n=-ahead)
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day.day} {MONTHS[language()][day.month - 1]}{year}"


def moment(instant: str, zone: str) -> str:
    """Say an instant (RFC 3339) by the clock of a time zone: `yesterday 21:14`."""
    now = now_in(zone)
    local = datetime.fromisoformat(instant).astimezone(now.tzinfo)
    return spoken(local.strftime("%Y-%m-%dT%H:%M"), now.date())


def is_past(due_at: str | None, now: datetime) -> bool:
    """Whether an instant has passed. (A date's is the end of its day.)"""
    return due_at is not None and datetime.fromisoformat(due_at) <= now


def repeats(rule: str, today: date) -> str:
    """Say a repeat (RFC 5545) as far as it is a plain one; else as it is written."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    days = parts.pop("BYDAY", "").split(",") if "BYDAY" in parts else []
    known = {"FREQ", "INTERVAL", "X-FROM", "COUNT", "UNTIL", "WKST", "BYMONTHDAY"}
    if parts.keys() - known or parts.get("FREQ") not in _UNITS or not all(day in _CODES for day in days):
        return rule
    named = ", ".join(WEEKDAYS[language()][_CODES.index(day)] for day in days)
    interval = int(parts.get("INTERVAL", "1"))
    if named and interval == 1 and parts["FREQ"] == "WEEKLY":
        return " ".join([say("every {days}", days=named), *_ends(parts, today)])
    said = [_every(parts["FREQ"], interval), *([say("on {days}", days=named)] if named else [])]
    if "BYMONTHDAY" in parts:
        said.append(say("on {days}", days=parts["BYMONTHDAY"]))
    return " ".join([*said, *_ends(parts, today)])


def _every(frequency: str, interval: int) -> str:
    one, several = _UNITS[frequency]
    return say(f"every {one}") if interval == 1 else say(f"every {{n}} {several}", n=interval)


def _ends(parts: dict[str, str], today: date) -> list[str]:
    said = [say("after it is done")] if parts.get("X-FROM") == "DONE" else []
    if "COUNT" in parts:
        said.append(say("{n} times", n=parts["COUNT"]))
    if "UNTIL" in parts:
        until = parts["UNTIL"]
        said.append(say("until {day}", day=spoken(f"{until[:4]}-{until[4:6]}-{until[6:8]}", today)))
    return said
