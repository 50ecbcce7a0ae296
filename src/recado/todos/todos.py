"""To-dos: create, read, list, change, finish, put in the trash, restore. Owns the table `todo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from recado.accounts.accounts import Author
from recado.db import Reader, Row, Tx
from recado.errors import Conflict, Invalid, NotFound
from recado.messages import outbox, texts
from recado.todos import lists

State = Literal["open", "done", "all", "trash"]

TRASH_KEPT = 30 * 24 * 3600 * 1_000_000
"""How long a deleted to-do can be restored, in microseconds."""

_ROW = "list_id, id, user_id, title, notes, done_at, done_by, created_at, updated_at, deleted_at, version"
_INSERT = f"INSERT INTO todo ({_ROW}) VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6, $6, NULL, 1)"
_INSERT_NEW = f"{_INSERT} ON CONFLICT DO NOTHING RETURNING id"
_FIND = f"SELECT {_ROW} FROM todo WHERE id = $1"
_CONDITIONS: dict[State, str] = {
    "open": "done_at IS NULL AND deleted_at IS NULL",
    "done": "done_at IS NOT NULL AND deleted_at IS NULL",
    "all": "deleted_at IS NULL",
    "trash": "deleted_at IS NOT NULL",
}
_PAGE = {
    state: f"SELECT {_ROW} FROM todo WHERE list_id = $1 AND id < $2 AND {condition} ORDER BY id DESC LIMIT $3"
    for state, condition in _CONDITIONS.items()
}
_CHANGE = f"""
UPDATE todo SET
    title = COALESCE(CAST($3 AS TEXT), title),
    notes = COALESCE(CAST($4 AS TEXT), notes),
    done_at = CASE CAST($5 AS BIGINT) WHEN 1 THEN COALESCE(done_at, $6) WHEN 0 THEN NULL ELSE done_at END,
    done_by = CASE CAST($5 AS BIGINT) WHEN 1 THEN COALESCE(done_by, $7) WHEN 0 THEN NULL ELSE done_by END,
    updated_at = $6,
    version = version + 1
