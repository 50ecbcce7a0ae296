"""Routes of to-dos."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Reader, Tx
from recado.errors import Invalid, NotFound, RecadoError
from recado.http import todo_form, todo_query
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant
from recado.http.once import Shown, once, once_after
from recado.http.todo_form import QUEUED, PatchTodo, PostTodo, etag, shown
from recado.todos import finding, listing, saying, todos
from recado.todos.listing import Wanted
from recado.todos.todo import Todo
from recado.todos.todos import Changed, NewTodo

__all__ = ["PatchTodo", "PostTodo"]


class ChangedMeanwhile(RecadoError):
    """The caller's `If-Match` is stale; `todo` is the to-do as it is now, as on the wire."""

    def __init__(self, todo: dict[str, Any]) -> None:
        super().__init__("The to-do was changed meanwhile; look at it and try again.")
        self.todo = todo


class Parse(msgspec.Struct):
    """The body of `POST /todo/parse`."""

    quick: Annotated[str, msgspec.Meta(max_length=todo_form.MAX_QUICK)]


async def create(call: Call) -> Answer:
    """`POST /todo`."""
    body: PostTodo = call.body
    house = call.house
    now = house.clock()

    async def ask(reader: Reader) -> tuple[Author, NewTodo]:
        await call.admit(reader)
        author = await author_of(call, reader)
        return author, await new_todo(call, author, body, reader)

    async def store(tx: Tx, asked: tuple[Author, NewTodo]) -> Shown:
        author, new = asked
        todo = await todos.create(tx, author, new, new_id=house.new_id, now=now)
        if new.chosen_id is None and todo.message_id is None and todo.due is None:
            return todo_form.show(todo, QUEUED if author.texted else None)
        return await shown(tx, author.user_id, todo)

    answer = await once_after(call, ask, store)
    if answer["message"]["state"] == "queued" or answer["for"] is not None:
        house.wake()
    headers = [(b"location", f"/todo/{answer['id']}".encode()), (b"etag", etag(answer["version"]))]
    return json_answer(201, answer, headers)


async def parse(call: Call) -> Answer:
    """`POST /todo/parse`: what a line would become; stores nothing."""
    body: Parse = call.body
    author = await author_of(call)
    said = await saying.read(call.house.db, author, body.quick, call.house.clock())
    quick = said.quick
    return json_answer(
        200,
        {
            "title": quick.title,
            "due": quick.due,
            "repeat": quick.repeat,
            "priority": quick.priority,
            "labels": list(quick.labels),
            "for": said.for_id,
            "name": quick.name,
            "list_id": said.list_id,
            "spans": [
                {"start": span.start, "end": span.end, "kind": span.kind, "value": span.value} for span in quick.spans
            ],
        },
    )


async def read(call: Call) -> Answer:
    """`GET /todo/{id}`. What is in the trash is only in the trash."""
    todo = await todos.get(call.house.db, call.user_id, _id(call))
    if todo.deleted_at is not None:
        raise NotFound("There is no such to-do.")
    tag = etag(todo.version)
    known = [part.strip().removeprefix("W/") for part in (call.header(b"if-none-match") or "").split(",")]
    if tag.decode() in known or known == ["*"]:
        return Answer(304, headers=[(b"etag", tag)])
    return json_answer(200, await shown(call.house.db, call.user_id, todo), [(b"etag", tag)])


async def listed(call: Call) -> Answer:
    """`GET /todo`."""
    query = call.query()
    most, wanted = todo_query.limit(query), await todo_query.wanted(call, query)
    if (text := todo_query.words(query)) is not None:
        return await _hits(call, query, wanted, text, most)
    after = todo_query.after(query, wanted)
    found = await listing.page(call.house.db, call.user_id, wanted, after=after, limit=most + 1)
    items = await todo_form.all_shown(call.house.db, call.user_id, found[:most])
    more = todo_query.cursor(wanted, found[most - 1]) if len(found) > most else None
    return json_answer(200, {"items": items, "next": more})


async def _hits(call: Call, query: dict[str, str], wanted: Wanted, text: str, most: int) -> Answer:
    after = todo_query.hit_after(query)
    found = await finding.page(call.house.db, call.user_id, wanted, text, after=after, limit=most + 1)
    items = await todo_form.all_shown(call.house.db, call.user_id, [todo for _, todo in found[:most]])
    last = found[most - 1] if len(found) > most else None
    return json_answer(200, {"items": items, "next": todo_query.encoded((last[0], last[1].id)) if last else None})


async def change(call: Call) -> Answer:
    """`PATCH /todo/{id}`."""
    body: PatchTodo = call.body
    house = call.house
    todo_id, edit, accepted, now = _id(call), body.edit(), versions(call), house.clock()

    async def store(tx: Tx, _: None) -> Changed:
        return await todos.change(tx, call.user_id, todo_id, edit, versions=accepted, new_id=house.new_id, now=now)

    try:
        changed = await house.db.write_after(call.admit, store)
    except todos.Stale as stale:
        raise await _meanwhile(call, stale) from stale
    if changed.todo.for_id is not None:
        house.wake()
    answer = await shown(house.db, call.user_id, changed.todo)
    if changed.next_due is not None:
        answer["next_due"] = changed.next_due
    return json_answer(200, answer, [(b"etag", etag(changed.todo.version))])


