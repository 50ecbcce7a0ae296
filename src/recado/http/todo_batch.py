"""`POST /todo/batch`: up to 100 creates, changes and deletes in one transaction, each with its own result."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from recado.accounts.accounts import Author
from recado.db import Tx
from recado.errors import Invalid, RecadoError
from recado.http import todo_form
from recado.http.call import Answer, Call, json_answer
from recado.http.house import House
from recado.http.once import Shown, once
from recado.http.problems import refusal
from recado.http.reading import convert
from recado.http.todo_form import PatchTodo, PostTodo, shown
from recado.http.todos import author_of, new_todo
from recado.todos import todos
from recado.todos.todos import NewTodo

Object = dict[str, Any]


class Item(msgspec.Struct):
    """One of a batch."""

    op: Literal["create", "change", "delete"]
    id: str | None = None
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)] | None = None
    todo: Object = msgspec.field(default_factory=dict[str, Any])

    @property
    def versions(self) -> frozenset[int]:
        """The version that the caller accepts; empty for any."""
        return frozenset() if self.version is None else frozenset({self.version})


class Batch(msgspec.Struct):
    """The body of `POST /todo/batch`."""

    items: Annotated[list[Item], msgspec.Meta(min_length=1, max_length=100)]


async def batch(call: Call) -> Answer:
    """`POST /todo/batch`. What is refused is refused before it has written anything, so the others stay whole."""
    body: Batch = call.body
    author = await author_of(call)
    prepared = [await _prepare(call, author, item) for item in body.items]

    async def run(tx: Tx) -> Shown:
        results, texted = list[Shown](), False
        for item, ready in zip(body.items, prepared, strict=True):
            try:
                if isinstance(ready, RecadoError):
                    raise ready
                result = await _one(tx, call.house, author, item, ready, text=not texted)
            except RecadoError as error:
                result = refusal(error)
            else:
                texted = texted or item.op == "create"
            results.append(result)
        return {"items": results}

    answer = await once(call, run)
    call.house.wake()
    return json_answer(200, answer)


Ready = NewTodo | PatchTodo | str | RecadoError


async def _prepare(call: Call, author: Author, item: Item) -> Ready:
    """Read what an item asks for, before the transaction; what is wrong with it becomes its result."""
    try:
        if item.op == "create":
            return await new_todo(call, author, convert(item.todo, PostTodo))
        if item.id is None:
            raise Invalid("/id", "Say which to-do.")
        todo_form.todo_id(item.id)
        return convert(item.todo, PatchTodo) if item.op == "change" else item.id
    except RecadoError as error:
        return error


async def _one(tx: Tx, house: House, author: Author, item: Item, ready: Ready, *, text: bool) -> Shown:
    now = house.clock()
    if isinstance(ready, NewTodo):
        todo = await todos.create(tx, author, ready, new_id=house.new_id, now=now, text=text)
        return {"status": 201, "todo": await shown(tx, author.user_id, todo)}
    todo_id = item.id or ""
    try:
        if isinstance(ready, PatchTodo):
            changed = await todos.change(
                tx, author.user_id, todo_id, ready.edit(), versions=item.versions, new_id=house.new_id, now=now
            )
            answer = await shown(tx, author.user_id, changed.todo)
            return {"status": 200, "todo": answer | ({"next_due": changed.next_due} if changed.next_due else {})}
        await todos.trash(tx, author.user_id, todo_id, versions=item.versions, now=now)
    except todos.Stale as stale:
        return {**refusal(stale), "status": 412, "todo": await shown(tx, author.user_id, stale.todo)}
    return {"status": 204}
