"""Routes of to-dos: what they read, and how a to-do looks on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Reader, Tx
from recado.db.ids import is_uuid7
from recado.errors import Invalid, NotFound, RecadoError
from recado.http import pages
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant, instant_or_none
from recado.http.once import Shown, once
from recado.messages import outbox
from recado.messages.outbox import MessageState
from recado.todos import todos
from recado.todos.todos import Change, NewTodo, State, Todo

_QUEUED = MessageState("queued", None)
MAX_TITLE, MAX_NOTES = 500, 10_000
_STATES: dict[str, State] = {"open": "open", "done": "done", "all": "all", "trash": "trash"}

Notes = Annotated[str, msgspec.Meta(max_length=MAX_NOTES)]


class PostTodo(msgspec.Struct):
    """The body of `POST /todo`."""

    title: str
    notes: Notes = ""
    list_id: str | None = None
    id: str | None = None


class PatchTodo(msgspec.Struct):
    """The body of `PATCH /todo/{id}`: members that are absent stay as they are."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    notes: Notes | msgspec.UnsetType = msgspec.UNSET
    done: bool | msgspec.UnsetType = msgspec.UNSET


class ChangedMeanwhile(RecadoError):
    """The caller's `If-Match` is stale; `todo` is the to-do as it is now, as on the wire."""

    def __init__(self, todo: dict[str, Any]) -> None:
        super().__init__("The to-do was changed meanwhile; look at it and try again.")
        self.todo = todo


async def create(call: Call) -> Answer:
    """`POST /todo`."""
    body: PostTodo = call.body
    new = NewTodo(_title(body.title), body.notes, body.list_id, _chosen_id(body.id))
    author = await _author(call)
    now, new_id = call.house.clock(), call.house.new_id()

    async def store(tx: Tx) -> Shown:
        todo = await todos.create(tx, author, new, new_id=new_id, now=now)
        if new.chosen_id is None:
            return _show(todo, _QUEUED if author.texted else None)
        return await _shown(tx, todo)

    shown = await once(call, store)
    if author.texted:
        call.house.wake()
    headers = [(b"location", f"/todo/{shown['id']}".encode()), (b"etag", _etag(shown["version"]))]
    return json_answer(201, shown, headers)


async def read(call: Call) -> Answer:
    """`GET /todo/{id}`. What is in the trash is only in the trash."""
    todo = await todos.get(call.house.db, call.user_id, _id(call))
    if todo.deleted_at is not None:
        raise NotFound("There is no such to-do.")
    tag = _etag(todo.version)
    known = [part.strip().removeprefix("W/") for part in (call.header(b"if-none-match") or "").split(",")]
    if tag.decode() in known or known == ["*"]:
        return Answer(304, headers=[(b"etag", tag)])
    return json_answer(200, await _shown(call.house.db, todo), [(b"etag", tag)])


async def listing(call: Call) -> Answer:
    """`GET /todo`."""
    query = call.query()
    state, most = _STATES.get(query.get("state", "open")), pages.limit(query)
    if state is None:
        raise Invalid("/query/state", f"state is one of {', '.join(_STATES)}.")
    before = pages.before(query)
    rows = await todos.page(call.house.db, call.user_id, query.get("list"), state, before=before, limit=most + 1)
    return json_answer(200, pages.page(rows, await _all_shown(call.house.db, rows[:most]), most))


async def change(call: Call) -> Answer:
    """`PATCH /todo/{id}`."""
    body: PatchTodo = call.body
    wanted = Change(
        None if body.title is msgspec.UNSET else _title(body.title),
        None if body.notes is msgspec.UNSET else body.notes,
        None if body.done is msgspec.UNSET else body.done,
    )
    versions, now = _versions(call), call.house.clock()
    try:
        todo = await call.house.db.write(todos.change, call.user_id, _id(call), wanted, versions=versions, now=now)
    except todos.Stale as stale:
        raise ChangedMeanwhile(await _shown(call.house.db, stale.todo)) from stale
    return json_answer(200, await _shown(call.house.db, todo), [(b"etag", _etag(todo.version))])


async def delete(call: Call) -> Answer:
    """`DELETE /todo/{id}`."""
    try:
        await call.house.db.write(
            todos.trash, call.user_id, _id(call), versions=_versions(call), now=call.house.clock()
        )
    except todos.Stale as stale:
        raise ChangedMeanwhile(await _shown(call.house.db, stale.todo)) from stale
    return Answer(204)


async def restore(call: Call) -> Answer:
    """`POST /todo/{id}/restore`."""
    todo_id, now = _id(call), call.house.clock()

    async def take_out(tx: Tx) -> Shown:
        return await _shown(tx, await todos.restore(tx, call.user_id, todo_id, now=now))

    shown = await once(call, take_out)
    return json_answer(200, shown, [(b"etag", _etag(shown["version"]))])


async def _author(call: Call) -> Author:
    author = await accounts.author(call.house.db, call.user_id)
    if author is None:
        raise NotFound("This account is gone.")
    return author


def _title(text: str) -> str:
    title = text.strip()
    if not 1 <= len(title) <= MAX_TITLE:
        raise Invalid("/title", f"A title has 1 to {MAX_TITLE} characters, spaces around it not counted.")
    return title


def _chosen_id(text: str | None) -> str | None:
    if text is None:
        return None
    if not is_uuid7(text):
        raise Invalid("/id", "An id of your own is a UUIDv7 in lower case.")
    return text


def _id(call: Call) -> str:
    todo_id = call.path["id"]
    if not is_uuid7(todo_id):
        raise NotFound("There is no such to-do.")
    return todo_id


def _etag(version: int) -> bytes:
    return b'"%d"' % version


def _versions(call: Call) -> frozenset[int]:
    """Return the versions that `If-Match` accepts; empty when it is absent or `*`. An unknown tag matches nothing."""
    text = call.header(b"if-match")
    if text is None or text.strip() == "*":
        return frozenset()
    tags = [tag.strip().strip('"') for tag in text.split(",")]
    return frozenset({int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 16} or {-1})


async def _shown(reader: Reader, todo: Todo) -> Shown:
    return (await _all_shown(reader, [todo]))[0]


async def _all_shown(reader: Reader, rows: Sequence[Todo]) -> list[Shown]:
    """Show to-dos with what became of the texts to their authors."""
    by_author = {row.user_id: [todo.id for todo in rows if todo.user_id == row.user_id] for row in rows}
    states: dict[str, MessageState] = {}
    for author, ids in by_author.items():
        states |= await outbox.states(reader, author, ids)
    return [_show(todo, states.get(todo.id)) for todo in rows]


def _show(todo: Todo, message: MessageState | None) -> Shown:
    return {
        "id": todo.id,
        "list_id": todo.list_id,
        "user_id": todo.user_id,
        "title": todo.title,
        "notes": todo.notes,
        "done": todo.done_at is not None,
        "done_at": instant_or_none(todo.done_at),
        "done_by": todo.done_by,
        "created_at": instant(todo.created_at),
        "updated_at": instant(todo.updated_at),
        "deleted_at": instant_or_none(todo.deleted_at),
        "version": todo.version,
        "message": {"state": message.state if message else "none", "error": message.error if message else None},
    }
