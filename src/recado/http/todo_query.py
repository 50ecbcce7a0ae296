"""The query of `GET /todo`: which to-dos, in what order, from where on."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from recado.accounts import accounts
from recado.errors import Invalid
from recado.http import pages
from recado.http.call import Call
from recado.http.todo_form import todo_id
from recado.todos import dates, editing, finding, listing
from recado.todos.listing import Due, Sort, State, Wanted
from recado.todos.todo import Todo

STATES: tuple[State, ...] = ("open", "done", "all", "trash")
SORTS: tuple[Sort, ...] = ("position", "due", "priority", "created")
DUES = ("overdue", "today", "upcoming", "none")
UPCOMING_DAYS = 14
MOST_OF_Q = 200


async def wanted(call: Call, query: dict[str, str]) -> Wanted:
    """Return what a query asks for. Raises `Invalid`."""
    state = cast("State", _one_of(query, "state", STATES, "open"))
    sort = query.get("sort")
    parent = query.get("parent")
    return Wanted(
        state,
        query.get("list"),
        None if parent is None else todo_id(parent),
        await _due(call, query),
        call.user_id if _one_of(query, "for", ("me", ""), "") == "me" else None,
        editing.labels([query["label"]]) if "label" in query else None,
        None if sort is None else cast("Sort", _one_of(query, "sort", SORTS, "")),
    )


def words(query: dict[str, str]) -> str | None:
    """Return what is searched for. Raises `Invalid`."""
    text = query.get("q")
    if text is not None and not 1 <= len(text) <= MOST_OF_Q:
        raise Invalid("/query/q", f"q has 1 to {MOST_OF_Q} characters.")
    return text


def hit_after(query: dict[str, str]) -> tuple[int, str] | None:
    """Return the place among hits that a cursor stands for. Raises `Invalid`."""
    place = _place(query)
    if place is None:
        return None
    if not finding.fits(place):
        raise _no_cursor()
    return place[0], place[1]


def after(query: dict[str, str], asked: Wanted) -> list[Any] | None:
    """Return the place that a cursor stands for. Raises `Invalid` for a cursor that is none of ours."""
    place = _place(query)
    if place is not None and not listing.fits(asked, place):
        raise _no_cursor()
    return place


def _place(query: dict[str, str]) -> list[Any] | None:
    text = query.get("cursor")
    if text is None:
        return None
    try:
        place: object = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except ValueError:
        place = None
    if not isinstance(place, list):
        raise _no_cursor()
    return cast("list[Any]", place)


def _no_cursor() -> Invalid:
    return Invalid("/query/cursor", "This cursor is not one that this service gave out for such a query.")


def cursor(asked: Wanted, todo: Todo) -> str:
    """Return the cursor of the place after a to-do."""
    return encoded(listing.cursor_of(asked, todo))


def encoded(place: Sequence[Any]) -> str:
    """Return the cursor of a place."""
    text = json.dumps(place, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def limit(query: dict[str, str]) -> int:
    """Return the `limit` of a query. Raises `Invalid`."""
    return pages.limit(query)


def _one_of(query: dict[str, str], name: str, choices: tuple[str, ...], usual: str) -> str:
    value = query.get(name, usual)
    if value not in choices:
        raise Invalid(f"/query/{name}", f"{name} is one of {', '.join(choice for choice in choices if choice)}.")
    return value


async def _due(call: Call, query: dict[str, str]) -> Due | None:
    """Return the range of days in the user's own zone."""
    if "due" not in query:
        return None
    which = _one_of(query, "due", DUES, "")
    if which == "none":
        return "none"
    author = await accounts.author(call.house.db, call.user_id)
    zone = author.time_zone if author else "UTC"
    today = dates.day(call.house.clock(), zone)
    tomorrow = today + timedelta(days=1)
    first, end = {
        "overdue": (None, today),
        "today": (today, tomorrow),
        "upcoming": (tomorrow, tomorrow + timedelta(days=UPCOMING_DAYS)),
    }[which]
    return (
        None if first is None else first.isoformat(),
        None if first is None else dates.start(first, zone),
        end.isoformat(),
        dates.start(end, zone),
    )
