"""Pages of search hits: title hits first, then the newest; only what the caller may see and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recado.db import Database
from recado.todos import listing, rows, search
from recado.todos.listing import Wanted
from recado.todos.todo import Todo
from recado.todos.words import words

_AT_ONCE = 200


async def page(
    db: Database, user_id: int, wanted: Wanted, asked: str, *, after: tuple[int, str] | None, limit: int
) -> list[tuple[int, Todo]]:
    """Return up to `limit` hits after a place (0 for a title hit or 1, id), each with that 0 or 1.

    Everything that was acknowledged before is found. Raises `NotFound` for a list that the user is not in.
    """
    lists_of = await listing.lists_of(db, user_id, wanted.list_id)
    folded = words(asked)
    if not folded:
        return []
    await search.catch_up(db)
    found: list[tuple[int, Todo]] = []
    for rank in (0, 1):
        if after is not None and rank < after[0]:
            continue
        before = after[1] if after is not None and rank == after[0] else None
        hits = [
            hit
            for list_id in lists_of
            for hit in await _of_list(db, list_id, folded, wanted, rank=rank, before=before, limit=limit)
        ]
        hits.sort(key=lambda todo: todo.id, reverse=True)
        found += [(rank, todo) for todo in hits]
        if len(found) >= limit:
            break
    return found[:limit]


def fits(cursor: Sequence[Any]) -> bool:
    """Tell whether a cursor is the place of a hit."""
    return len(cursor) == 2 and cursor[0] in (0, 1) and type(cursor[0]) is int and isinstance(cursor[1], str)


async def _of_list(
    db: Database, list_id: str, asked: Sequence[str], wanted: Wanted, *, rank: int, before: str | None, limit: int
) -> list[Todo]:
    """Hits of one list that still are what is wanted; the index may lag behind a deletion."""
    found: list[Todo] = []
    at_once = limit if wanted.state == "all" else _AT_ONCE
    while len(found) < limit:
        ids = await search.find(db, db.engine, list_id, asked, titles=rank == 0, before=before, limit=at_once)
        todos = await rows.find_many(db, ids)
        found += [todo for todo in todos if todo.list_id == list_id and listing.holds(wanted, todo)]
        if len(ids) < at_once:
            break
        before = ids[-1]
    return found[:limit]
