"""What each command does, and the answer to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from recado.accounts import accounts, audit, sign_ins
from recado.accounts.accounts import Account
from recado.db import Reader, Tx
from recado.db.ids import NewId
from recado.errors import Conflict, Invalid, NotFound, Refused
from recado.texting import changes, until
from recado.texting.changes import Change
from recado.texting.commands import Command
from recado.texting.words import MOST_LINES, Line, Words, title_of
from recado.todos import dates, editing, listing, lists, numbers, saying, todos
from recado.todos.listing import Wanted
from recado.todos.todo import Edit, Todo
from recado.todos.todos import NewTodo

_MOST_LISTED = 200
_ADDRESSED = re.compile(r"(?<!\S)@([\w.-]*\w)")
_EndSession = Callable[[Tx, int, str], Awaitable[bool]]


@dataclass(slots=True)
class Context:
    """Who texts, in whose words they are answered, and what is handed in. `ended` collects sessions that were ended."""

    account: Account
    words: Words
    new_id: NewId
    now: int
    ended: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @property
    def user_id(self) -> int:
        """Who texts."""
        return self.account.user_id

    def told(self, todo: Todo) -> str:
        """Return when a to-do is due, in few letters; nothing when it has no date."""
        if todo.due is None:
            return ""
        due = todo.due
        if len(due) > 10 and todo.due_at is not None:
            due = dates.local(todo.due_at, self.account.time_zone)
        return self.words.due(due, dates.day(self.now, self.account.time_zone))


async def do(tx: Tx, context: Context, command: Command, end: _EndSession) -> str | None:
    """Do what a command asks for and return the answer, None for no answer."""
    try:
        if command.name == "kill":
            return await _kill(tx, context, command, end)
        return await _DOES[command.name](tx, context, command)
    except Refused:
        return context.words.say("may not")
    except (Invalid, Conflict, NotFound):
        return context.words.say("wrong")


async def told_of(reader: Reader, user_id: int, now: int) -> set[int]:
    """Return the numbers of the sign-ins that somebody was told of and may still end."""
    return {notice.number for notice in await sign_ins.open_notices(reader, user_id, now)}


def sign_in_meant(command: Command) -> int:
    """Return the number of the sign-in that KILL is about; without one it is the first, whose text said none."""
    return command.numbers[0] if command.numbers else 1


async def _help(_tx: Tx, context: Context, _command: Command) -> str:
    return context.words.say("help")


async def _list(tx: Tx, context: Context, command: Command) -> str:
    """The open ones that are not left for somebody else, due first."""
    found = await listing.page(tx, context.user_id, Wanted(sort="due"), after=None, limit=_MOST_LISTED)
    mine = [todo for todo in found if todo.for_id in (None, context.user_id)]
    if not mine:
        return context.words.say("empty")
    page = min(max(command.numbers[0], 1), _MOST_LISTED) if command.numbers else 1
    first = mine[: page * MOST_LINES]
    given = await numbers.give(tx, context.user_id, [todo.id for todo in first], context.now)
    lines = [Line(given[todo.id], todo.title, context.told(todo)) for todo in first]
    return context.words.page(lines, page, len(mine)) or context.words.say("no page", page=page)


async def _done(tx: Tx, context: Context, command: Command) -> str:
    if len(command.numbers) > 1:
        return await _done_some(tx, context, command.numbers)
    todo = await _meant(tx, context, command)
    if isinstance(todo, str):
        return todo
    if todo.done or todo.deleted_at is not None:
        return context.words.about("was done", todo.title)
    changed = await _change(tx, context, todo, {"done": True})
    after = context.words.say("next", due=context.told(changed.todo)) if changed.next_due else ""
    return context.words.about("done", todo.title, after=after)


async def _done_some(tx: Tx, context: Context, wanted: tuple[int, ...]) -> str:
    done, missing = list[int](), list[int]()
    for number in dict.fromkeys(wanted):
        todo = await _by_number(tx, context, number)
        if todo is None or todo.done or todo.deleted_at is not None or not await _may_tick(tx, context, todo):
            missing.append(number)
            continue
        await _change(tx, context, todo, {"done": True})
        done.append(number)
    told = [context.words.say("done some", numbers=_joined(done))] if done else []
    return " ".join(told + ([context.words.say("no number", number=_joined(missing))] if missing else []))


async def _undo(tx: Tx, context: Context, _command: Command) -> str:
    last = await changes.take(tx, context.user_id, context.now)
    if last is None:
        return context.words.say("nothing to undo")
    todo = await todos.get(tx, context.user_id, last.todo_id)
    take_back = todos.trash if last.added else todos.undo
    try:
        saved = await take_back(tx, context.user_id, last.todo_id, versions=frozenset({last.version}), now=context.now)
    except todos.Stale:
        return context.words.about("changed since", todo.title)
    await changes.taken_back(tx, context.user_id, last, saved.version)
    return context.words.about("undone", todo.title)


async def _snooze(tx: Tx, context: Context, command: Command) -> str:
    account = context.account
    locale, zone, now = account.locale, account.time_zone, context.now
    if (
        not command.numbers
        and command.rest
        and until.put_off(None, command.rest, locale=locale, zone=zone, now=now) is None
    ):
        return await _add(tx, context, command)  # "adiar a reunião" is something to do
    todo = await _meant(tx, context, command)
    if isinstance(todo, str):
        return todo
    if todo.done or todo.deleted_at is not None:
        return context.words.about("was done", todo.title)
    due = until.put_off(todo, command.rest, locale=locale, zone=zone, now=now) if command.rest else None
    if due is None:
        given = await numbers.give(tx, context.user_id, [todo.id], context.now)
        return context.words.say("when", number=given[todo.id])
    changed = await _change(tx, context, todo, {"due": due})
    return context.words.about("snoozed", todo.title, due=context.told(changed.todo))


async def _add(tx: Tx, context: Context, command: Command) -> str:
    """Quick add; what is too long for a title is kept whole in the notes."""
    author = await accounts.author(tx, context.user_id)
    if author is None:
        raise NotFound
    said = await saying.read(tx, author, command.text, context.now)
    title, notes = title_of(said.quick.title, editing.MAX_TITLE)
    new = NewTodo(title, said.list_id, None, {**said.edit, **({"notes": notes} if notes else {})})
    todo = await todos.create(tx, author, new, new_id=context.new_id, now=context.now, text=False)
    changes.put(tx, author.user_id, Change(todo.id, todo.version, 1), new_id=context.new_id, now=context.now)
    return await _added(tx, context, todo, command.text)


async def _added(tx: Tx, context: Context, todo: Todo, line: str) -> str:
    number = (await numbers.give(tx, context.user_id, [todo.id], context.now))[todo.id]
    due = context.told(todo)
    after = f" ({due})" if due else ""
    if todo.for_id is not None and todo.for_id != context.user_id:
        name = (await accounts.names(tx, [todo.for_id])).get(todo.for_id, "")
        if todo.message_id is None:
            after += context.words.say("untold", name=name)
        return context.words.about("left", todo.title, after=after, name=name, number=number)
    if (name := _addressed(line)) is not None and todo.for_id is None:
        after += context.words.say("no such person", name=name)
    return context.words.about("added", todo.title, after=after, number=number)


async def _kill(tx: Tx, context: Context, command: Command, end: _EndSession) -> str:
    """End the sign-in that a text told of under this number."""
    told = await sign_ins.open_notices(tx, context.user_id, context.now)
    notice = next((one for one in told if one.number == sign_in_meant(command)), None)
    if notice is None:
        choices = [(one.number, one.device) for one in told]
        return context.words.choice("which sign-in", choices) if told else context.words.say("nothing to kill")
    sign_ins.close(tx, context.user_id, notice)
    if not await end(tx, context.user_id, notice.session_id):
        return context.words.say("was over")
    audit.put(
        tx, audit.new(context.user_id, context.now, "session_ended", session_id=notice.session_id, detail="by text")
    )
    context.ended.append((context.user_id, notice.session_id))
    return context.words.about("killed", notice.device, after=context.words.say("killed after"))


async def _meant(tx: Tx, context: Context, command: Command) -> Todo | str:
    """Return the to-do that a command is about, or the answer that asks for it.

    Without a number it is the one that a text asked about, if only one is open; else the only one that was said.
    """
    if command.numbers:
        todo = await _by_number(tx, context, command.numbers[0])
        return todo if todo is not None else context.words.say("no number", number=command.numbers[0])
    said = await numbers.still_open(tx, context.user_id)
    asked = [one for one in said if one.asked and one.todo.for_id in (None, context.user_id)]
    candidates = asked or said
    if len(candidates) == 1:
        return candidates[0].todo
    if not candidates:
        return context.words.say("nothing open")
    return context.words.choice("which", [(one.number, one.todo.title) for one in candidates])


async def _by_number(tx: Tx, context: Context, number: int) -> Todo | None:
    todo_id = await numbers.find(tx, context.user_id, number)
    if todo_id is None:
        return None
    try:
        return await todos.get(tx, context.user_id, todo_id)
    except NotFound:
        return None


async def _change(tx: Tx, context: Context, todo: Todo, edit: Edit) -> todos.Changed:
    changed = await todos.change(
        tx, context.user_id, todo.id, edit, versions=frozenset(), new_id=context.new_id, now=context.now
    )
    done = Change(todo.id, changed.todo.version, 0)
    if changed.todo.version != todo.version:
        changes.put(tx, context.user_id, done, new_id=context.new_id, now=context.now)
    return changed


async def _may_tick(reader: Reader, context: Context, todo: Todo) -> bool:
    return todo.for_id == context.user_id or await lists.role(reader, todo.list_id, context.user_id) != "viewer"


def _addressed(line: str) -> str | None:
    """Return the first name that a line is addressed to."""
    found = _ADDRESSED.search(line)
    return found[1] if found else None


def _joined(some: Sequence[int]) -> str:
    return ", ".join(map(str, some))


_Does = Callable[[Tx, Context, Command], Awaitable[str]]
_DOES: dict[str, _Does] = {"help": _help, "list": _list, "done": _done, "undo": _undo, "snooze": _snooze, "add": _add}
