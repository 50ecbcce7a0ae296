"""Gathers what somebody may see into records, for a file or a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from recado.accounts import accounts
from recado.db import Database
from recado.exchange.record import Item, ListRecord, Parsed
from recado.todos import rows, sharing
from recado.todos.lists import Membership
from recado.todos.todo import Todo

_AT_ONCE = 100


async def gather(db: Database, user_id: int, list_id: str | None, *, trash: bool = False) -> Parsed:
    """Return the lists of a user, or one of them, with what is in them; what is in the trash only with `trash`.

    Each list is what it was when its turn came. Raises `NotFound` for a list the user is not in.
    """
    chosen, found = await todos_of(db, user_id, list_id, trash=trash)
    return await records(db, chosen, found)


async def todos_of(
    db: Database, user_id: int, list_id: str | None, *, trash: bool
) -> tuple[list[Membership], list[Todo]]:
    """Return the lists of a user, or one of them, and the to-dos in them. Raises `NotFound`."""
    chosen, found = await _lists(db, user_id, list_id), list[Todo]()
    for one in chosen:
        todos = await _by_id(db, one.list_id, await rows.ids_of(db, one.list_id))
        kept = [todo for todo in todos if trash or todo.deleted_at is None]
        found += await asyncio.to_thread(sorted, kept, key=_order)
    return chosen, found


async def open_todos(
    db: Database, user_id: int, list_id: str | None, *, dated: bool, most: int
) -> tuple[list[Membership], list[Todo]]:
    """Return lists and the first open to-dos in them, those with a date before the others, or only those (`dated`).

    Costs what is open, however much is done. Raises `NotFound`.
    """
    chosen, ids = await _lists(db, user_id, list_id), dict[str, list[str]]()
    for with_date in (True,) if dated else (True, False):
        for one in chosen:
            left = most - sum(map(len, ids.values()))
            ids.setdefault(one.list_id, []).extend(await rows.open_ids(db, one.list_id, dated=with_date, most=left))
    found = [todo for key, some in ids.items() for todo in await _by_id(db, key, some)]
    return chosen, [todo for todo in found if todo.deleted_at is None and todo.done_at is None]


async def records(db: Database, chosen: Sequence[Membership], todos: Sequence[Todo]) -> Parsed:
    """Return lists and to-dos as they are written into a file."""
    people = {id_ for todo in todos for id_ in (todo.for_id, todo.user_id, todo.done_by) if id_ is not None}
    names = await accounts.names(db, list(people))
    lists = {
        one.list_id: ListRecord(one.list_id, one.name, bool(one.personal), one.list_id, one.position) for one in chosen
    }
    return Parsed(lists, await asyncio.to_thread(_items, todos, names))


async def _lists(db: Database, user_id: int, list_id: str | None) -> list[Membership]:
    return await sharing.mine(db, user_id) if list_id is None else [await sharing.get(db, user_id, list_id)]


async def _by_id(db: Database, list_id: str, ids: Sequence[str]) -> list[Todo]:
    found = list[Todo]()
    for start in range(0, len(ids), _AT_ONCE):
        todos = await rows.find_many(db, ids[start : start + _AT_ONCE])
        found += [todo for todo in todos if todo.list_id == list_id]
        await asyncio.sleep(0)  # SQLite answers at once, and others wait
    return found


def _order(todo: Todo) -> tuple[object, ...]:
    """Open ones by place, then what is done, the newest first, then the trash."""
    return (todo.deleted_at is not None, todo.done_at is not None, -(todo.done_at or 0), todo.position, todo.id)


def _items(todos: Iterable[Todo], names: dict[int, str]) -> list[Item]:
    return [_item(todo, names) for todo in todos]


def _item(todo: Todo, names: dict[int, str]) -> Item:
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
        todo.deleted_at,
        names.get(todo.user_id),
        names.get(todo.done_by) if todo.done_by is not None else None,
    )
