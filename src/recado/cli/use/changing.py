"""`recado done`, `edit`, `rm` and `undo`: changes of to-dos, all sent so that a second try does nothing twice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from recado.cli.use import dates, days, lists, screen
from recado.cli.use.failures import Failure, Missing, Misused, Refused
from recado.cli.use.ids import new_id
from recado.cli.use.lines import tell
from recado.cli.use.memory import Memory
from recado.cli.use.options import NONE, Options
from recado.cli.use.session import Session
from recado.cli.use.words import say

Todo = dict[str, Any]
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
        todos = _changed(session, "done", [{"op": "change", "id": one, "todo": {"done": True}} for one in ids])
        today = days.now_in(session.profile.time_zone).date()

        def word(todo: Todo) -> str:
            moved = todo.get("next_due")
            return say("Moved on to {day}", day=days.spoken(moved, today)) if moved else say("Done")

        _told(session, todos, options, word)


def rm(*numbers: str, options: Options = NONE) -> None:
    """Move to-dos to the trash, where they stay for 30 days. `recado undo` brings them back.

    Parameters
    ----------
    numbers
        Their numbers in the last listings, or the beginnings of their ids.
    """
    with Session(options) as session:
        ids = _ids(session, numbers)
        before = {one: session.ask("GET", f"/todo/{one}") for one in ids}
        _changed(session, "rm", [{"op": "delete", "id": one} for one in ids])
        _told(session, list(before.values()), options, lambda _: say("Deleted"))


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
        (todo_id,) = _ids(session, [number])
        labels = [] if label and [one.lower() for one in label] == ["none"] else label
        nobody = for_name is not None and for_name.lower() in dates.NOTHING
        change = dates.members(session, due=due, repeat=repeat, priority=priority, labels=labels, notes=notes)
        change |= lists.members(session, list_name=list_name, for_name=None if nobody else for_name)
        change |= ({"title": title} if title is not None else {}) | ({"for": None} if nobody else {})
        item = {"op": "change", "id": todo_id, "todo": change}
        if not change:
            item |= _in_editor(session, todo_id)
            if not item["todo"]:
                screen.note("Nothing was changed.")
                return
        _told(session, _changed(session, "edit", [item]), options, lambda _: say("Changed"))


def undo(number: str | None = None, /, *, options: Options = NONE) -> None:
    """Take the last change back that was made with this profile, or the last change of one to-do.

    Parameters
    ----------
    number
        The to-do whose last change is taken back, whoever made it.
    """
    with Session(options) as session:
        memory = Memory(session.profile.name)
        if number is not None:
            (todo_id,) = memory.ids([number])
            _told(session, [_back(session, todo_id)], options, lambda _: say("Taken back"))
            return
        change = memory.last()
        if change is None:
            raise Failure("There is nothing to take back: `recado undo NUMBER` takes the last change of a to-do back.")
        todos = _taken_back(session, change)
        memory.took_back(change)
        _told(session, todos, options, lambda _: say("Taken back"))


def _ids(session: Session, numbers: Sequence[str]) -> list[str]:
    if not numbers:
        raise Misused("Say which: `recado ls` shows the numbers.")
    if len(numbers) > _AT_ONCE:
        raise Misused(f"Not more than {_AT_ONCE} at once.")
    return Memory(session.profile.name).ids(numbers)


def _changed(session: Session, what: str, items: list[dict[str, Any]]) -> list[Todo]:
    """Send changes with a name of their own, remember those that were made, and return them; raise what was refused."""
    headers = {"Idempotency-Key": new_id()}
    results = session.ask("POST", "/todo/batch", json={"items": items}, headers=headers)["items"]
    made = [(item["id"], one.get("todo")) for item, one in zip(items, results, strict=True) if one["status"] < 300]
    if made:
        versions = [(todo_id, todo["version"] if todo else 0) for todo_id, todo in made]
        Memory(session.profile.name).did(what, versions)
    refused = [one for one in results if "problem" in one]
    if refused:
        _refuse(session, [todo for _, todo in made if todo], refused)
    return [todo for _, todo in made if todo]


def _refuse(session: Session, made: list[Todo], refused: list[dict[str, Any]]) -> None:
    """Say what was done all the same, then fail as the first that was refused."""
    if made:
        tell(session, lambda _: say("Changed"), made)
    for one in refused[1:]:
        screen.note(f"recado: {one['problem']['detail']}")
    status, problem = refused[0]["status"], refused[0]["problem"]
    if status == 404:
        raise Missing("That to-do is not there any more: it was deleted, or its list is not yours.")
    more = " ".join(one["detail"] for one in problem.get("errors", []) if one["detail"] not in problem["detail"])
    raise Refused(f"{problem['detail']} {more}".strip(), problem["type"].rpartition("#")[2], status)


def _taken_back(session: Session, change: dict[str, Any]) -> list[Todo]:
    items: list[tuple[str, int]] = [(todo_id, version) for todo_id, version in change["items"]]
    if change["what"] == "add":
        ids = [todo_id for todo_id, _ in items]
        before = [todo for todo_id in ids if (todo := _there(session, todo_id))]
        asked = [{"op": "delete", "id": todo["id"]} for todo in before]
        if asked:
            session.ask("POST", "/todo/batch", json={"items": asked}, headers={"Idempotency-Key": new_id()})
        return before
    if change["what"] == "rm":
        return [_restored(session, todo_id) for todo_id, _ in items]
    return [_back(session, todo_id, version) for todo_id, version in items]


def _there(session: Session, todo_id: str) -> Todo | None:
    try:
        return session.ask("GET", f"/todo/{todo_id}")
    except Missing:
        return None


def _restored(session: Session, todo_id: str) -> Todo:
    return session.ask("POST", f"/todo/{todo_id}/restore", headers={"Idempotency-Key": new_id()})


def _back(session: Session, todo_id: str, version: int | None = None) -> Todo:
    """Take the last change of a to-do back; with `version` only if nothing happened to it since."""
    headers = {"Idempotency-Key": new_id()} | ({"If-Match": f'"{version}"'} if version else {})
    try:
        return session.ask("POST", f"/todo/{todo_id}/undo", headers=headers)
    except Missing:
        return _restored(session, todo_id)
    except Refused as refused:
        if refused.kind != "stale":
            raise
        raise Refused(
            "It was changed again since, here or elsewhere: `recado undo NUMBER` takes that last change back.",
            refused.kind,
            refused.status,
        ) from refused


def _in_editor(session: Session, todo_id: str) -> dict[str, Any]:
    if not sys.stdin.isatty():
        raise Misused("Say what to change, such as --title or --due: `recado edit --help`.")
    from recado.cli.use import editor  # noqa: PLC0415  (only when somebody edits so)

    todo = session.ask("GET", f"/todo/{todo_id}")
    written = editor.edited(todo)
    change: dict[str, Any] = {}
    for member, text in written.items():
        change |= _member(session, member, text)
    return {"todo": change, "version": todo["version"]}


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


def _told(session: Session, todos: list[Todo], options: Options, word: Any) -> None:
    if options.json:
        screen.data({"items": todos})
    else:
        tell(session, word, todos)
