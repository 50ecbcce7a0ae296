"""Dates in somebody's time zone: what a due text means, and when a day begins and ends."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from recado.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1970, 2200

_DUE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::00)?)?", re.ASCII)
_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_due(text: str) -> str:
    """Return a due text in its usual form, `2026-11-24` or `2026-11-24T09:00`. Raises `Invalid`."""
    match = _DUE.fullmatch(text)
    if match is None:
        raise Invalid("/due", "Use a date such as 2026-11-24, or a local time such as 2026-11-24T09:00.")
    usual = match[1] if match[2] is None else f"{match[1]}T{match[2]}"
    try:
        moment = datetime.fromisoformat(usual)
    except ValueError:
        raise Invalid("/due", "There is no such day or time.") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Invalid("/due", f"The year is from {FIRST_YEAR} to {LAST_YEAR}.")
    return usual


def instant(due: str, zone: str) -> int:
    """Return a due text's instant in epoch microseconds.

    A date's is the last microsecond of that day. A time that the clocks skip is moved forward by what they skip; of one
    that they show twice it is the first.
    """
    if len(due) == 10:
        return start(date.fromisoformat(due) + timedelta(days=1), zone) - 1
    return _instant(datetime.fromisoformat(due), zone)


def local(instant: int, zone: str) -> str:
    """Return the local time of an instant, `2026-11-24T09:00`."""
    return f"{_local(instant, zone):%Y-%m-%dT%H:%M}"


def local_now(instant: int, zone: str) -> datetime:
    """Return the local time of an instant, to the second, without its zone."""
    return _local(instant, zone).replace(tzinfo=None)


def day(instant: int, zone: str) -> date:
    """Return the local day of an instant."""
    return _local(instant, zone).date()


def start(day: date, zone: str) -> int:
    """Return the instant at which a day begins: at midnight, or later where the clocks skip that."""
    return _instant(datetime(day.year, day.month, day.day), zone)


def _local(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant // _SECOND, _zone(zone))


def _instant(naive: datetime, zone: str) -> int:
    # fold=0: of a doubled hour the first; a skipped one is counted with the offset before, which moves it forward.
    moment = naive.replace(tzinfo=_zone(zone), fold=0)
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
