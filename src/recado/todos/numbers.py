"""Short numbers by which somebody names to-dos in text messages. Owns the table `short_number`.

A number stays with its to-do while that is open, and for two days after it was last said: so those of a list stay the
same for the day, and an answer to yesterday's text never means another to-do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recado.db import Reader, Tx
from recado.todos import lists, rows
from recado.todos.todo import Todo

KEPT = 2 * 24 * 3600 * 1_000_000

_ALL = "SELECT number, todo_id, said_at, asked FROM short_number WHERE user_id = $1 ORDER BY number"
_FIND = "SELECT todo_id FROM short_number WHERE user_id = $1 AND number = $2"
_GIVE = """
INSERT INTO short_number (user_id, number, todo_id, said_at, asked) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING number"""
_NUMBER_OF = "SELECT number FROM short_number WHERE user_id = $1 AND todo_id = $2"
_SAY = """
UPDATE short_number SET said_at = $3, asked = CASE WHEN $4 = 1 THEN 1 ELSE asked END
WHERE user_id = $1 AND todo_id = $2 RETURNING number"""
_FREE = "DELETE FROM short_number WHERE user_id = $1 AND number = $2 AND todo_id = $3"
_ERASE = "DELETE FROM short_number WHERE user_id = $1"


class Said(NamedTuple):
    """A number that was said, and what it means. `asked`: a text asked to answer with it."""

    number: int
    todo: Todo
    asked: bool


async def give(tx: Tx, user_id: int, todo_ids: Sequence[str], now: int, *, asked: bool = False) -> dict[str, int]:
    """Return the numbers by which a user names these to-dos, new ones the smallest that are free; they are said now."""
    given: dict[str, int] = {}
    missing = list[str]()
    for todo_id in dict.fromkeys(todo_ids):
        said = await tx.change(_SAY, user_id, todo_id, now, int(asked))
        if said:
            given[todo_id] = said[0][0]
        else:
            missing.append(todo_id)
    if missing:
        taken = await _taken(tx, user_id, now)
        for todo_id in missing:
            given[todo_id] = await _give(tx, user_id, todo_id, taken, now, asked=asked)
    return given


async def find(reader: Reader, user_id: int, number: int) -> str | None:
    """Return the id of the to-do that a user means by a number."""
    row = await reader.one(_FIND, user_id, number)
    return row[0] if row else None


async def still_open(reader: Reader, user_id: int) -> list[Said]:
    """Return the numbers whose to-dos are open and in a list of the user's, in their order."""
    said = await reader.all(_ALL, user_id)
    found = {todo.id: todo for todo in await rows.find_many(reader, [row[1] for row in said])}
    mine = set(await lists.of_user(reader, user_id))
    return [
        Said(number, found[todo_id], asked == 1)
        for number, todo_id, _, asked in said
        if todo_id in found and _is_open(found[todo_id]) and found[todo_id].list_id in mine
    ]


def erase(tx: Tx, user_id: int) -> None:
    """Forget a user's numbers."""
    tx.put(_ERASE, user_id)


async def _taken(tx: Tx, user_id: int, now: int) -> set[int]:
    """Return the numbers in use, after giving free those that were not said for two days and whose to-dos are over."""
    said = await tx.all(_ALL, user_id)
    old = [row for row in said if row[2] <= now - KEPT]
    alive = {todo.id for todo in await rows.find_many(tx, [row[1] for row in old]) if _is_open(todo)}
    free = {row[0]: row[1] for row in old if row[1] not in alive}
    for number, todo_id in free.items():
        tx.put(_FREE, user_id, number, todo_id)
    return {row[0] for row in said} - free.keys()


async def _give(tx: Tx, user_id: int, todo_id: str, taken: set[int], now: int, *, asked: bool) -> int:
    while True:
        number = next(number for number in range(1, len(taken) + 2) if number not in taken)
        taken.add(number)
        if await tx.change(_GIVE, user_id, number, todo_id, now, int(asked)):
            return number
        if (row := await tx.one(_NUMBER_OF, user_id, todo_id)) is not None:  # another transaction gave it one
            return row[0]


def _is_open(todo: Todo) -> bool:
    return todo.done_at is None and todo.deleted_at is None
