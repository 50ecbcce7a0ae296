"""`recado` alone, `ls`, `search` and `show`: what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from recado.cli.use import days, lists, screen
from recado.cli.use.failures import Misused
from recado.cli.use.lines import Lines
from recado.cli.use.memory import Memory
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.screen import Ink
from recado.cli.use.session import Session
from recado.cli.use.words import say

_SOME, _MOST = 100, 10_000
Limit = Annotated[int, Parameter(name="--limit")]


def today(options: Options) -> None:
    """Show what is overdue, then what is due today."""
    with Session(options) as session:
        overdue, _ = session.all("/todo", {"due": "overdue"}, _SOME)
        due, _ = session.all("/todo", {"due": "today"}, _SOME)
        due = [one for one in due if one["id"] not in {late["id"] for late in overdue}]
        lines = Lines(session, [*overdue, *due])
        if options.json:
            screen.data({"overdue": lines.numbered(overdue), "today": lines.numbered(due)})
            return
        lines.under(say("Overdue"), overdue, style="red")
        lines.under(say("Today"), due)
        if not overdue and not due:
            screen.line(say("Nothing is due today."))


def ls(
    *,
    list_name: Annotated[str | None, Parameter(name=["--list", "-l"])] = None,
    due: Annotated[Literal["overdue", "today", "upcoming", "none"] | None, Parameter(name=["--due", "-d"])] = None,
    label: str | None = None,
    mine: Annotated[bool, Flag] = False,
    all_of_them: Annotated[bool, Parameter(name=["--all", "-a"], negative="")] = False,
    done: Annotated[bool, Flag] = False,
    trash: Annotated[bool, Flag] = False,
    sort: Literal["position", "due", "priority", "created"] | None = None,
    limit: Limit = _SOME,
    options: Options = NONE,
) -> None:
    """List open to-dos, each with its number.

    Parameters
    ----------
    list_name
        Only this list; the beginning of its name will do.
    due
        By the day in your time zone; upcoming is the 14 days after today.
    label
        Only those with this label.
    mine
        Only those left for you.
    all_of_them
        Those that are done as well.
    done
        Those that are done.
    trash
        Those in the trash.
    sort
        Their order.
    limit
        How many at most.
    """
    if sum((all_of_them, done, trash)) > 1:
        raise Misused("Take one of --all, --done and --trash.")
    state = "all" if all_of_them else "done" if done else "trash" if trash else ""
    with Session(options) as session:
        chosen = {"state": state, "due": due, "label": label and label.lstrip("#"), "sort": sort}
        params = {key: value for key, value in chosen.items() if value} | ({"for": "me"} if mine else {})
        if list_name is not None:
            params["list"] = lists.meant(session, list_name)["id"]
        _print(session, params, limit, options, by_list=list_name is None and not (due or done or trash or sort))


def search(*words: str, limit: Limit = 50, options: Options = NONE) -> None:
    """Find open and done to-dos by the beginnings of words in title, notes and labels.

    Parameters
    ----------
    words
        All of them must be there; accents and case do not count.
    limit
        How many at most.
    """
    if not "".join(words).strip():
        raise Misused("Say what to search for.")
    with Session(options) as session:
        _print(session, {"q": " ".join(words), "state": "all"}, limit, options, by_list=False, empty="Nothing found.")


def _print(
    session: Session,
    params: dict[str, str],
    limit: int,
    options: Options,
    *,
    by_list: bool,
    empty: str = "Nothing here.",
) -> None:
    if not 1 <= limit <= _MOST:
        raise Misused(f"--limit is from 1 to {_MOST}.")
    todos, more = session.all("/todo", params, limit)
    lines = Lines(session, todos)
    if options.json:
        screen.data({"items": lines.numbered(todos), "more": more})
        return
    lines.listing(todos, by_list=by_list)
    if not todos:
        screen.line(say(empty))
    if more:
        screen.note(say("There are more: --limit {n} shows them.", n=min(limit * 10, _MOST)))


def show(number: str, /, *, options: Options = NONE) -> None:
    """Show all of a to-do: its notes, steps and what became of it.

    Parameters
    ----------
    number
        Its number in the last listings, or the beginning of its id.
    """
    with Session(options) as session:
        todo_id = Memory(session.profile.name).one(number)
        todo = session.ask("GET", f"/todo/{todo_id}")
        steps, _ = session.all("/todo", {"parent": todo_id, "state": "all"}, _SOME)
        lines = Lines(session, [todo, *steps])
        if options.json:
            screen.data({**lines.numbered([todo])[0], "steps": lines.numbered(steps)})
            return
        lines.show(todo)
        screen.paragraph(todo["notes"])
        lines.under(f"     {say('Steps')}", steps)
        _facts(todo, session.profile.time_zone)


def _facts(todo: dict[str, Any], zone: str) -> None:
    facts: Sequence[str] = [
        f"{say('created')} {days.moment(todo['created_at'], zone)}",
        f"{say('changed')} {days.moment(todo['updated_at'], zone)}",
        todo["id"],
    ]
    screen.line("     ", Ink(", ".join(facts), "dim"))
