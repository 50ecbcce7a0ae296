"""`recado lists …`, `invite` and `join`: lists, and who takes part in them."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from recado.cli.use import days, screen
from recado.cli.use.failures import Missing, Misused
from recado.cli.use.ids import new_id
from recado.cli.use.options import NONE, Options
from recado.cli.use.screen import Ink
from recado.cli.use.session import Session
from recado.cli.use.words import say

List = dict[str, Any]
app = App(name="lists", help="List your lists and who takes part in them; make, rename, leave or delete one.")


@app.default
def listing(*, options: Options = NONE) -> None:
    """List your lists, and who takes part in them."""
    with Session(options) as session:
        found = session.ask("GET", "/list")
        if options.json:
            screen.data(found)
            return
        for one in found["items"]:
            others = [
                f"{m['username']} ({m['role']})" for m in one["members"] if m["user_id"] != session.profile.user_id
            ]
            role = "" if one["personal"] else one["role"]
            screen.line(*screen.spaced([Ink(name(one), "strong"), Ink(role, "dim"), ", ".join(others)]))


@app.command
def add(list_name: Annotated[str, Parameter(name="NAME")], /, *, options: Options = NONE) -> None:
    """Make a list of your own.

    Parameters
    ----------
    list_name
        What it is called.
    """
    with Session(options) as session:
        made = session.ask("POST", "/list", json={"name": list_name, "id": new_id()})
        _tell(made, f"{made['name']} is made; `recado invite` lets others in.", options)


@app.command
def rename(
    list_name: Annotated[str, Parameter(name="NAME")],
    new_name: Annotated[str, Parameter(name="NEW")],
    /,
    *,
    options: Options = NONE,
) -> None:
    """Give a list another name, for all who take part in it.

    Parameters
    ----------
    list_name
        What it is called now.
    new_name
        What it is called from now on.
    """
    with Session(options) as session:
        one = meant(session, list_name)
        _tell(
            session.ask("PATCH", f"/list/{one['id']}", json={"name": new_name}),
            f"{name(one)} is {new_name} now.",
            options,
        )


@app.command
def rm(list_name: Annotated[str, Parameter(name="NAME")], /, *, options: Options = NONE) -> None:
    """Move a list of yours to the trash, with its to-dos. For 30 days `recado lists restore` brings it back.

    Parameters
    ----------
    list_name
        What it is called.
    """
    with Session(options) as session:
        one = meant(session, list_name)
        session.answer("DELETE", f"/list/{one['id']}", again=False)
        _tell(one, f"{name(one)} is in the trash; `recado lists restore {one['id']}` brings it back.", options)


@app.command
def restore(list_id: Annotated[str, Parameter(name="ID")], /, *, options: Options = NONE) -> None:
    """Bring a list back from the trash.

    Parameters
    ----------
    list_id
        The id that `recado lists rm` told.
    """
    with Session(options) as session:
        back = session.ask("POST", f"/list/{list_id}/restore")
        _tell(back, f"{name(back)} is back.", options)


@app.command
def leave(list_name: Annotated[str, Parameter(name="NAME")], /, *, options: Options = NONE) -> None:
    """Leave a list of somebody else.

    Parameters
    ----------
    list_name
        What it is called.
    """
    with Session(options) as session:
        one = meant(session, list_name)
        session.answer("DELETE", f"/list/{one['id']}/member/{session.profile.user_id}", again=False)
        _tell(one, f"You have left {name(one)}.", options)


def invite(
    list_name: Annotated[str, Parameter(name="LIST")],
    /,
    *,
    role: Literal["editor", "viewer"] = "editor",
    options: Options = NONE,
) -> None:
    """Print a code that lets one person into a list, within 7 days.

    Parameters
    ----------
    list_name
        A list of yours.
    role
        What they may do: editor changes to-dos, viewer looks.
    """
    with Session(options) as session:
        one = meant(session, list_name)
        made = session.ask("POST", f"/list/{one['id']}/invite", json={"role": role}, again=False)
        until = days.moment(made["expires_at"], session.profile.time_zone)
        _tell(made, f"For one person, until {until}:\n  recado join {made['code']}", options)


def join(code: str, /, *, options: Options = NONE) -> None:
    """Join a list with the code of an invitation.

    Parameters
    ----------
    code
        What `recado invite` printed.
    """
    from urllib.parse import quote  # noqa: PLC0415  (only here)

    with Session(options) as session:
        try:
            one = session.ask("POST", f"/invite/{quote(code, safe='')}", headers={"Idempotency-Key": new_id()})
        except Missing:
            raise Missing("This code lets nobody in: each works once, within 7 days. Ask for another one.") from None
        _tell(one, f"You are in {name(one)} as {one['role']}.", options)


def members(session: Session, *, list_name: str | None, for_name: str | None, at: str | None = None) -> dict[str, Any]:
    """Return the members of a to-do that name a list and a person. Raises `Missing`.

    One that is in a shared list already (`at`) stays there, unless a list is named; a personal one goes where they are.
    """
    found = dict[str, Any]()
    if list_name is not None:
        found["list_id"] = meant(session, list_name)["id"]
    if for_name is not None:
        found |= _person(session, for_name.lstrip("@"), found.get("list_id"), at)
    return found


def _person(session: Session, who: str, list_id: str | None, at: str | None) -> dict[str, Any]:
    lists: list[List] = session.ask("GET", "/list")["items"]
    list_id = list_id or next((one["id"] for one in lists if one["id"] == at and not one["personal"]), None)
    shared = [one for one in lists if list_id in (None, one["id"])]
    for one in sorted(shared, key=lambda one: not one["personal"]):
        for member in one["members"]:
            if _folded(str(member["username"])) == _folded(who):
                return {"for": member["user_id"], "list_id": one["id"]}
    raise Missing(f"Nobody called {who} takes part in " + ("that list." if list_id else "a list of yours."))


def meant(session: Session, text: str) -> List:
    """Return the list that is called so, or begins so, whatever the case and accents. Raises `Missing` or `Misused`."""
    lists: list[List] = session.ask("GET", "/list")["items"]
    wanted = _folded(text)
    personal = [one for one in lists if one["personal"] and wanted in ("personal", "pessoal")]
    exact = [one for one in lists if _folded(name(one)) == wanted or one["id"] == text]
    found = exact or personal or [one for one in lists if _folded(name(one)).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        like = ", ".join(name(one) for one in found)
        raise Misused(f"Several lists are called like {text!r}: {like}. Write the id: `recado lists --json` tells it.")
    raise Missing(f"There is no list {text!r}; yours are {', '.join(name(one) for one in lists)}.")


def name(one: List) -> str:
    """Return what a list is called."""
    return say("Personal") if one["personal"] else str(one["name"])


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character)).strip()


def _tell(answer: Any, sentence: str, options: Options) -> None:
    if options.json:
        screen.data(answer)
        return
    for one in sentence.splitlines():
        screen.line(one)
