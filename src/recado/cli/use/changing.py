"""`recado done`, `edit` and `rm`: changes of to-dos, all sent so that a second try does nothing twice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from cyclopts import Parameter

from recado.cli.use import dates, days, lists, screen
from recado.cli.use.failures import Missing, Misused, Refused
from recado.cli.use.ids import new_id
from recado.cli.use.lines import numbered, tell
from recado.cli.use.memory import Memory, Step
from recado.cli.use.options import NONE, Options
from recado.cli.use.session import Session
from recado.cli.use.words import say

Todo = dict[str, Any]
Item = dict[str, Any]
_GONE = "That to-do is not there any more: it was deleted, or its list is no longer yours."
_AT_ONCE = 100


def done(*numbers: str, options: Options = NONE) -> None:
    """Tick to-dos off: `recado done 3 4`. A repeating one moves on to its next date.

    Parameters
    ----------
    numbers
        Their numbers in the last listings, or the beginnings of their ids.
    """
    with Session(options) as session:
        ids = _ids(session, numbers)
        before = _there(session, ids)
        items: list[Item] = [{"op": "change", "id": one, "todo": {"done": True}} for one in before]
        todos = _changed(session, "done", items, before)
        today = days.now_in(session.profile.time_zone).date()

        def word(todo: Mapping[str, Any]) -> str:
            if moved := todo.get("next_due"):
                return say("Moved on to {day}", day=days.spoken(moved, today))
            return say("Was done already" if before[todo["id"]]["done"] else "Done")

        told(session, todos, options, word)
        _miss(ids, before)


def rm(*numbers: str, options: Options = NONE) -> None:
    """Move to-dos to the trash, where they stay for 30 days. `recado undo` brings them back.

    Parameters
    ----------
    numbers
        Their numbers in the last listings, or the beginnings of their ids.
    """
    with Session(options) as session:
        ids = _ids(session, numbers)
        before = _there(session, ids)
        gone = _changed(session, "rm", [{"op": "delete", "id": one} for one in before], before)
        told(session, gone, options, lambda _: say("Deleted"))
        _miss(ids, before)


def edit(
    number: str,
    /,
    *,
    title: Annotated[str | None, Parameter(name=["--title", "-t"])] = None,
    due: Annotated[str | None, Parameter(name=["--due", "-d"])] = None,
    repeat: Annotated[str | None, Parameter(name=["--repeat", "-r"])] = None,
    priority: Annotated[int | None, Parameter(name=["--priority", "-p"])] = None,
    label: Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)] = None,
    list_name: Annotated[str | None, Parameter(name=["--list", "-l"])] = None,
    for_name: Annotated[str | None, Parameter(name="--for")] = None,
    notes: Annotated[str | None, Parameter(name=["--notes", "-n"])] = None,
    options: Options = NONE,
) -> None:
    """Change a to-do; what is not named stays. Without an option its text opens in $EDITOR.

    Parameters
    ----------
    number
        Its number in the last listings, or the beginning of its id.
    title
        What is to be done.
    due
        When, such as "friday 9am" or 2026-12-01; none takes the date away.
    repeat
        How often, such as "every monday"; none stops it.
    priority
        1 (highest) to 4; 0 for none.
    label
        Its labels from now on; may stand several times, none takes them away.
    list_name
        The list it moves to.
    for_name
        Whom it is left for; none for nobody.
    notes
        More about it.
    """
    with Session(options) as session:
        before = _there(session, [Memory(session.profile.name).one(number)])
        (todo,) = before.values()
        labels = [] if label and [one.lower() for one in label] == ["none"] else label
        nobody = for_name is not None and for_name.lower() in dates.NOTHING
        change = dates.members(session, due=due, repeat=repeat, priority=priority, labels=labels, notes=notes)
        change |= lists.members(session, list_name=list_name, for_name=None if nobody else for_name, at=todo["list_id"])
        change |= ({"title": title} if title is not None else {}) | ({"for": None} if nobody else {})
        item: Item = {"op": "change", "id": todo["id"], "todo": change}
        if not change:
            item |= {"todo": _in_editor(session, todo), "version": todo["version"]}
        if not item["todo"]:
            screen.note("Nothing was changed.")
            return
        told(session, _changed(session, "edit", [item], before), options, lambda _: say("Changed"))


def _ids(session: Session, numbers: Sequence[str]) -> list[str]:
    if not numbers:
        raise Misused("Say which: `recado ls` shows the numbers.")
    if len(numbers) > _AT_ONCE:
        raise Misused(f"Not more than {_AT_ONCE} at once.")
    return Memory(session.profile.name).ids(numbers)


def _there(session: Session, ids: Sequence[str]) -> dict[str, Todo]:
    """Return those of the to-dos that are there, as they are now. Raises `Missing` when none is."""
    found = dict[str, Todo]()
    for todo_id in ids:
        with suppress(Missing):
            found[todo_id] = session.ask("GET", f"/todo/{todo_id}")
    if not found:
        raise Missing(_GONE)
    return found


def _miss(ids: Sequence[str], found: Mapping[str, Todo]) -> None:
    """Fail for those that are not there, after the others were done."""
    if missing := [todo_id for todo_id in ids if todo_id not in found]:
        raise Missing(f"{len(missing)} of {len(ids)}: {_GONE}")


def _changed(session: Session, what: str, items: list[Item], before: Mapping[str, Todo]) -> list[Todo]:
    """Send changes under a name of their own, remember for `undo` those that changed something, and return what became.

    Raises the first refusal, after the rest was done.
    """
    with Memory(session.profile.name).once([{"items": items}], new_id) as asked:
        headers = {"Idempotency-Key": asked.ids[0]}
        results = session.ask("POST", "/todo/batch", json={"items": items}, headers=headers)["items"]
    made = {
        item["id"]: one.get("todo", before[item["id"]])
        for item, one in zip(items, results, strict=True)
        if "problem" not in one
    }
    steps = [_step(before[one], todo, what, again=asked.again) for one, todo in made.items()]
    Memory(session.profile.name).did(what, steps)
    refused = [one for one in results if "problem" in one]
    if refused:
        _refuse(session, list(made.values()), refused)
    return list(made.values())


def _step(before: Todo, after: Todo, what: str, *, again: bool) -> Step:
    """Return what happened to a to-do. Asked for once more, it may have happened before we looked."""
    version: int = after["version"] + (what == "rm")
    return Step(after["id"], version - 1 if again else before["version"], version)


def _refuse(session: Session, made: list[Todo], refused: list[dict[str, Any]]) -> None:
    """Say what was done all the same, then fail as the first that was refused."""
    tell(session, lambda _: say("Changed"), made)
    for one in refused[1:]:
        screen.note(f"recado: {one['problem']['detail']}")
    status, problem = refused[0]["status"], refused[0]["problem"]
    if status == 404:
        raise Missing(_GONE)
    more = " ".join(one["detail"] for one in problem.get("errors", []) if one["detail"] not in problem["detail"])
    raise Refused(f"{problem['detail']} {more}".strip(), problem["type"].rpartition("#")[2], status)


def _in_editor(session: Session, todo: Todo) -> Todo:
    if not sys.stdin.isatty():
        raise Misused("Say what to change, such as --title or --due: `recado edit --help`.")
    from recado.cli.use import editor  # noqa: PLC0415  (only when somebody edits so)

    change: Todo = {}
    for member, text in editor.edited(todo).items():
        change |= _member(session, member, text)
    return change


def _member(session: Session, member: str, text: str) -> dict[str, Any]:
    match member:
        case "due":
            return dates.when(session, text)
        case "repeat":
            return dates.members(session, repeat=text)
        case "priority":
            if text and not text.isdecimal():
                raise Misused(f"Priority {text!r} is not one of 1 (highest) to 4.")
            return dates.members(session, priority=int(text or 0))
        case "labels":
            return dates.members(session, labels=[text])
        case _:
            return {member: text}


def told(session: Session, todos: Sequence[Todo], options: Options, word: Callable[[Mapping[str, Any]], str]) -> None:
    """Confirm what was done to each, in words or as JSON."""
    if options.json:
        screen.data({"items": numbered(session, todos)})
    else:
        tell(session, word, todos)
