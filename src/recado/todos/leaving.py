"""Judges a text about a to-do again as it leaves: it may have waited, and people and to-dos have moved on since."""

from __future__ import annotations

from recado.db import Reader
from recado.messages.outbox import Kind, Pending
from recado.todos import lists, reminding, rows
from recado.todos.todo import Todo

_JUDGED: frozenset[Kind] = frozenset(["assigned", "finished", "reminder"])
_UNSEEN = "The to-do was deleted, or is in a list that they can no longer see."
_OVER = "The to-do was done, deleted or put off meanwhile."
_OTHERWISE = "The to-do was done, deleted or left for somebody else meanwhile."


async def refusal(reader: Reader, message: Pending) -> str | None:
    """Return why a text is not to leave any more, as a sentence; None when it is, or is about no to-do."""
    if message.kind not in _JUDGED:
        return None
    todo = await rows.find(reader, message.todo_id) if message.todo_id else None
    if todo is None or await lists.role(reader, todo.list_id, message.user_id) is None:
        return _UNSEEN
    if message.kind == "reminder":
        wanted = await reminding.still_wanted(reader, todo.id, message.created_at)
        return None if wanted else _OVER
    return _OTHERWISE if message.kind == "assigned" and not _waits_for(todo, message.user_id) else None


def _waits_for(todo: Todo, user_id: int) -> bool:
    return todo.for_id == user_id and not todo.done and todo.deleted_at is None
