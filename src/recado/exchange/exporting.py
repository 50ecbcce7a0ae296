"""Gathers what somebody may see into records, for a file or a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from recado.accounts import accounts
from recado.db import Database
from recado.exchange.record import Item, ListRecord, Parsed
from recado.todos import rows, sharing
from recado.todos.lists import Membership
from recado.todos.todo import Todo

_AT_ONCE = 200


async def gather(
    db: Database, user_id: int, list_id: str | None, *, wanted: Callable[[Todo], bool] | None = None
) -> Parsed:
    """Return the lists of a user, or one of them, with the to-dos in them that are wanted; usually all but the trash.

    Each list is what it was when its turn came. Raises `NotFound` for a list the user is not in.
    """
    chosen, found = await todos_of(db, user_id, list_id, wanted=wanted or _is_kept)
    names = await accounts.names(db, list({todo.for_id for todo in found if todo.for_id is not None}))
    records = {
        one.list_id: ListRecord(one.list_id, one.name, bool(one.personal), one.list_id, one.position) for one in chosen
    }
    return Parsed(records, await asyncio.to_thread(_items, found, names))


async def todos_of(
    db: Database, user_id: int, list_id: str | None, *, wanted: Callable[[Todo], bool]
) -> tuple[list[Membership], list[Todo]]:
    """Return the lists of a user, or one of them, and the to-dos in them that are wanted. Raises `NotFound`."""
    if list_id is None:
        chosen = await sharing.mine(db, user_id)
    else:
        chosen = [await sharing.get(db, user_id, list_id)]
    found = list[Todo]()
    for one in chosen:
        found += await _of_list(db, one, wanted)
    return chosen, found


async def _of_list(db: Database, one: Membership, wanted: Callable[[Todo], bool]) -> list[Todo]:
    found, ids = list[Todo](), await rows.ids_of(db, one.list_id)
    for start in range(0, len(ids), _AT_ONCE):
        todos = await rows.find_many(db, ids[start : start + _AT_ONCE])
        found += [todo for todo in todos if todo.list_id == one.list_id and wanted(todo)]
        await asyncio.sleep(0)  # SQLite answers at once, and others wait
    return sorted(found, key=_order)


def _is_kept(todo: Todo) -> bool:
    return todo.deleted_at is None


def _order(todo: Todo) -> tuple[object, ...]:
    """Open ones by place, then what is done, the newest first."""
    return (todo.done_at is not None, -(todo.done_at or 0), todo.position, todo.id)


def _items(todos: Iterable[Todo], names: dict[int, str]) -> list[Item]:
    return [item_of(todo, names) for todo in todos]


def item_of(todo: Todo, names: dict[int, str]) -> Item:
    """Return a to-do as a record."""
    return Item(
        0,
        todo.id,
        todo.title,
        todo.notes,
        todo.list_id,
        tuple(todo.labels.split()),
        names.get(todo.for_id) if todo.for_id is not None else None,
        todo.due,
        todo.zone,
        todo.priority,
        todo.repeat,
        todo.remind,
        todo.parent_id,
        todo.position,
        todo.created_at,
        todo.updated_at,
        todo.done_at,
        todo.id,
        todo.version,
    )