WHERE list_id = $1 AND id = $2 AND deleted_at IS NULL AND (CAST($8 AS BIGINT) = 0 OR version = $8)
RETURNING {_ROW}"""
_TRASH = """
UPDATE todo SET deleted_at = $3, updated_at = $3, version = version + 1
WHERE list_id = $1 AND id = $2 AND deleted_at IS NULL AND (CAST($4 AS BIGINT) = 0 OR version = $4) RETURNING id"""
_RESTORE = f"""
UPDATE todo SET deleted_at = NULL, updated_at = $3, version = version + 1
WHERE list_id = $1 AND id = $2 AND deleted_at IS NOT NULL RETURNING {_ROW}"""
_ERASE = "DELETE FROM todo WHERE list_id = $1"
_PURGE = "DELETE FROM todo WHERE deleted_at <= $1"


class Todo(NamedTuple):
    """One to-do. Instants are epoch microseconds; `user_id` is who created it. A tuple, since pages hold up to 200."""

    list_id: str
    id: str
    user_id: int
    title: str
    notes: str
    done_at: int | None
    done_by: int | None
    created_at: int
    updated_at: int
    deleted_at: int | None
    version: int


@dataclass(frozen=True, slots=True)
class NewTodo:
    """What a caller gives. `chosen_id` is an id of the client's own making."""

    title: str
    notes: str = ""
    list_id: str | None = None
    chosen_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Members to set; None leaves one as it is."""

    title: str | None = None
    notes: str | None = None
    done: bool | None = None


class Stale(Conflict):
    """The to-do was changed since the version the caller holds; `todo` is how it is now."""

    def __init__(self, todo: Todo) -> None:
        super().__init__("The to-do was changed meanwhile.")
        self.todo = todo


async def create(tx: Tx, author: Author, new: NewTodo, *, new_id: str, now: int) -> Todo:
    """Store a to-do and, in the same transaction, the text message to its author if they want one.

    A chosen id that is already a to-do of the author's gives that one, with no second message. Raises `NotFound` for a
    list the author is not in and `Invalid` for an id that somebody else has taken.
    """
    list_id = lists.personal_list_id(author.user_id) if new.list_id is None else new.list_id
    await lists.require_member(tx, list_id, author.user_id)
    todo = Todo(list_id, new.chosen_id or new_id, author.user_id, new.title, new.notes, None, None, now, now, None, 1)
    row = (list_id, todo.id, author.user_id, new.title, new.notes, now)
    if new.chosen_id is None:
        tx.put(_INSERT, *row)
    elif not await tx.change(_INSERT_NEW, *row):
        return await _already_there(tx, new.chosen_id, author.user_id)
    _text_author(tx, author, todo.id, now)
    return todo


async def get(reader: Reader, user_id: int, todo_id: str) -> Todo:
    """Return a to-do of a list the user is in, also from the trash. Raises `NotFound`, the same for all others."""
    row = await reader.one(_FIND, todo_id)
    if row is None or not await lists.is_member(reader, row[0], user_id):
        raise NotFound("There is no such to-do.")
    return _todo(row)


async def page(
    reader: Reader, user_id: int, list_id: str | None, state: State, *, before: str, limit: int
) -> list[Todo]:
    """Return up to `limit` to-dos of one list with ids below `before`, newest first. Raises `NotFound`."""
    chosen = lists.personal_list_id(user_id) if list_id is None else list_id
    await lists.require_member(reader, chosen, user_id)
    return [_todo(row) for row in await reader.all(_PAGE[state], chosen, before, limit)]


async def change(tx: Tx, user_id: int, todo_id: str, change: Change, *, versions: frozenset[int], now: int) -> Todo:
    """Set the given members and return the to-do. `versions` are those the caller accepts; empty accepts any.

    Raises `NotFound`, `Stale`, or `Conflict` when it is in the trash.
    """
    todo = await _writable(tx, user_id, todo_id, versions)
    if todo.deleted_at is not None:
        raise Conflict("The to-do is in the trash; restore it first.")
    done = None if change.done is None else int(change.done)
    expected = todo.version if versions else 0
    rows = await tx.change(_CHANGE, todo.list_id, todo_id, change.title, change.notes, done, now, user_id, expected)
    if not rows:
        raise Stale(await get(tx, user_id, todo_id))
    return _todo(rows[0])


async def trash(tx: Tx, user_id: int, todo_id: str, *, versions: frozenset[int], now: int) -> None:
    """Put a to-do in the trash; one that is there stays there. Raises `NotFound` or `Stale`."""
    todo = await _writable(tx, user_id, todo_id, versions)
    expected = todo.version if versions else 0
    if todo.deleted_at is None and not await tx.change(_TRASH, todo.list_id, todo_id, now, expected) and versions:
        raise Stale(await get(tx, user_id, todo_id))


async def restore(tx: Tx, user_id: int, todo_id: str, *, now: int) -> Todo:
    """Take a to-do out of the trash; one that is not there is returned as it is. Raises `NotFound`."""
    todo = await _writable(tx, user_id, todo_id, frozenset())
    rows = await tx.change(_RESTORE, todo.list_id, todo_id, now)
    return _todo(rows[0]) if rows else await get(tx, user_id, todo_id)


async def erase(tx: Tx, user_id: int) -> None:
    """Delete the personal list of a user with everything in it, and their memberships."""
    tx.put(_ERASE, await lists.erase(tx, user_id))


async def purge(tx: Tx, now: int) -> None:
    """Delete what has lain in the trash for 30 days."""
    tx.put(_PURGE, now - TRASH_KEPT)


async def _writable(tx: Tx, user_id: int, todo_id: str, versions: frozenset[int]) -> Todo:
    todo = await get(tx, user_id, todo_id)
    if versions and todo.version not in versions:
        raise Stale(todo)
    return todo


async def _already_there(tx: Tx, todo_id: str, user_id: int) -> Todo:
    try:
        return await get(tx, user_id, todo_id)
    except NotFound:
        raise Invalid("/id", "This id cannot be used; make a new UUIDv7.") from None


def _text_author(tx: Tx, author: Author, todo_id: str, now: int) -> None:
    if author.texted:
        text = texts.todo_created(author.username, author.locale)
        outbox.put(tx, outbox.NewMessage(author.user_id, todo_id, "created", author.texted, text, now, todo_id))


def _todo(row: Row) -> Todo:
    return Todo(*row)
