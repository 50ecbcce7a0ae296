"""`recado undo`: what this profile did last, or what was last done to one to-do, is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recado.cli.use.changing import told
from recado.cli.use.failures import Failure, Missing, Refused
from recado.cli.use.ids import new_id
from recado.cli.use.memory import Memory, Step
from recado.cli.use.options import NONE, Options
from recado.cli.use.session import Session
from recado.cli.use.words import say

Todo = dict[str, Any]
_CHANGED_SINCE = "It was changed again since, here or elsewhere: `recado undo NUMBER` takes that last change back."


def undo(number: str | None = None, /, *, options: Options = NONE) -> None:
    """Take the last change back that was made with this profile, or the last change of one to-do.

    Parameters
    ----------
    number
        The to-do whose last change is taken back, whoever made it.
    """
    with Session(options) as session:
        memory = Memory(session.profile.name)
        if number is None:
            _last(session, memory, options)
        else:
            todos = [_back(session, todo_id) for todo_id in memory.ids([number])]
            for todo in todos:
                memory.took_back(todo["id"], todo["version"] - 1, todo["version"])
            _tell(session, todos, options)


def _last(session: Session, memory: Memory, options: Options) -> None:
    """Take the last change back, to-do by to-do. One where that cannot be does not stand in the way of the next."""
    change = memory.last()
    if change is None:
        raise Failure("There is nothing to take back: `recado undo NUMBER` takes the last change of a to-do back.")
    what, steps = change
    todos, failed = list[Todo](), list[Failure]()
    for step in steps:
        try:
            todo = _one(session, what, step)
        except (Missing, Refused) as failure:
            failed.append(failure)
            memory.took_back(step.todo_id, step.after, None)
        else:
            todos.append(todo)
            memory.took_back(step.todo_id, step.after, todo["version"])
    _tell(session, todos, options)
    for failure in failed:
        raise failure


def _one(session: Session, what: str, step: Step) -> Todo:
    if what == "rm":
        return _restored(session, step.todo_id)
    if what != "add":
        return _back(session, step.todo_id, step.after)
    todo = session.ask("GET", f"/todo/{step.todo_id}")
    session.answer("DELETE", f"/todo/{step.todo_id}", again=False)
    return todo


def _restored(session: Session, todo_id: str) -> Todo:
    return session.ask("POST", f"/todo/{todo_id}/restore", headers={"Idempotency-Key": new_id()})


def _back(session: Session, todo_id: str, version: int | None = None) -> Todo:
    """Take the last change of a to-do back; with `version` only if nothing happened to it since."""
    condition = {"If-Match": f'"{version}"'} if version else {}
    try:
        with Memory(session.profile.name).once([{"undo": todo_id, "version": version}], new_id) as asked:
            headers = {"Idempotency-Key": asked.ids[0], **condition}
            return session.ask("POST", f"/todo/{todo_id}/undo", headers=headers)
    except Missing:
        return _restored(session, todo_id)
    except Refused as refused:
        if refused.kind != "stale":
            raise
        raise Refused(_CHANGED_SINCE, refused.kind, refused.status) from refused


def _tell(session: Session, todos: Sequence[Todo], options: Options) -> None:
    told(session, todos, options, lambda _: say("Taken back"))
