"""Repeating to-dos: RFC 5545 rules, DAILY to YEARLY, by python-dateutil, within 50 years and at a bounded cost.

A rule counts from the day the to-do is due now. The next day is the first one after both that day and the day it was
done; so a to-do done late does not come back for the days that were missed, and one done early is not due again too
soon. `COUNT` goes down by one with each completion, whatever was missed. With `X-FROM=DONE` the next day is counted
from the day it was done. The time of day stays as it is on the clock.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from recado.errors import Invalid

HORIZON_YEARS = 50
MOST = 500
_FREQS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_ORDER = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS"),
    *("WKST", "X-FROM"),
)
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_RANGES = {"BYMONTH": 12, "BYWEEKNO": 53, "BYYEARDAY": 366, "BYMONTHDAY": 31, "BYSETPOS": 366}
_MOST_NUMBER = 1000
_ANCHOR = date(2024, 1, 1)
"""From where a rule is tried when no day is known yet."""

Parts = dict[str, str]


def check(rule: str) -> str:
    """Return a rule in its usual form. Raises `Invalid` for one that is wrong, not known here, or never comes true."""
    parts = _parts(rule)
    usual = ";".join(f"{name}={parts[name]}" for name in _ORDER if name in parts)
    every = ";".join(part for part in usual.split(";") if not part.startswith(("INTERVAL=", "COUNT=", "UNTIL=")))
    if "X-FROM" not in parts and _next(every, _ANCHOR, _ANCHOR - timedelta(days=1)) is None:
        raise _wrong("This rule never comes true within 50 years.")
    return usual


def first(rule: str, today: date, time: str | None) -> str:
    """Return the due text of a rule's first day from today on, with a time such as `09:00` if one is given.

    Raises `Invalid` when there is none within 50 years.
    """
    day = today if _parts(rule).get("X-FROM") else _next(_unlimited(rule), today, today - timedelta(days=1))
    if day is None:
        raise _wrong("This rule never comes true within 50 years.")
    return day.isoformat() + (f"T{time}" if time else "")


def following(rule: str, due: str, done_on: date) -> tuple[str, str] | None:
    """Return when a to-do is due next and the rule it keeps, None when it is over."""
    parts, due_day, clock = _parts(rule), date.fromisoformat(due[:10]), due[10:]
    left = int(parts["COUNT"]) - 1 if "COUNT" in parts else None
    if left == 0:
        return None
    if left is not None:
        parts["COUNT"] = str(left)
    if "X-FROM" in parts:
        day = _after_done(parts, done_on)
    else:
        _keep_last_days(parts, due_day)
        unlimited = _joined({name: value for name, value in parts.items() if name != "COUNT"})
        day = _next(unlimited, due_day, max(due_day, done_on))
    if day is None or ("UNTIL" in parts and day > _until(parts["UNTIL"])):
        return None
    return f"{day.isoformat()}{clock}", _joined(parts)


def _parts(rule: str) -> Parts:
    if len(rule) > MOST:
        raise _wrong(f"A rule has at most {MOST} characters.")
    parts = Parts()
    for part in rule.upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals or not value or name not in _ORDER or name in parts:
            raise _wrong(f"There is a part that is unknown, empty or there twice: {part[:40]}")
        parts[name] = _checked(name, value)
    if "FREQ" not in parts:
        raise _wrong("A rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    _check_together(parts)
    return parts


def _check_together(parts: Parts) -> None:
    if "COUNT" in parts and "UNTIL" in parts:
        raise _wrong("A rule has COUNT or UNTIL, not both.")
    days = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}[parts["FREQ"]]
    if "X-FROM" in parts and int(parts.get("INTERVAL", "1")) * days > HORIZON_YEARS * 365:
        raise _wrong("This rule never comes true within 50 years.")
    if "X-FROM" in parts and parts.keys() - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "X-FROM"}:
        raise _wrong("X-FROM=DONE goes with FREQ, INTERVAL, COUNT and UNTIL only.")
    if "BYWEEKNO" in parts and parts["FREQ"] != "YEARLY":
        raise _wrong("BYWEEKNO goes with YEARLY only.")
    ordinals = [abs(int(day[:-2])) for day in parts.get("BYDAY", "MO").split(",") if len(day) > 2]
    if ordinals and max(ordinals) > (5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53):
        raise _wrong("A month has no more than five of any weekday, a year 53.")
    if ordinals and (parts["FREQ"] not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts):
        raise _wrong("BYDAY with a number goes with MONTHLY and YEARLY only.")
    others = ("BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY")
    if "BYSETPOS" in parts and not any(name in parts for name in others):
        raise _wrong("BYSETPOS needs another BY part to choose from.")


def _checked(name: str, value: str) -> str:
    if name == "FREQ" and value not in _FREQS:
        raise _wrong("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    if name in ("INTERVAL", "COUNT"):
        return str(_number(name, value, _MOST_NUMBER, negative=False))
    if name == "UNTIL":
        return f"{_until(value):%Y%m%d}"
    if name == "WKST" and not re.fullmatch("MO|TU|WE|TH|FR|SA|SU", value):
        raise _wrong("WKST is one of MO, TU, WE, TH, FR, SA, SU.")
    if name == "X-FROM" and value != "DONE":
        raise _wrong("X-FROM is DONE.")
    if name == "BYDAY":
        return ",".join(_day(day) for day in value.split(","))
    if name in _RANGES:
        numbers = [_number(name, text, _RANGES[name], negative=name != "BYMONTH") for text in value.split(",")]
        return ",".join(str(number) for number in sorted(set(numbers)))
    return value


def _day(text: str) -> str:
    match = _DAY.fullmatch(text)
    if match is None or (match[1] is not None and not 1 <= abs(int(match[1])) <= 53):
        raise _wrong("BYDAY is made of MO, TU, WE, TH, FR, SA, SU, such as MO or 1MO or -1FR.")
    return text.removeprefix("+")


def _number(name: str, text: str, most: int, *, negative: bool) -> int:
    if not re.fullmatch(r"[+-]?\d{1,4}", text, re.ASCII):
        raise _wrong(f"{name} is made of whole numbers.")
    number = int(text)
    if not 1 <= abs(number) <= most or (number < 0 and not negative):
        raise _wrong(f"{name} is from 1 to {most}{', or negative' if negative else ''}.")
    return number


def _until(text: str) -> date:
    match = re.fullmatch(r"(\d{8})(?:T\d{6}Z?)?", text, re.ASCII)
    try:
        return datetime.strptime(match[1] if match else "", "%Y%m%d").date()
    except ValueError:
        raise _wrong("UNTIL is a day such as 20261224.") from None


def _after_done(parts: Parts, done_on: date) -> date:
    steps = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] in ("DAILY", "WEEKLY"):
        return done_on + timedelta(days=steps * (7 if parts["FREQ"] == "WEEKLY" else 1))
    months = done_on.month - 1 + steps * (12 if parts["FREQ"] == "YEARLY" else 1)
    year, month = done_on.year + months // 12, months % 12 + 1
    return date(year, month, min(done_on.day, calendar.monthrange(year, month)[1]))


def _keep_last_days(parts: Parts, due: date) -> None:
    """A month's 29th to 31st is its last day where there is none: RFC 5545 would leave such months out."""
    chooses = parts.keys() & {"BYMONTHDAY", "BYDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
    if parts["FREQ"] == "MONTHLY" and due.day > 28 and not chooses:
        parts["BYMONTHDAY"] = ",".join(str(day) for day in range(28, due.day + 1))
        parts["BYSETPOS"] = "-1"
    elif parts["FREQ"] == "YEARLY" and (due.month, due.day) == (2, 29) and not chooses and "BYMONTH" not in parts:
        parts |= {"BYMONTH": "2", "BYMONTHDAY": "28,29", "BYSETPOS": "-1"}


def _unlimited(rule: str) -> str:
    return _joined({name: value for name, value in _parts(rule).items() if name != "COUNT"})


def _joined(parts: Parts) -> str:
    return ";".join(f"{name}={parts[name]}" for name in _ORDER if name in parts)


def _next(rule: str, anchor: date, after: date) -> date | None:
    """Return the rule's first day after one, counted from its anchor; None when there is none within 50 years."""
    wanted = datetime.combine(after, time.max)
    try:
        for found in _bounded()(rule, datetime.combine(anchor, time()), max(anchor, after)):
            if found > wanted:
                return found.date()
    except (_TooFar, IndexError):  # dateutil looks for a fifth weekday beyond the end of the year
        return None
    return None


class _TooFar(Exception):
    """The rule was followed to the horizon."""


@lru_cache(maxsize=1)
def _bounded() -> Any:
    """Return what iterates over a rule from a day on, loaded when the first rule is asked about."""
    from dateutil import rrule  # noqa: PLC0415 - most services never see a rule, and it takes time and memory

    class Bounded(rrule.rrule):
        """dateutil follows a rule that never comes true to the year 9999 (3.5 s). It reads `_byeaster`, which no rule
        of ours has, once for every month or longer period that it enters: there is where it can be stopped."""

        def __init__(self, most: int, **parts: Any) -> None:
            self._entered, self._most = 0, most
            super().__init__(**parts)

        @property
        def _byeaster(self) -> None:
            self._entered += 1
            if self._entered > self._most:
                raise _TooFar

        @_byeaster.setter
        def _byeaster(self, value: object) -> None:
            pass

    def follow(rule: str, anchor: datetime, last: date) -> Any:
        parts = dict(part.split("=") for part in rule.split(";"))
        until = parts.pop("UNTIL", None)
        numbers: Any = {
            name.lower(): [int(text) for text in parts.pop(name).split(",")] for name in _RANGES if name in parts
        }
        days = parts.pop("BYDAY", None)
        return Bounded(
            most=(last.year - anchor.year + HORIZON_YEARS + 1) * 12 + 12,
            freq=_FREQS_OF_DATEUTIL[parts["FREQ"]],
            dtstart=anchor,
            interval=int(parts.get("INTERVAL", "1")),
            until=min(
                datetime.combine(_until(until), time.max) if until else datetime.max,
                datetime(min(last.year + HORIZON_YEARS, 9998), 12, 31),
            ),
            byweekday=[_weekday(rrule, day) for day in days.split(",")] if days else None,
            wkst=getattr(rrule, parts["WKST"]) if "WKST" in parts else None,
            **numbers,
        )

    return follow


_FREQS_OF_DATEUTIL = {"YEARLY": 0, "MONTHLY": 1, "WEEKLY": 2, "DAILY": 3}


def _weekday(rrule: Any, text: str) -> Any:
    weekday = getattr(rrule, text[-2:])
    return weekday(int(text[:-2])) if len(text) > 2 else weekday


def _wrong(detail: str) -> Invalid:
    return Invalid("/repeat", detail)
