"""What people do with to-dos: leave, read, change, finish, put in the trash, restore, undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Reader, Tx
from recado.db.ids import NewId
from recado.errors import Conflict, Invalid, NotFound, Refused
from recado.todos import editing, history, lists, notices, positions, rows
from recado.todos.editing import Edited
from recado.todos.todo import Edit, Todo

R = TypeVar("R")

TRASH_KEPT = 30 * 24 * 3600 * 1_000_000
"""How long a deleted to-do can be restored, in microseconds."""

_TRIES = 20


@dataclass(frozen=True, slots=True)
class NewTodo:
    """What a caller gives. `chosen_id` is an id of the client's own making; `more` are further members."""

    title: str
    list_id: str | None = None
    chosen_id: str | None = None
    more: Edit = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Changed:
    """A to-do as it is now; `next_due` when it was completed and moved on."""

    todo: Todo
    next_due: str | None = None


class Stale(Conflict):
    """The to-do was changed since the version the caller holds; `todo` is how it is now."""

    def __init__(self, todo: Todo) -> None:
        super().__init__("The to-do was changed meanwhile.")
        self.todo = todo


async def create(tx: Tx, author: Author, new: NewTodo, *, new_id: NewId, now: int, text: bool = True) -> Todo:
    """Store a to-do and, in the same transaction, the text messages about it.

    With `text` its author gets one if they want that; whom it is left for gets theirs in any case. A chosen id that is
    already a to-do of the author's gives that one, with no second message. Raises `NotFound` for a list the author is
    not in, `Refused` for one they may only look at, and `Invalid`, also for an id that somebody else has taken.
    """
    todo = await _new(tx, author, new, new_id, now)
    notice = (
        await notices.left(tx, todo, by=author.user_id, new_id=new_id, now=now) if todo.for_id is not None else None
    )
    if notice is not None:
        todo = todo._replace(message_id=notice.message.id)
    if new.chosen_id is None:
        rows.add(tx, todo)
    elif not await rows.add_chosen(tx, todo):
        return await _already_there(tx, new.chosen_id, author.user_id)
    if text:
        notices.created(tx, author, todo.id, now)
    if notice is not None:
        notice.put(tx)
    return todo


async def get(reader: Reader, user_id: int, todo_id: str) -> Todo:
    """Return a to-do of a list the user is in, also from the trash. Raises `NotFound`, the same for all others."""
    todo = await rows.find(reader, todo_id)
    if todo is None or await lists.role(reader, todo.list_id, user_id) is None:
        raise NotFound("There is no such to-do.")
    return todo


async def change(
    tx: Tx, user_id: int, todo_id: str, edit: Edit, *, versions: frozenset[int], new_id: NewId, now: int
) -> Changed:
    """Set the given members. `versions` are those the caller accepts; empty accepts any, and then members merge.

    Completing a repeating to-do moves it on to its next date. Whom it is now left for is told, and who left it when
    somebody has done it. Raises `NotFound`, `Refused`, `Invalid`, `Stale`, or `Conflict` when it is in the trash.
    """

    async def attempt(todo: Todo) -> Changed | None:
        if todo.deleted_at is not None:
            raise Conflict("The to-do is in the trash; restore it first.")
        zone = await _zone(tx, user_id) if not {"due", "repeat"}.isdisjoint(edit) else "UTC"
        edited = await editing.apply(tx, todo, edit, by=user_id, zone=zone, now=now)
        return await _store(tx, todo, edited, user_id=user_id, new_id=new_id, now=now)

    return await _again(tx, user_id, todo_id, versions, attempt, edit=edit)


async def trash(tx: Tx, user_id: int, todo_id: str, *, versions: frozenset[int], now: int) -> Todo:
    """Put a to-do with its steps in the trash; one that is there stays there.

    Raises `NotFound`, `Refused` or `Stale`.
    """

    async def attempt(todo: Todo) -> Todo | None:
        if todo.deleted_at is not None:
            return todo
        saved = await rows.save(tx, todo, {"deleted_at": now}, "trashed", by=user_id, now=now)
        if saved is not None:
            for step in await rows.steps(tx, todo):
                if step.deleted_at is None:
                    await rows.save(tx, step, {"deleted_at": now}, "trashed", by=user_id, now=now)
        return saved

    return await _again(tx, user_id, todo_id, versions, attempt)


async def restore(tx: Tx, user_id: int, todo_id: str, *, now: int) -> Todo:
    """Take a to-do out of the trash, with the steps that went there with it; one that is not there stays as it is.

    Raises `NotFound` or `Refused`.
    """

    async def attempt(todo: Todo) -> Todo | None:
        return await _restored(tx, todo, user_id, now)

    return await _again(tx, user_id, todo_id, frozenset(), attempt)