async def delete(call: Call) -> Answer:
    """`DELETE /todo/{id}`."""
    house = call.house
    try:
        await house.db.write(todos.trash, call.user_id, _id(call), versions=versions(call), now=house.clock())
    except todos.Stale as stale:
        raise await _meanwhile(call, stale) from stale
    return Answer(204)


async def restore(call: Call) -> Answer:
    """`POST /todo/{id}/restore`."""
    todo_id, now = _id(call), call.house.clock()

    async def take_out(tx: Tx) -> Shown:
        return await shown(tx, call.user_id, await todos.restore(tx, call.user_id, todo_id, now=now))

    return _as_it_is(await once(call, take_out))


async def undo(call: Call) -> Answer:
    """`POST /todo/{id}/undo`."""
    todo_id, now, accepted = _id(call), call.house.clock(), versions(call)

    async def take_back(tx: Tx) -> Shown:
        todo = await todos.undo(tx, call.user_id, todo_id, versions=accepted, now=now)
        return await shown(tx, call.user_id, todo)

    try:
        return _as_it_is(await once(call, take_back))
    except todos.Stale as stale:
        raise await _meanwhile(call, stale) from stale


async def history(call: Call) -> Answer:
    """`GET /todo/{id}/history`: its changes, newest first; the cursor is the version of the last one."""
    query = call.query()
    most, before = todo_query.limit(query), query.get("cursor", str(1 << 53))
    if not (before.isascii() and before.isdigit() and len(before) < 17):
        raise Invalid("/query/cursor", "This cursor is not one that this service gave out.")
    found = await todos.past(call.house.db, call.user_id, _id(call), before=int(before), limit=most + 1)
    items = [
        {
            "version": one.version,
            "at": instant(one.at),
            "by": one.user_id,
            "kind": one.kind,
            "changes": _members(one.changes),
        }
        for one in found[:most]
    ]
    return json_answer(200, {"items": items, "next": str(found[most - 1].version) if len(found) > most else None})


async def labels(call: Call) -> Answer:
    """`GET /label`."""
    found = await listing.labels(call.house.db, call.user_id)
    return json_answer(200, {"items": [{"label": label, "count": count} for label, count in found], "next": None})


async def author_of(call: Call, reader: Reader | None = None) -> Author:
    """Return the caller as somebody who leaves a to-do."""
    author = await accounts.author(reader or call.house.db, call.user_id)
    if author is None:
        raise NotFound("This account is gone.")
    return author


async def new_todo(call: Call, author: Author, body: PostTodo, reader: Reader | None = None) -> NewTodo:
    """Return what a body asks to store. Raises `Invalid`."""
    chosen, more = todo_form.chosen_id(body.id), body.more()
    if isinstance(body.quick, msgspec.UnsetType):
        if isinstance(body.title, msgspec.UnsetType):
            raise Invalid("/title", "A to-do needs a title, or a line as quick.")
        return NewTodo(body.title, body.list_id, chosen, more)
    said = await saying.read(reader or call.house.db, author, body.quick, call.house.clock())
    title = said.quick.title if isinstance(body.title, msgspec.UnsetType) else body.title
    return NewTodo(title, body.list_id or said.list_id, chosen, {**said.edit, **more})


def versions(call: Call) -> frozenset[int]:
    """Return the versions that `If-Match` accepts; empty when it is absent or `*`. An unknown tag matches nothing."""
    text = call.header(b"if-match")
    if text is None or text.strip() == "*":
        return frozenset()
    tags = [tag.strip().strip('"') for tag in text.split(",")]
    return frozenset({int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 16} or {-1})


def _id(call: Call) -> str:
    return todo_form.todo_id(call.path["id"])


def _as_it_is(answer: Shown) -> Answer:
    return json_answer(200, answer, [(b"etag", etag(answer["version"]))])


async def _meanwhile(call: Call, stale: todos.Stale) -> ChangedMeanwhile:
    return ChangedMeanwhile(await shown(call.house.db, call.user_id, stale.todo))


_INSTANTS = ("done_at", "due_at", "deleted_at")
_NAMES = {"for_id": "for"}


def _members(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what changed by the members' names on the wire: [before, after]."""
    return {
        _NAMES.get(column, column): [_member(column, value) for value in pair]
        for column, pair in changes.items()
        if column in Todo._fields and column not in ("message_id", "zone")
    }


def _member(column: str, value: Any) -> Any:
    if column in _INSTANTS and value is not None:
        return instant(value)
    return str(value).split() if column == "labels" else value
