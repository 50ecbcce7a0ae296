"""Pages of a list: `limit`, and a `cursor` that stays right while rows are inserted: the id of the last row seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from recado.db.ids import is_uuid7
from recado.errors import Invalid

DEFAULT, MOST = 50, 200
LAST = "g"
"""Sorts after every id in every language's order, as an id begins with a hexadecimal digit."""


class HasId(Protocol):
    """A row of a list that is ordered by id, newest first."""

    @property
    def id(self) -> str: ...


def limit(query: dict[str, str]) -> int:
    """Return the `limit` of a query, 1 to 200, by default 50. Raises `Invalid`."""
    text = query.get("limit", str(DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise Invalid("/query/limit", f"limit is a number from 1 to {MOST}.")
    return int(text)


def before(query: dict[str, str]) -> str:
    """Return the id below which the page begins. Raises `Invalid` for a cursor that is none of ours."""
    cursor = query.get("cursor")
    if cursor is None:
        return LAST
    if not is_uuid7(cursor):
        raise Invalid("/query/cursor", "This cursor is not one that this service gave out.")
    return cursor


def page(rows: Sequence[HasId], shown: Sequence[Any], most: int) -> dict[str, Any]:
    """Return `{"items", "next"}`: `rows` may hold one more than `most`, which tells that there is a next page."""
    more = len(rows) > most
    return {"items": shown[:most], "next": rows[most - 1].id if more else None}
