"""Instants on the wire: RFC 3339 in UTC with `Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def instant(microseconds: int) -> str:
    """Return epoch microseconds as `2026-11-24T09:00:00.000000Z`."""
    return f"{_second(microseconds // 1_000_000)}.{microseconds % 1_000_000:06d}Z"


def instant_or_none(microseconds: int | None) -> str | None:
    """The same for an instant that may not have come."""
    return None if microseconds is None else instant(microseconds)


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"
