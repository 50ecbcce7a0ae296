"""How to-dos look on the wire, both ways: the bodies that clients send, and what they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from recado.accounts import accounts
from recado.db import Reader
from recado.db.ids import is_uuid7
from recado.errors import Invalid, NotFound
from recado.http.instants import instant
from recado.http.once import Shown
from recado.messages import outbox
from recado.messages.outbox import MessageState
from recado.todos import dates
from recado.todos.editing import MAX_NOTES
from recado.todos.todo import Edit, Todo

QUEUED = MessageState("queued", None)
UNSET = msgspec.UNSET
_NO_TEXT = {"state": "none", "error": None}
MAX_QUICK = 2000

Unset = msgspec.UnsetType
Notes = Annotated[str, msgspec.Meta(max_length=MAX_NOTES)]
Short = Annotated[str, msgspec.Meta(max_length=100)]
Rule = Annotated[str, msgspec.Meta(max_length=500)]
Labels = Annotated[list[Short], msgspec.Meta(max_length=100)]
UserId = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class PatchTodo(msgspec.Struct, rename={"for_id": "for"}):
    """The body of `PATCH /todo/{id}`: members that are absent stay as they are, null clears."""

    title: str | Unset = UNSET
    notes: Notes | Unset = UNSET
    done: bool | Unset = UNSET
    for_id: UserId | Unset | None = UNSET
    due: Short | Unset | None = UNSET
    priority: Count | Unset = UNSET
    labels: Labels | Unset = UNSET
    repeat: Rule | Unset | None = UNSET
    remind: Count | Unset | None = UNSET
    parent_id: Short | Unset | None = UNSET
    position: Short | Unset = UNSET
    list_id: Short | Unset = UNSET

    def edit(self) -> Edit:
        """Return the members that are there."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class PostTodo(msgspec.Struct, rename={"for_id": "for"}):
    """The body of `POST /todo`: a title with members, or `quick`, whose members win over what it says."""

    title: str | Unset = UNSET
    quick: Annotated[str, msgspec.Meta(max_length=MAX_QUICK)] | Unset = UNSET
    id: str | None = None
    list_id: str | None = None
    notes: Notes | Unset = UNSET
    for_id: UserId | Unset | None = UNSET
    due: Short | Unset | None = UNSET
    priority: Count | Unset = UNSET
    labels: Labels | Unset = UNSET
    repeat: Rule | Unset | None = UNSET
    remind: Count | Unset | None = UNSET
    parent_id: Short | Unset | None = UNSET
    position: Short | Unset = UNSET

    def more(self) -> dict[str, Any]:
        """Return the members besides the title that are there."""
        if (
            self.notes is UNSET
            and self.for_id is UNSET
            and self.due is UNSET
            and self.priority is UNSET
            and self.labels is UNSET
            and self.repeat is UNSET
            and self.remind is UNSET
            and self.parent_id is UNSET
            and self.position is UNSET
        ):  # the usual case, seven times as fast as looking at each in a loop
            return {}
        return {name: value for name in _MORE if (value := getattr(self, name)) is not UNSET}


_MORE = ("notes", "for_id", "due", "priority", "labels", "repeat", "remind", "parent_id", "position")


def chosen_id(text: str | None) -> str | None:
    """Return an id of the client's own. Raises `Invalid` unless it is a UUIDv7."""
    if text is not None and not is_uuid7(text):
        raise Invalid("/id", "An id of your own is a UUIDv7 in lower case.")
    return text


def todo_id(text: str) -> str:
    """Return the id in a path. Raises `NotFound` for one that cannot be."""
    if not is_uuid7(text):
        raise NotFound("There is no such to-do.")
    return text


def etag(version: int) -> bytes:
    """Return the entity tag of a version."""
    return b'"%d"' % version


async def shown(reader: Reader, user_id: int, todo: Todo) -> Shown:
    """Show one to-do to a user."""
    return (await all_shown(reader, user_id, [todo]))[0]


async def all_shown(reader: Reader, user_id: int, todos: Sequence[Todo]) -> list[Shown]:
    """Show to-dos to a user, in their time zone, with what became of the texts about them."""
    zone = await zone_for(reader, user_id, todos)
    states = await text_states(reader, todos)
    return [show(todo, states.get(todo.message_id or todo.id), zone) for todo in todos]


async def zone_for(reader: Reader, user_id: int, todos: Sequence[Todo]) -> str | None:
    """Return the user's time zone if any of the to-dos has a time, which is shown in it."""
    if not any(todo.due is not None and len(todo.due) > 10 for todo in todos):
        return None
    author = await accounts.author(reader, user_id)
    return author.time_zone if author else None


async def text_states(reader: Reader, todos: Sequence[Todo]) -> dict[str, MessageState]:
    """Return what became of the texts about to-dos, by the id of the text."""
    by_user: dict[int, list[str]] = {}
    for todo in todos:
        if todo.message_id is None:
            by_user.setdefault(todo.user_id, []).append(todo.id)
        elif todo.for_id is not None:
            by_user.setdefault(todo.for_id, []).append(todo.message_id)
    states: dict[str, MessageState] = {}
    for user_id, ids in by_user.items():
        states |= await outbox.states(reader, user_id, ids)
    return states


def show(todo: Todo, message: MessageState | None, zone: str | None = None) -> Shown:
    """Return a to-do as on the wire; a time is shown in `zone` when it was given in another one.

    A page holds up to 200, so the row is taken apart once, and an instant that stands there twice is written once.
    """
    list_id, id_, user_id, title, notes, for_id, done_at, done_by, due, due_zone, due_at, priority, labels = todo[:13]
    repeat, remind, parent_id, position, _, created_at, updated_at, deleted_at, version = todo[13:]
    if zone is not None and due is not None and due_at is not None and len(due) > 10 and due_zone != zone:
        due = dates.local(due_at, zone)
    created = instant(created_at)
    return {
        "id": id_,
        "list_id": list_id,
        "user_id": user_id,
        "title": title,
        "notes": notes,
        "for": for_id,
        "done": done_at is not None,
        "done_at": None if done_at is None else instant(done_at),
        "done_by": done_by,
        "due": due,
        "due_at": None if due_at is None else instant(due_at),
        "priority": priority,
        "labels": labels.split() if labels else [],
        "repeat": repeat,
        "remind": remind,
        "parent_id": parent_id,
        "position": position,
        "created_at": created,
        "updated_at": created if updated_at == created_at else instant(updated_at),
        "deleted_at": None if deleted_at is None else instant(deleted_at),
        "version": version,
        "message": _NO_TEXT if message is None else _text(message),
    }


def _text(message: MessageState) -> Shown:
    told: Shown = {"state": message.state, "error": message.error}
    return told if message.price is None else told | {"price": message.price, "currency": message.currency}
