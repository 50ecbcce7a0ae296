"""To-dos that come in many at once, from a file: stored under ids that were computed, so that each is stored once.

Nobody is texted about each of them; who brings them in may be, once.
"""

from __future__ import annotations

from collections.abc import Sequence

from recado.accounts.accounts import Author
from recado.db import Reader, Tx
from recado.errors import Invalid
from recado.todos import dates, editing, lists, notices, positions, rows
from recado.todos.todo import Todo

AT_ONCE = 100
"""How many to store in one transaction: a few milliseconds, in which SQLite does nothing else."""


def checked(todo: Todo) -> Todo:
    """Return a to-do as it can be stored, its instant filled in. Raises `Invalid` for a wrong value."""
    if todo.notes and len(todo.notes) > editing.MAX_NOTES:
        raise Invalid("/notes", f"Notes have at most {editing.MAX_NOTES} characters.")
    if not 0 <= todo.priority <= 4:
        raise Invalid("/priority", "This is a number from 0 to 4.")
    positions.check(todo.position)
    due = None if todo.due is None else dates.check_due(todo.due)
    return todo._replace(
        title=editing.title(todo.title),
        labels=editing.labels(todo.labels.split()) if todo.labels else "",
        due=due,
        zone=None if due is None else todo.zone,
        due_at=None if due is None or todo.zone is None else dates.instant(due, todo.zone),
        repeat=None if due is None else todo.repeat,
    )


async def store(tx: Tx, author: Author, todos: Sequence[Todo], *, text: bool, now: int) -> list[Todo]:
    """Store checked to-dos whose ids are not taken yet and return them; those they are steps of come before them.

    With `text` their author gets one text if any was stored and they want that. A step whose to-do is not there any
    more becomes one of its own; whoever takes no part in the list is left nothing. Raises `NotFound` or `Refused`
    for a list that the author may not write in.
    """
    parents = await _parents(tx, todos)
    fitted = [await _in_place(tx, todo, parents) for todo in todos]
    for list_id in {todo.list_id for todo in fitted}:
        await lists.require(tx, list_id, author.user_id, to_write=True)
    added = await rows.add_many(tx, fitted)
    if added and text:
        notices.created(tx, author, added[0].id, now)
    return added


async def _parents(reader: Reader, todos: Sequence[Todo]) -> dict[str, Todo]:
    """Return what the to-dos may be steps of: what is stored, and those among them."""
    wanted = list(dict.fromkeys(todo.parent_id for todo in todos if todo.parent_id))
    found = {todo.id: todo for todo in todos if todo.parent_id is None}
    return found | {todo.id: todo for todo in await rows.find_many(reader, wanted)}


async def _in_place(reader: Reader, todo: Todo, parents: dict[str, Todo]) -> Todo:
    if todo.parent_id is not None:
        parent = parents.get(todo.parent_id)
        is_gone = parent is None or (parent.deleted_at is not None and todo.deleted_at is None)
        if parent is None or is_gone or parent.parent_id is not None:
            todo = todo._replace(parent_id=None)
        else:
            todo = todo._replace(list_id=parent.list_id)
    if todo.for_id is not None and await lists.role(reader, todo.list_id, todo.for_id) is None:
        todo = todo._replace(for_id=None)
    return todo
