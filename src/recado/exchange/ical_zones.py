"""Time zones for iCalendar (RFC 5545, 3.6.5): each as the changes of its clocks, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from recado.exchange.record import Here, Item

_YEARS = 10
"""How far from now, at most, the clocks are described; beyond, they stay as they are then."""


def described(items: Iterable[Item], here: Here) -> Iterator[str]:
    """Give the lines that describe the zones of items due at a time, as far as they are due."""
    timed = [item for item in items if item.due and len(item.due) > 10]
    years, now = [int(item.due[:4]) for item in timed if item.due], datetime.fromtimestamp(here.now // 1_000_000, UTC)
    first = max(min(years, default=now.year), now.year - _YEARS) - 1
    last = min(max(years, default=now.year), now.year + _YEARS) + 1
    for zone in sorted({item.zone for item in timed if item.zone}):
        yield from _timezone(zone, first, last)


@lru_cache(maxsize=256)
def _timezone(name: str, first: int, last: int) -> tuple[str, ...]:
    zone, lines = ZoneInfo(name), ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    start = datetime(max(first, 1970), 1, 1, tzinfo=UTC)
    before = start.astimezone(zone).utcoffset() or timedelta()
    for change in (start, *_changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC))):
        local = change.astimezone(zone)
        after = local.utcoffset() or timedelta()
        kind = "DAYLIGHT" if local.dst() else "STANDARD"
        lines += [f"BEGIN:{kind}", f"DTSTART:{change.replace(tzinfo=None) + before:%Y%m%dT%H%M%S}"]
        lines += [f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}", f"END:{kind}"]
        before = after
    return (*lines, "END:VTIMEZONE")


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the instants at which a zone's offset changes, found by halving between days on which it differs."""
    day, step = start, timedelta(days=7)
    while day < end:
        low, high = day, day + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) // 2).replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            yield high
        day += step


def _offset(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"
