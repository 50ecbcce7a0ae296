"""Until when a to-do is put off."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recado.texting.until import put_off
from recado.todos import dates
from recado.todos.todo import Todo

LISBON = "Europe/Lisbon"
NOW = round(datetime(2026, 11, 24, 10, 0, 20, tzinfo=UTC).timestamp() * 1_000_000)  # a Tuesday


def todo(due: str | None, zone: str = LISBON) -> Todo:
    blank = Todo("l", "t", 1, "x", "", *[None] * 6, 0, "", *[None] * 3, "i", None, 0, 0, None, 1)  # type: ignore[arg-type]
    return blank if due is None else blank._replace(due=due, zone=zone, due_at=dates.instant(due, zone))


@pytest.mark.parametrize(
    ("due", "text", "until"),
    [
        (None, "2h", "2026-11-24T12:01"),
        (None, "30 min", "2026-11-24T10:31"),
        (None, "1h30", "2026-11-24T11:31"),
        (None, "2 horas", "2026-11-24T12:01"),
        (None, "in 2 hours", "2026-11-24T12:01"),
        (None, "daqui a 2 horas", "2026-11-24T12:01"),
        (None, "tomorrow", "2026-11-25"),
        (None, "3 days", "2026-11-27"),
        (None, "1 sem", "2026-12-01"),
        (None, "friday 9am", "2026-11-27T09:00"),
        ("2026-11-24", "1d", "2026-11-25"),
        ("2026-11-20", "1d", "2026-11-25"),
        ("2026-12-24", "1d", "2026-12-25"),
        ("2026-11-24T18:00", "2h", "2026-11-24T20:00"),
        ("2026-11-24T08:00", "2h", "2026-11-24T12:01"),
        ("2026-11-24T08:00", "1 day", "2026-11-25T08:00"),
        ("2026-11-24T18:00", "tomorrow", "2026-11-25T18:00"),
        ("2026-11-24T18:00", "tomorrow 9am", "2026-11-25T09:00"),
        ("2026-03-28T09:00", "1d", "2026-11-25T09:00"),
    ],
)
def test_it_counts_from_when_it_is_due_or_from_now(due: str | None, text: str, until: str) -> None:
    assert put_off(todo(due), text, locale="en", zone=LISBON, now=NOW) == until


@pytest.mark.parametrize(
    ("text", "until"),
    [("amanhã", "2026-11-25"), ("AMANHA 9h", "2026-11-25T09:00"), ("sexta", "2026-11-27"), ("24/12", "2026-12-24")],
)
def test_portuguese_dates_are_those_of_quick_add(text: str, until: str) -> None:
    assert put_off(todo(None), text, locale="pt-BR", zone=LISBON, now=NOW) == until


def test_a_day_keeps_its_time_where_the_clocks_change() -> None:
    now = round(datetime(2026, 3, 28, 10, 0, tzinfo=UTC).timestamp() * 1_000_000)
    assert put_off(todo("2026-03-28T20:00"), "1d", locale="en", zone=LISBON, now=now) == "2026-03-29T20:00"


@pytest.mark.parametrize(
    "text", ["", "soon", "0h", "0 days", "the meeting", "every day", "2h99", "3", "5m30", "9999999h"]
)
def test_what_is_no_date_is_not_understood(text: str) -> None:
    assert put_off(todo(None), text, locale="en", zone=LISBON, now=NOW) is None
