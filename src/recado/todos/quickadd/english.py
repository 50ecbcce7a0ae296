"""The phrases of English."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from recado.todos.quickadd.phrases import (
    WEEKDAYS,
    Found,
    Phrase,
    clock,
    coming,
    coming_in_month,
    day,
    later,
    monthly,
    unless_after,
    weekday,
    weekly,
    words,
)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "other": 2,
}
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_HINTS = {"morning": 9, "afternoon": 15, "evening": 19, "night": 20}
_UNITS = {
    "min": "minute",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
}
_FREQS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}

_DAY = "|".join(_DAYS)
_ANY_DAY = f"(?:{_DAY}|{'|'.join(sorted(_SHORT_DAYS, key=len, reverse=True))})"
_MONTH = (
    "(?:"
    + "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "september" else "sept?(?:ember)?" for name in _MONTHS)
    + ")"
)
_UNIT = r"(?P<unit>min|minute|hour|day|week|month|year)s?"
_COUNTS = "two|three|four|five|six|seven|eight|nine|ten"
_AMOUNT = rf"(?P<n>\d{{1,3}}|an?|one|{_COUNTS})"
_NUMBER = r"(?P<number>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_SLASHED = r"(?P<month>\d{1,2})/(?P<number>\d{1,2})(?:/(?P<year>20\d\d))?"
_ON = "(?:on |by |due |starting )?"
_NO_DAY = "black|good|casual|freaky|super|palm|ash|easter|cyber|bloody|except|until|not"
"""Before the name of a weekday they make something else of it."""


def _weekday_of(text: str) -> int:
    return _DAYS.index(text) if text in _DAYS else _SHORT_DAYS[text]


def _month_of(text: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name[:3] == text[:3])


def _amount(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text]


def _month_day(match: re.Match[str], now: datetime) -> Found | None:
    month, number = _month_of(match["month"]), int(match["number"])
    found = day(int(match["year"]), month, number) if match["year"] else coming(month, number, now)
    return Found(day=found) if found else None


def _american(match: re.Match[str], now: datetime) -> Found | None:
    month, number = int(match["month"]), int(match["number"])
    if not 1 <= month <= 12:
        return None
    found = day(int(match["year"]), month, number) if match["year"] else coming(month, number, now)
    return Found(day=found) if found else None


def _iso(match: re.Match[str], _now: datetime) -> Found | None:
    found = day(int(match["year"]), int(match["month"]), int(match["number"]))
    return Found(day=found) if found else None


def _every(match: re.Match[str], _now: datetime) -> Found | None:
    n, unit = _amount(match["n"]) if match["n"] else 1, match["unit"]
    if not 1 <= n <= 1000:
        return None
    rule = f"FREQ={_FREQS[unit]}" + (f";INTERVAL={n}" if n > 1 else "")
    return Found(repeat=rule + (";X-FROM=DONE" if match["strict"] else ""), day=None)


def _after_done(match: re.Match[str], _now: datetime) -> Found | None:
    n, unit = _amount(match["n"]), match["unit"]
    if unit in ("min", "minute", "hour") or not 1 <= n <= 1000:
        return None
    return Found(repeat=f"FREQ={_FREQS[unit]}" + (f";INTERVAL={n}" if n > 1 else "") + ";X-FROM=DONE")


def _every_days(match: re.Match[str], _now: datetime) -> Found:
    rule = weekly([_weekday_of(name) for name in re.findall(_ANY_DAY, match["days"])])
    return Found(repeat=rule.replace("WEEKLY;", "WEEKLY;INTERVAL=2;") if match["other"] else rule)


def _every_number(match: re.Match[str], now: datetime) -> Found | None:
    number = int(match["number"])
    return Found(repeat=monthly(number), day=coming_in_month(min(number, 28), now)) if number >= 1 else None


def _every_nth(match: re.Match[str], _now: datetime) -> Found:
    return Found(repeat=f"FREQ=MONTHLY;BYDAY={_NTH[match['nth']]}{WEEKDAYS[_weekday_of(match['day'])]}")


def _every_month_day(match: re.Match[str], now: datetime) -> Found | None:
    found = coming(_month_of(match["month"]), int(match["number"]), now)
    if found is None:
        return None
    return Found(repeat=f"FREQ=YEARLY;BYMONTH={found.month};BYMONTHDAY={found.day}", day=found)


def _time(match: re.Match[str], _now: datetime) -> Found | None:
    groups = match.groupdict()
    half = groups.get("half")
    if half is None and (hint := groups.get("hint")):
        half = "am" if hint == "morning" else "pm"
    found = clock(match["hour"], groups.get("minute"), half[0] + "m" if half else None)
    return Found(clock=found, either=half is None and found.hour > 0) if found else None


def _last_of_month(_match: re.Match[str], now: datetime) -> Found:
    first = now.date().replace(day=1)
    return Found(day=(first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def _next_weekday(match: re.Match[str], now: datetime) -> Found:
    return Found(day=weekday(_weekday_of(match["day"]), now))


def _weekday_of_next_week(match: re.Match[str], now: datetime) -> Found:
    """Next Friday, said on a Tuesday, is the one of next week; next Monday is the coming one."""
    return Found(day=weekday(0, now) + timedelta(days=_weekday_of(match["day"])))


def _numbered(match: re.Match[str], now: datetime) -> Found | None:
    found = coming_in_month(int(match["number"]), now)
    return Found(day=found) if found else None


def _time_at_night(match: re.Match[str], _now: datetime) -> Found | None:
    found = clock(match["hour"], match["minute"], "am" if match["hint"] == "morning" else "pm")
    return Found(clock=found) if found else None


def _moment(match: re.Match[str], _now: datetime) -> Found | None:
    found, at = (
        day(int(match["year"]), int(match["month"]), int(match["number"])),
        clock(match["hour"], match["minute"]),
    )
    return Found(moment=datetime.combine(found, at)) if found and at else None


def _week_from(match: re.Match[str], now: datetime) -> Found:
    said = match["day"]
    begin = now.date() + timedelta(days=said == "tomorrow") if said in ("today", "tomorrow", "now") else None
    begin = begin or weekday(_weekday_of(said), now)
    return Found(day=begin + timedelta(weeks=_amount(match["n"])))


def _every_nth_unit(match: re.Match[str], _now: datetime) -> Found:
    return Found(repeat=f"FREQ={_FREQS[match['unit']]};INTERVAL={_NTH[match['nth']]}")


def _until_day(match: re.Match[str], now: datetime) -> Found:
    return Found(day=now.date() + timedelta(days=1) if match["day"] == "tomorrow" else _next_weekday(match, now).day)


PHRASES = (
    Phrase(
        "repeat",
        words(r"(?:every|each) (?P<nth>second|2nd|third|3rd|fourth|4th) (?P<unit>day|week|month|year)"),
        _every_nth_unit,
    ),
    Phrase(
        "repeat", words(r"(?:on )?the (?P<number>[12]?\d|3[01])(?:st|nd|rd|th) of (?:every|each) month"), _every_number
    ),
    Phrase(
        "repeat",
        words(rf"on (?P<other>)(?P<days>(?:{_DAY})s(?:(?:,| and|, and) (?:{_DAY})s)*)"),
        _every_days,
        weak=True,
    ),
    Phrase("repeat", words(rf"{_AMOUNT} {_UNIT} after (?:it is |it's )?(?:done|completion|completed)"), _after_done),
    Phrase("repeat", words(r"(?:every|each) (?:work ?day|weekday)s?"), lambda _m, _n: Found(repeat=weekly(range(5)))),
    Phrase("repeat", words(r"(?:every|each) weekend"), lambda _m, _n: Found(repeat="FREQ=WEEKLY;BYDAY=SA")),
    Phrase(
        "repeat",
        words(
            rf"every(?P<strict>!)? (?:(?P<n>\d{{1,3}}|other|{_COUNTS}) )?"
            rf"(?P<unit>day|week|month|year)s?(?! on the| (?:{_DAY}))"
        ),
        _every,
    ),
    Phrase(
        "repeat",
        words(rf"(?:every|each) (?P<other>other )?(?P<days>{_ANY_DAY}s?(?:(?:,| and|, and| &) {_ANY_DAY}s?)*)"),
        _every_days,
    ),
    Phrase(
        "repeat",
        words(rf"every (?P<nth>{'|'.join(_NTH)}) (?P<day>{_ANY_DAY})(?: of (?:the|each|every) month)?"),
        _every_nth,
    ),
    Phrase("repeat", words(rf"every (?P<month>{_MONTH}) {_NUMBER}"), _every_month_day),
    Phrase(
        "repeat",
        words(
            r"every (?:month on )?(?:the )?(?P<number>[12]?\d|3[01])(?:st|nd|rd|th)(?: of (?:the|each|every) month)?"
        ),
        _every_number,
    ),
    Phrase("repeat", words("daily"), lambda _m, _n: Found(repeat="FREQ=DAILY"), weak=True),
    Phrase("repeat", words("weekly"), lambda _m, _n: Found(repeat="FREQ=WEEKLY"), weak=True),
    Phrase("repeat", words("monthly"), lambda _m, _n: Found(repeat="FREQ=MONTHLY"), weak=True),
    Phrase("repeat", words("yearly|annually"), lambda _m, _n: Found(repeat="FREQ=YEARLY"), weak=True),
    Phrase("until", words(rf"until (?P<month>{_MONTH}) {_NUMBER}(?:,? (?P<year>\d{{4}}))?"), _month_day),
    Phrase("until", words(r"until (?P<year>20\d\d)-(?P<month>\d\d)-(?P<number>\d\d)"), _iso),
    Phrase("until", words(r"until (?P<month>\d{1,2})/(?P<number>\d{1,2})(?:/(?P<year>20\d\d))?"), _american),
    Phrase("count", words(r"(?:for )?(?P<n>\d{1,3}) times"), lambda m, _n: Found(count=int(m["n"]))),
    Phrase("until", words(rf"until (?P<day>tomorrow|{_ANY_DAY})"), _until_day),
    Phrase(
        "date",
        words(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<number>\d\d)t(?P<hour>\d\d):(?P<minute>\d\d)(?::00)?"),
        _moment,
    ),
    Phrase("date", words(rf"{_AMOUNT} weeks? from (?P<day>today|tomorrow|{_ANY_DAY})"), _week_from),
    Phrase("date", words(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<number>\d\d)"), unless_after("until", _iso)),
    Phrase("date", words(f"(?:on|by|due) {_SLASHED}"), _american),
    Phrase("date", words(_SLASHED), unless_after("until", _american), weak=True),
    Phrase("date", words(f"{_ON}(?:the )?day after tomorrow"), lambda _m, n: later(n, 2, "day")),
    Phrase("date", words("(?:by |due )?(?:tomorrow|tmrw|tmr)"), lambda _m, n: later(n, 1, "day")),
    Phrase("date", words("(?:by |due )?today"), lambda _m, n: Found(day=n.date())),
    Phrase("date", words("tonight"), lambda _m, n: Found(day=n.date(), clock=time(20))),
    Phrase(
        "date",
        words(f"(?:with)?in {_AMOUNT} {_UNIT}(?:['’]? time)?"),
        lambda m, n: later(n, _amount(m["n"]), _UNITS[m["unit"]]),
    ),
    Phrase("date", words(f"{_AMOUNT} {_UNIT} from now"), lambda m, n: later(n, _amount(m["n"]), _UNITS[m["unit"]])),
    Phrase("date", words(f"(?:on |by |due )?(?:next|coming) (?P<day>{_ANY_DAY})"), _weekday_of_next_week),
    Phrase(
        "date",
        words(rf"(?:(?:on |by |due )?this|on|by|due) (?P<day>{_ANY_DAY})(?!,? (?:the )?(?:{_MONTH} )?\d)"),
        _next_weekday,
    ),
    Phrase("date", words("(?:on |by |due )?next week"), lambda _m, n: Found(day=weekday(0, n))),
    Phrase("date", words("(?:by |due )?next (?P<unit>month|year)"), lambda m, n: later(n, 1, m["unit"])),
    Phrase(
        "date",
        words("(?:on |by |at )?(?:the )?next weekend"),
        lambda _m, n: Found(day=weekday(0, n) + timedelta(days=5)),
    ),
    Phrase(
        "date",
        words("this (?P<hint>morning|afternoon|evening)"),
        lambda m, n: Found(day=n.date(), clock=time(_HINTS[m["hint"]])),
    ),
    Phrase(
        "date",
        words("(?:on |by |at )?(?:the |this )?weekend"),
        lambda _m, n: Found(day=weekday(5, n, today_too=True)),
        weak=True,
    ),
    Phrase("date", words("(?:by |at )?(?:the )?end of (?:the |this )?month"), _last_of_month),
    Phrase("date", words(rf"(?:on|by|due) (?:{_ANY_DAY},? )?the (?P<number>[12]?\d|3[01])(?:st|nd|rd|th)"), _numbered),
    Phrase(
        "date",
        words(rf"(?:on|by|due) (?:{_ANY_DAY},? )?(?P<month>{_MONTH}) {_NUMBER}(?:,? (?P<year>20\d\d))?"),
        _month_day,
    ),
    Phrase(
        "date",
        words(rf"{_ON}(?:{_ANY_DAY},? )?(?P<month>{_MONTH}) {_NUMBER}(?:,? (?P<year>20\d\d))?"),
        _month_day,
        weak=True,
    ),
    Phrase(
        "date",
        words(rf"{_ON}(?:{_ANY_DAY},? )?(?:the )?{_NUMBER}(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>20\d\d))?"),
        _month_day,
        weak=True,
    ),
    Phrase("date", words(f"(?P<day>{_DAY})"), unless_after(_NO_DAY, _next_weekday), weak=True),
    Phrase("time", words(r"(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.)"), _time),
    Phrase(
        "time",
        words(
            r"(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? (?:in the (?P<hint>morning|afternoon|evening)|at night)"
        ),
        _time_at_night,
    ),
    Phrase("time", words(r"at (?P<hour>\d{1,2}):(?P<minute>\d\d)"), _time),
    Phrase("time", words(r"at noon"), lambda _m, _n: Found(clock=time(12))),
    Phrase("time", words(r"at midnight"), lambda _m, _n: Found(clock=time(0))),
    Phrase("time", words(r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)"), _time, weak=True),
    Phrase("time", words(r"at (?P<hour>\d{1,2})(?: o['’]clock)?"), _time, weak=True),
    Phrase("time", words(r"(?P<hour>\d):(?P<minute>[0-5]\d)"), _time, beside=True),
    Phrase(
        "hint",
        words(
            r"in the (?P<hint>morning|afternoon|evening)",
            r"(?:at )?(?P<hint2>night)|(?P<hint3>morning|afternoon|evening|noon)",
        ),
        unless_after(
            "high|good|this|last|every|each",
            lambda m, _n: Found(
                clock=time(12 if m["hint3"] == "noon" else _HINTS[m["hint"] or m["hint2"] or m["hint3"]])
            ),
        ),
        weak=True,
    ),
    Phrase("date", words(f"(?P<day>{'|'.join(_SHORT_DAYS)})"), _next_weekday, beside=True),
)
