"""Times of day in somebody's time zone: when quiet hours end, when a clock next shows a time, what is one day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from recado.accounts.preferences import QuietHours

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quiet_until(now: int, quiet: QuietHours | None, time_zone: str) -> int | None:
    """Return the end of the quiet hours that an instant falls into, None when it falls into none (microseconds).

    They begin at `start` and are over at `end`; the same time twice is no quiet hours at all.
    """
    if quiet is None or quiet.start == quiet.end:
        return None
    clock = f"{_local(now, time_zone):%H:%M}"
    begun, goes_on = clock >= quiet.start, clock < quiet.end
    inside = (begun and goes_on) if quiet.start < quiet.end else (begun or goes_on)
    return next_time(now, quiet.end, time_zone) if inside else None


def next_time(now: int, time: str, time_zone: str) -> int:
    """Return when a clock in a zone next shows a time, after an instant.

    A time that the clocks skip is moved forward by what they skip; one that they show twice comes once, the first time,
    unless that is over.
    """
    zone, hour, minute = _zone(time_zone), int(time[:2]), int(time[3:])
    today = _local(now, time_zone).replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
    for day in range(3):
        for fold in (0, 1):
            moment = (today + timedelta(days=day)).replace(tzinfo=zone, fold=fold)
            instant = (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
            if instant > now:
                return instant
    raise AssertionError("a clock shows every time within two days")


def same_day(one: int, other: int, time_zone: str) -> bool:
    """Tell whether two instants are on one day in a zone."""
    return _local(one, time_zone).date() == _local(other, time_zone).date()


def _local(instant: int, time_zone: str) -> datetime:
    return datetime.fromtimestamp(instant // _SECOND, _zone(time_zone))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
