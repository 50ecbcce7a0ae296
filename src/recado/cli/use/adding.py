"""`recado add`: a line becomes a to-do, as the server reads it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from recado.cli.use import dates, lists, screen
from recado.cli.use.days import now_in
from recado.cli.use.failures import Failure, Misused, Unreachable
from recado.cli.use.ids import new_id
from recado.cli.use.lines import numbered, said, tell
from recado.cli.use.memory import Memory, Step
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.screen import Ink
from recado.cli.use.session import Session
from recado.cli.use.words import say

Body = dict[str, Any]
_AT_ONCE = 100
_NOTHING_READ: Body = {
    **{"due": None, "repeat": None, "priority": 0, "labels": []},
    **{"for": None, "name": None, "list_id": None},
}


def add(
    *words: Annotated[str, Parameter(allow_leading_hyphen=True)],
    list_name: Annotated[str | None, Parameter(name=["--list", "-l"])] = None,
    due: Annotated[str | None, Parameter(name=["--due", "-d"])] = None,
    priority: Annotated[int | None, Parameter(name=["--priority", "-p"])] = None,
    label: Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)] = None,
    for_name: Annotated[str | None, Parameter(name="--for")] = None,
    notes: Annotated[str | None, Parameter(name=["--notes", "-n"])] = None,
    under: str | None = None,
    as_is: Annotated[bool, Flag] = False,
    dry_run: Annotated[bool, Flag] = False,
    options: Options = NONE,
) -> None:
    """Add a to-do: `recado add pay rent tomorrow 9am !1 #home @maria`.

    Dates, times, repeats, priority, labels and whom it is for are read from the line, in the language of your account.
    Shells take # and ! for themselves: quote the line there, use the options, or say `recado add` alone and type it.

    Parameters
    ----------
    words
        The line. A single - reads lines from standard input, a to-do each; nothing asks for one.
    list_name
        The list it goes to; your personal one otherwise.
    due
        When it is due, as in a line, such as "friday 9am" or 2026-12-01.
    priority
        1 (highest) to 4.
    label
        A label; may stand several times.
    for_name
        Whom it is left for, somebody of that list.
    notes
        More about it.
    under
        The number of the to-do that it becomes a step of.
    as_is
        The whole line is the title; nothing is read from it.
    dry_run
        Show what would be added; add nothing.
    """
    texts = list(_texts(words))
    with Session(options) as session:
        members = lists.members(session, list_name=list_name, for_name=for_name)
        members |= dates.members(session, due=due, priority=priority, labels=label, notes=notes)
        if under:
            members["parent_id"] = Memory(session.profile.name).one(under)
        bodies = [{("title" if as_is else "quick"): text, **members} for text in texts]
        if dry_run:
            _show_only(session, texts, members, as_is=as_is, json=options.json)
            return
        done = _create(session, bodies)
        if options.json:
            shown = numbered(session, done)
            screen.data(shown[0] if len(shown) == 1 else {"items": shown})
            return
        tell(session, lambda _: say("Added"), done)


def _texts(words: Sequence[str]) -> Iterator[str]:
    if words == ("-",):
        texts = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
        if not texts:
            raise Misused("Standard input has no line.")
        yield from texts
    elif words:
        _no_options(words)
        yield _something(" ".join(words))
    else:
        yield _asked()


def _no_options(words: Sequence[str]) -> None:
    """A slip in an option must not end up in a title. Raises `Misused`, unless a lone -- says that options are over."""
    strange = [word for word in words if re.match(r"-[^\d\s-]|--.", word)]
    if strange and "--" not in sys.argv:
        raise Misused(
            f"Unknown option: {strange[0]}. Put -- before words that begin so. `recado add --help` tells more"
        )


def _asked() -> str:
    if not sys.stdin.isatty():
        raise Misused("Say what to add, or - to read lines from standard input.")
    print(say("To-do: "), end="", file=sys.stderr, flush=True)
    return _something(sys.stdin.readline())


def _something(text: str) -> str:
    if not text.strip():
        raise Misused("Nothing was typed, so nothing is added")
    return text.strip()


def _create(session: Session, bodies: list[Body]) -> list[Body]:
    """Create to-dos with ids of our own, those of the last time if that was never answered; so none is there twice.

    What takes several requests and fails at one of them begins with the same ids again, whatever the failure was.
    """
    memory = Memory(session.profile.name)
    todos = list[Body]()
    lost = (Unreachable, KeyboardInterrupt) if len(bodies) <= _AT_ONCE else (Failure, KeyboardInterrupt)
    with memory.once(bodies, new_id, lost) as asked:
        named = [{"id": own, **body} for own, body in zip(asked.ids, bodies, strict=True)]
        try:
            for start in range(0, len(named), _AT_ONCE):
                todos += _sent(session, named[start : start + _AT_ONCE])
        finally:
            memory.did("add", [Step(todo["id"], 0, todo["version"]) for todo in todos])
    return todos


def _sent(session: Session, bodies: list[Body]) -> list[Body]:
    if len(bodies) == 1:
        return [session.ask("POST", "/todo", json=bodies[0])]
    asked = [{"op": "create", "todo": body} for body in bodies]
    results = session.ask("POST", "/todo/batch", json={"items": asked})["items"]
    refused = [(body, one["problem"]) for body, one in zip(bodies, results, strict=True) if "problem" in one]
    for body, problem in refused:
        screen.note(f"Not added: {body.get('quick', body.get('title'))}: {problem['detail']}")
    added = [one["todo"] for one in results if "todo" in one]
    if not added:
        raise Failure("None was added.")
    return added


def _show_only(session: Session, texts: list[str], members: Body, *, as_is: bool, json: bool) -> None:
    now = now_in(session.profile.time_zone)
    for text in texts:
        read = {"title": text, **_NOTHING_READ} if as_is else session.ask("POST", "/todo/parse", json={"quick": text})
        read |= members
        if json:
            screen.data({"quick": text, **read})
            continue
        whom = Ink(f"@{read['name']}" if read["name"] else "", "cyan")
        screen.line(Ink(f"{say('Would add')} ", "yellow"), *screen.spaced([read["title"], *said(read, now), whom]))