async def undo(tx: Tx, user_id: int, todo_id: str, *, versions: frozenset[int], now: int) -> Todo:
    """Take the last change back that was not taken back yet, whoever made it; exactly what it changed.

    A viewer may take back only their own tick of what was left for them. Texts that went out stay out.
    Raises `NotFound`, `Refused`, `Stale`, or `Conflict` when there is nothing to undo.
    """

    async def attempt(todo: Todo) -> Todo | None:
        last = await _last(tx, todo)
        ticked = todo.for_id == last.user_id == user_id and last.kind in ("done", "moved_on", "reopened")
        if not ticked:
            await lists.require(tx, todo.list_id, user_id, to_write=True)
        before = {column: pair[0] for column, pair in last.changes.items() if column in Todo._fields}
        if before.get("for_id") is not None and await lists.role(tx, todo.list_id, before["for_id"]) is None:
            before["for_id"] = None
        if "list_id" in before:
            await lists.require(tx, before["list_id"], user_id, to_write=True)
        before |= await _with_a_parent(tx, todo._replace(**before), todo)
        note = {"undoes": last.version}
        saved = await rows.save(tx, todo, before, "undone", by=user_id, now=now, note=note)
        if saved is not None:
            await _undo_steps(tx, todo, saved, last, user_id=user_id, now=now)
        return saved

    return await _again(tx, user_id, todo_id, versions, attempt, edit={"done": False})


async def past(reader: Reader, user_id: int, todo_id: str, *, before: int, limit: int) -> list[history.Change]:
    """Return the changes of a to-do that led to versions below `before`, newest first. Raises `NotFound`.

    What was changed before it came out of a list that the user does not see is not among them.
    """
    todo = await get(reader, user_id, todo_id)
    theirs, seen = set(await lists.of_user(reader, user_id)), list[history.Change]()
    for change in await history.of(reader, todo.id, before=before, limit=limit):
        if change.list_id not in theirs:
            if change.kind == "moved_out":
                continue
            break
        came_from, _ = change.changes.get("list_id", (None, None))
        if came_from is not None and came_from not in theirs:
            seen.append(change._replace(changes={"list_id": [None, change.list_id]}))
            break
        seen.append(change)
    return seen


async def purge(tx: Tx, now: int) -> None:
    """Delete what has lain in the trash for 30 days."""
    await rows.purge(tx, now - TRASH_KEPT, now)


async def _new(tx: Tx, author: Author, new: NewTodo, new_id: NewId, now: int) -> Todo:
    list_id = new.list_id
    if list_id is None and new.more.get("parent_id") is not None:
        parent = await rows.find(tx, new.more["parent_id"])
        list_id = parent.list_id if parent else None
    list_id = lists.personal_list_id(author.user_id) if list_id is None else list_id
    await lists.require(tx, list_id, author.user_id, to_write=True)
    todo_id = new.chosen_id or new_id()
    todo = _blank(list_id, todo_id, author.user_id, editing.title(new.title), now)
    if not new.more:
        return todo
    edited = await editing.apply(tx, todo, new.more, by=author.user_id, zone=author.time_zone, now=now)
    return todo._replace(**edited.values)


def _blank(list_id: str, todo_id: str, user_id: int, title: str, now: int) -> Todo:
    nothing = (None, None, None, None, None, None, 0, "", None, None, None)  # for_id … parent_id
    return Todo(list_id, todo_id, user_id, title, "", *nothing, positions.first(todo_id), None, now, now, None, 1)


async def _again(
    tx: Tx,
    user_id: int,
    todo_id: str,
    versions: frozenset[int],
    attempt: Callable[[Todo], Awaitable[R | None]],
    *,
    edit: Mapping[str, Any] | None = None,
) -> R:
    """Read the to-do and try to change it, anew for as long as others change it in between."""
    for _ in range(_TRIES):
        todo = await get(tx, user_id, todo_id)
        await _require_write(tx, todo, user_id, edit)
        if versions and todo.version not in versions:
            raise Stale(todo)
        result = await attempt(todo)
        if result is not None:
            return result
    raise Conflict("The to-do is changed too often at the moment; try again.")


async def _require_write(reader: Reader, todo: Todo, user_id: int, edit: Mapping[str, Any] | None) -> None:
    """A viewer may only tick a to-do that was left for them."""
    if edit is not None and set(edit) == {"done"} and todo.for_id == user_id:
        return
    await lists.require(reader, todo.list_id, user_id, to_write=True)


async def _store(tx: Tx, todo: Todo, edited: Edited, *, user_id: int, new_id: NewId, now: int) -> Changed | None:
    values, after = edited.values, todo._replace(**edited.values)
    notices_due = [await notices.finished(tx, after, edited.kind, by=user_id, new_id=new_id, now=now)]
    if after.for_id != todo.for_id:
        left = await notices.left(tx, after, by=user_id, new_id=new_id, now=now)
        values = {**values, "message_id": left.message.id if left else None}
        notices_due.append(left)
    moved_steps: list[Todo] = []
    if _with_steps(edited):
        await rows.hold(tx, todo.id)  # so that no step is added meanwhile
        moved_steps = [step for step in await rows.steps(tx, todo) if step.deleted_at is None]
    reopened = [step.id for step in moved_steps if edited.kind == "moved_on" and step.done]
    saved = await rows.save(
        tx, todo, values, edited.kind, by=user_id, now=now, note={"steps": reopened} if reopened else None
    )
    if saved is None:
        return None
    for step in moved_steps:
        await _follow(tx, step, saved, edited, user_id=user_id, now=now)
    for notice in notices_due:
        if notice is not None:
            notice.put(tx)
    return Changed(saved, edited.next_due)


