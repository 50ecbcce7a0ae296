"""Rows of to-dos, each change written together with its line in the log. Owns the table `todo`.

A change is made from the row that was read and stored only if the row is still that one; so changes of different
members at once are both kept, and the log has what each of them replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from recado.db import Reader, Row, Tx, Value
from recado.todos import history
from recado.todos.history import Changes, Kind
from recado.todos.todo import COLUMNS, Todo

_PLACES = ", ".join(f"${n}" for n in range(1, len(Todo._fields) + 1))
_INSERT = f"INSERT INTO todo ({COLUMNS}) VALUES ({_PLACES})"
_INSERT_NEW = f"{_INSERT} ON CONFLICT DO NOTHING RETURNING id"
_TOGETHER = (50, 10, 1)
_INSERT_MANY = {
    size: f"INSERT INTO todo ({COLUMNS}) VALUES "
    + ", ".join(
        f"({', '.join(f'${row * len(Todo._fields) + n}' for n in range(1, len(Todo._fields) + 1))})"
        for row in range(size)
    )
    + " ON CONFLICT DO NOTHING RETURNING id"
    for size in _TOGETHER
}
_IDS = "SELECT id FROM todo WHERE list_id = $1"
_OPEN = "SELECT id FROM todo WHERE list_id = $1 AND deleted_at IS NULL AND done_at IS NULL AND due_at IS"
_OPEN_DATED = f"{_OPEN} NOT NULL ORDER BY due_at, id LIMIT $2"
_OPEN_UNDATED = f"{_OPEN} NULL AND parent_id IS NULL ORDER BY position, id LIMIT $2"
_OPEN_STEPS = f"{_OPEN} NULL AND parent_id IS NOT NULL ORDER BY parent_id, position, id LIMIT $2"
_FIND = f"SELECT {COLUMNS} FROM todo WHERE id = $1"
_AT_ONCE = 50
_FIND_MANY = f"SELECT {COLUMNS} FROM todo WHERE id IN ({', '.join(f'${n}' for n in range(1, _AT_ONCE + 1))})"
_STEPS = f"SELECT {COLUMNS} FROM todo WHERE list_id = $1 AND parent_id = $2 ORDER BY position, id"
_HOLD = f"UPDATE todo SET version = version WHERE id = $1 RETURNING {COLUMNS}"
_LEFT_FOR = f"SELECT {COLUMNS} FROM todo WHERE list_id = $1 AND for_id = $2"
_TAKEN = """
SELECT id FROM todo
WHERE list_id = $1 AND deleted_at IS NULL AND done_at IS NULL AND parent_id IS NULL AND position = $2 AND id <> $3
LIMIT 1"""
_STEP_TAKEN = """
SELECT id FROM todo
WHERE list_id = $1 AND deleted_at IS NULL AND done_at IS NULL AND parent_id = $4 AND position = $2 AND id <> $3
LIMIT 1"""
_ERASE = "DELETE FROM todo WHERE list_id = $1 RETURNING id"
_LABELS = """
SELECT labels, COUNT(*) FROM todo
WHERE list_id = $1 AND labels <> '' AND deleted_at IS NULL AND done_at IS NULL GROUP BY labels"""
_PURGE = "DELETE FROM todo WHERE deleted_at <= $1 RETURNING id"


def add(tx: Tx, todo: Todo) -> None:
    """Store a to-do whose id was made here."""
    tx.put(_INSERT, *todo)
    _log_created(tx, todo)


async def add_chosen(tx: Tx, todo: Todo) -> bool:
    """Store a to-do whose id the client chose; False when that id is taken."""
    if not await tx.change(_INSERT_NEW, *todo):
        return False
    _log_created(tx, todo)
    return True


async def add_many(tx: Tx, todos: Sequence[Todo]) -> list[Todo]:
    """Store those to-dos whose ids are not taken, with few statements; return them."""
    added, start = list[Todo](), 0
    while start < len(todos):
        size = next(size for size in _TOGETHER if size <= len(todos) - start)
        some = todos[start : start + size]
        ids = {row[0] for row in await tx.change(_INSERT_MANY[size], *(value for todo in some for value in todo))}
        added += [todo for todo in some if todo.id in ids]
        start += size
    for todo in added:
        _log_created(tx, todo)
    return added


async def ids_of(reader: Reader, list_id: str) -> list[str]:
    """Return the ids of everything in a list, also of what is in the trash."""
    return [row[0] for row in await reader.all(_IDS, list_id)]


async def open_ids(reader: Reader, list_id: str, *, dated: bool, most: int) -> list[str]:
    """Return the first ids of what is open in a list: by when it is due; or, of what has no date, by place, steps last.

    Each part is read from an index of its own, so it costs what it returns.
    """
    found = list[str]()
    for sql in (_OPEN_DATED,) if dated else (_OPEN_UNDATED, _OPEN_STEPS):
        found += [row[0] for row in await reader.all(sql, list_id, most - len(found))]
    return found


async def find(reader: Reader, todo_id: str) -> Todo | None:
    """Return a to-do, whoever may see it."""
    row = await reader.one(_FIND, todo_id)
    return Todo(*row) if row else None


async def find_many(reader: Reader, ids: Sequence[str]) -> list[Todo]:
    """Return to-dos in the order of their ids as given, whoever may see them; those that there are not are left out."""
    found: dict[str, Todo] = {}
    for start in range(0, len(ids), _AT_ONCE):
        chosen = list(ids[start : start + _AT_ONCE])
        chosen += chosen[-1:] * (_AT_ONCE - len(chosen))
        found |= {row[1]: Todo(*row) for row in await reader.all(_FIND_MANY, *chosen)}
    return [found[id_] for id_ in ids if id_ in found]


async def steps(reader: Reader, todo: Todo) -> list[Todo]:
    """Return the steps of a to-do, also those that are done or in the trash."""
    return [Todo(*row) for row in await reader.all(_STEPS, todo.list_id, todo.id)]


async def hold(tx: Tx, todo_id: str) -> Todo | None:
    """Return a to-do like `find`, and make others wait who would change it or give it a step."""
    found = await tx.change(_HOLD, todo_id)
    return Todo(*found[0]) if found else None


async def select(reader: Reader, where: str, order: str, limit: int, *args: Value) -> list[Todo]:
    """Return the first rows that a condition holds for; `where` and `order` are SQL of `listing`, never of a caller."""
    sql = f"SELECT {COLUMNS} FROM todo WHERE {where} ORDER BY {order} LIMIT ${len(args) + 1}"
    return list(map(Todo._make, await reader.all(sql, *args, limit)))  # half of what Todo(*row) costs


async def left_for(reader: Reader, list_id: str, user_id: int) -> list[Todo]:
    """Return the to-dos of a list that were left for somebody, also those in the trash."""
    return [Todo(*row) for row in await reader.all(_LEFT_FOR, list_id, user_id)]


async def count_labels(reader: Reader, list_id: str) -> list[tuple[str, int]]:
    """Return each set of labels (joined by spaces) on open to-dos of a list, with how many have it."""
    return [(row[0], row[1]) for row in await reader.all(_LABELS, list_id)]


async def is_taken(reader: Reader, list_id: str, parent_id: str | None, position: str, todo_id: str) -> bool:
    """Tell whether another open to-do of the list, or step of the same to-do, stands at a position."""
    if parent_id is None:
        return await reader.one(_TAKEN, list_id, position, todo_id) is not None
    return await reader.one(_STEP_TAKEN, list_id, position, todo_id, parent_id) is not None


async def save(
    tx: Tx,
    todo: Todo,
    values: Mapping[str, Value],
    kind: Kind,
    *,
    by: int,
    now: int,
    note: Mapping[str, Any] | None = None,
) -> Todo | None:
    """Store new column values over a row that was read, log the change, and return the row as it is now.

    None when the row was changed since. Values that are there already are no change: then nothing is written. `note` is
    kept with the change.
    """
    changed = {column: value for column, value in values.items() if value != getattr(todo, column)}
    if not changed:
        return todo
    rows = await tx.change(_update(tuple(changed)), todo.list_id, todo.id, todo.version, now, *changed.values())
    if not rows:
        return None
    saved = Todo(*rows[0])
    changes: dict[str, Any] = {column: [getattr(todo, column), value] for column, value in changed.items()}
    _log(tx, saved, kind, list_id=saved.list_id, by=by, changes=changes | dict(note or {}))
    if saved.list_id != todo.list_id:
        _log(tx, saved, "moved_out", list_id=todo.list_id, by=by)
    return saved


async def erase_list(tx: Tx, list_id: str, now: int) -> None:
    """Delete everything in a list for good."""
    gone = [row[0] for row in await tx.change(_ERASE, list_id)]
    history.forget(tx, gone, now)
    history.forget_list(tx, list_id, now)


async def purge(tx: Tx, before: int, now: int) -> None:
    """Delete for good what went to the trash before an instant."""
    gone: list[Row] = await tx.change(_PURGE, before)
    history.forget(tx, [row[0] for row in gone], now)
    history.tidy(tx, now)


def _log_created(tx: Tx, todo: Todo) -> None:
    _log(tx, todo, "created", list_id=todo.list_id, by=todo.user_id)


def _log(tx: Tx, todo: Todo, kind: Kind, *, list_id: str, by: int, changes: Changes | None = None) -> None:
    history.record(
        tx, kind, list_id=list_id, todo_id=todo.id, version=todo.version, at=todo.updated_at, by=by, changes=changes
    )


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, 5))
    return f"""
UPDATE todo SET {sets}, updated_at = $4, version = version + 1
WHERE list_id = $1 AND id = $2 AND version = $3 RETURNING {COLUMNS}"""
