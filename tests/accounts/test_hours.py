"""Times of day in a zone: quiet hours and when a clock next shows a time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from recado.accounts.hours import next_time, quiet_until
from recado.accounts.preferences import QuietHours

LISBON = "Europe/Lisbon"


def at(text: str, fold: int = 0) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LISBON), fold=fold).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("now", "start", "end", "until"),
    [
        ("2026-11-24T23:00", "22:00", "07:00", "2026-11-25T07:00"),
        ("2026-11-24T03:00", "22:00", "07:00", "2026-11-24T07:00"),
        ("2026-11-24T22:00", "22:00", "07:00", "2026-11-25T07:00"),
        ("2026-11-24T07:00", "22:00", "07:00", None),
        ("2026-11-24T12:00", "22:00", "07:00", None),
        ("2026-11-24T13:30", "13:00", "15:00", "2026-11-24T15:00"),
        ("2026-11-24T15:00", "13:00", "15:00", None),
        ("2026-11-24T12:00", "12:00", "12:00", None),
    ],
)
def test_quiet_hours_begin_and_end_on_the_persons_clock(now: str, start: str, end: str, until: str | None) -> None:
    assert quiet_until(at(now), QuietHours(start, end), LISBON) == (at(until) if until else None)


def test_no_quiet_hours_are_never() -> None:
    assert quiet_until(at("2026-11-24T03:00"), None, LISBON) is None


def test_a_time_that_the_clocks_skip_is_moved_forward() -> None:
    assert next_time(at("2027-03-28T00:30"), "01:30", LISBON) == at("2027-03-28T02:30")


def test_a_time_that_comes_twice_is_the_first_unless_that_is_over() -> None:
    first, second = at("2026-10-25T01:30"), at("2026-10-25T01:30", fold=1)
    assert second - first == 3_600_000_000
    assert next_time(at("2026-10-25T00:30"), "01:30", LISBON) == first
    assert next_time(first, "01:30", LISBON) == second
    assert next_time(second, "01:30", LISBON) == at("2026-10-26T01:30")
