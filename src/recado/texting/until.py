"""Until when somebody puts a to-do off: `2h`, `30 min`, `3 dias`, or any date of quick add. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from recado.texting.commands import folded_line
from recado.todos import dates, quickadd
from recado.todos.todo import Todo

_SECOND = 1_000_000
_SPAN = re.compile(
    r"(?:(?:by|for|in|em|por|mais|daqui a) )?(\d{1,4}) ?"
    r"(minutes?|minutos?|mins?|min|m|hours?|horas?|hrs?|hs?|days?|dias?|d|weeks?|semanas?|sem|w)(?: ?(\d{1,2}))?"
)


class Span(NamedTuple):
    """So much later: whole days, or minutes."""

    days: int
    minutes: int


def span(text: str) -> Span | None:
    """Return what a span of time says; None if it is none."""
    match = _SPAN.fullmatch(folded_line(" ".join(text.split())).strip(" ."))
    if match is None:
        return None
    amount, unit, more = int(match[1]), match[2], int(match[3] or 0)
    if unit.startswith("m"):
        return Span(0, amount) if amount and match[3] is None else None
    if unit.startswith("h"):
        return Span(0, amount * 60 + more) if (amount or more) and more < 60 else None
    days = amount * (7 if unit[0] in ("w", "s") else 1)
    return Span(days, 0) if days and match[3] is None else None


def put_off(todo: Todo | None, text: str, *, locale: str, zone: str, now: int) -> str | None:
    """Return when a to-do, or one without a date, is due then, in `zone`; None when the text is not understood.

    A span counts from when it is due, or from now if that has passed or there is no such time. A day keeps the time of
    day that the to-do has.
    """
    if (later := span(text)) is not None:
        return _later(todo, later, zone, now)
    said = quickadd.parse(f"x {text}", locale, dates.local_now(now, zone))
    if said.title != "x" or said.due is None or said.repeat is not None:
        return None
    clock = _clock(todo, zone)
    return f"{said.due}T{clock}" if len(said.due) == 10 and clock else said.due


def _later(todo: Todo | None, later: Span, zone: str, now: int) -> str:
    clock = _clock(todo, zone)
    base = max(now, todo.due_at or now) if todo is not None and clock else now
    if later.minutes:
        whole = -(-base // (60 * _SECOND)) * 60 * _SECOND  # rounded up, so that five minutes are never four
        return dates.local(whole + later.minutes * 60 * _SECOND, zone)
    first = dates.day(base, zone)
    if todo is not None and todo.due is not None and clock is None:
        first = max(first, date.fromisoformat(todo.due))
    day = (first + timedelta(days=later.days)).isoformat()
    return f"{day}T{clock}" if clock else day


def _clock(todo: Todo | None, zone: str) -> str | None:
    if todo is None or todo.due is None or len(todo.due) == 10 or todo.due_at is None:
        return None
    return dates.local(todo.due_at, zone)[11:]
