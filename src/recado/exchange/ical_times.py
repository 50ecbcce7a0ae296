"""Dates, lengths and time zones of iCalendar (RFC 5545), read with the library icalendar.

It is loaded when the first such file comes: 0.1 s and some megabytes that a service without them never pays for.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from recado.exchange.ical_lines import Property
from recado.exchange.record import zones
from recado.todos import dates

_UNTIL = re.compile(r"(UNTIL=)(\d{8}T\d{6}Z)", re.IGNORECASE | re.ASCII)


def moment(one: Property) -> datetime | date | None:
    """Read a date or time; in UTC it has a zone, else it is local. None for what is neither, or of no usual year."""
    try:
        found: Any = _library().vDDDTypes.from_ical(one.value.strip())
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    if not isinstance(found, date) or not dates.FIRST_YEAR <= found.year <= dates.LAST_YEAR:
        return None
    return found


def length(text: str) -> timedelta | None:
    """Read a duration such as `-PT15M`."""
    try:
        found: Any = _library().vDuration.from_ical(text.strip())
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return found if isinstance(found, timedelta) else None


def local_until(rule: str, zone: str) -> str:
    """Return a rule whose last day is the day it is in a zone: files give its end in UTC."""

    def day(match: re.Match[str]) -> str:
        try:
            end = datetime.strptime(match[2].upper(), "%Y%m%dT%H%M%SZ")
            return f"{match[1]}{end.replace(tzinfo=ZoneInfo('UTC')).astimezone(ZoneInfo(zone)):%Y%m%d}"
        except (ValueError, OverflowError):
            return match[0]

    return _UNTIL.sub(day, rule)


@lru_cache(maxsize=256)
def zone_of(name: str) -> str | None:
    """Return the zone of a TZID: by its usual name, Windows' name, or the usual name at its end."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - see above

    known, name = zones(), name.strip()
    if name in known:
        return name
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    parts = name.split("/")
    return next((end for n in (3, 2) if (end := "/".join(parts[-n:])) in known), None)


@lru_cache(maxsize=1)
def _library() -> Any:
    import icalendar  # noqa: PLC0415 - see above

    return icalendar