def _with_steps(edited: Edited) -> bool:
    return edited.kind == "moved_on" or "list_id" in edited.values


async def _follow(tx: Tx, step: Todo, parent: Todo, edited: Edited, *, user_id: int, now: int) -> None:
    """Steps go where their to-do goes, and are open again when it moves on."""
    if "list_id" in edited.values:
        stays = step.for_id is not None and await lists.role(tx, parent.list_id, step.for_id) is not None
        moved = {"list_id": parent.list_id, "for_id": step.for_id if stays else None}
        await rows.save(tx, step, moved, "changed", by=user_id, now=now)
    elif step.done:
        await rows.save(tx, step, {"done_at": None, "done_by": None}, "reopened", by=user_id, now=now)


async def _restored(tx: Tx, todo: Todo, user_id: int, now: int) -> Todo | None:
    if todo.deleted_at is None:
        return todo
    values = {"deleted_at": None, **await _with_a_parent(tx, todo._replace(deleted_at=None), todo)}
    saved = await rows.save(tx, todo, values, "restored", by=user_id, now=now)
    if saved is not None:
        for step in await rows.steps(tx, todo):
            if step.deleted_at == todo.deleted_at:
                await rows.save(tx, step, {"deleted_at": None}, "restored", by=user_id, now=now)
    return saved


async def _with_a_parent(tx: Tx, after: Todo, todo: Todo) -> dict[str, Any]:
    """Make a step whose to-do is gone, in the trash or elsewhere one of its own: nobody would see it else."""
    alone = {"parent_id": None, "position": positions.first(after.id)}
    if after.parent_id is None or after.deleted_at is not None:
        return {}
    parent = await rows.hold(tx, after.parent_id)
    if parent is None or parent.deleted_at is not None or parent.list_id != after.list_id or parent.parent_id:
        return alone
    if after.parent_id != todo.parent_id:
        await rows.hold(tx, todo.id)
        if await rows.steps(tx, todo):
            raise Conflict("It was a step and has steps of its own now, so that cannot be taken back.")
    return {}


async def _last(reader: Reader, todo: Todo) -> history.Change:
    """Return the newest change that is neither an undo nor taken back by one."""
    undone = set[Any]()
    before = todo.version + 1
    while found := await history.of(reader, todo.id, before=before):
        for change in found:
            if change.kind == "undone":
                undone.add(change.changes.get("undoes"))
            elif change.version not in undone and change.kind != "moved_out":
                return change
        before = found[-1].version
    raise Conflict("There is no change to take back.")


async def _undo_steps(tx: Tx, todo: Todo, saved: Todo, last: history.Change, *, user_id: int, now: int) -> None:
    """Take back what the undone change did to the steps."""
    for step in await rows.steps(tx, todo):
        if last.kind == "trashed" and step.deleted_at == todo.deleted_at:
            await rows.save(tx, step, {"deleted_at": None}, "restored", by=user_id, now=now)
        elif last.kind == "restored" and step.deleted_at is None:
            await rows.save(tx, step, {"deleted_at": saved.deleted_at}, "trashed", by=user_id, now=now)
        elif step.id in last.changes.get("steps", ()):
            await _undo_reopening(tx, step, user_id, now)
        elif saved.list_id != todo.list_id:
            await _undo_following(tx, step, saved.list_id, user_id, now)


async def _undo_following(tx: Tx, step: Todo, list_id: str, user_id: int, now: int) -> None:
    """Let a step go back to the list that it came from, and be for whom it was for there."""
    changes = [change.changes for change in await history.of(tx, step.id, limit=50)]
    for_id = next((change.get("for_id", [step.for_id])[0] for change in changes if "list_id" in change), step.for_id)
    if for_id is not None and await lists.role(tx, list_id, for_id) is None:
        for_id = None
    await rows.save(tx, step, {"list_id": list_id, "for_id": for_id}, "changed", by=user_id, now=now)


async def _undo_reopening(tx: Tx, step: Todo, user_id: int, now: int) -> None:
    reopening = next((change for change in await history.of(tx, step.id) if change.kind == "reopened"), None)
    if reopening is not None and not step.done:
        before = {column: pair[0] for column, pair in reopening.changes.items()}
        await rows.save(tx, step, before, "undone", by=user_id, now=now, note={"undoes": reopening.version})


async def _already_there(tx: Tx, todo_id: str, user_id: int) -> Todo:
    todo = await rows.find(tx, todo_id)
    if todo is None or todo.user_id != user_id or await lists.role(tx, todo.list_id, user_id) is None:
        raise Invalid("/id", "This id cannot be used; make a new UUIDv7.")
    return todo


async def _zone(reader: Reader, user_id: int) -> str:
    author = await accounts.author(reader, user_id)
    if author is None:
        raise Refused("This account is gone.")
    return author.time_zone
