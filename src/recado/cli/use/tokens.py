"""`recado tokens …`: access tokens for scripts and agents."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from recado.cli.use import days, screen
from recado.cli.use.devices import meant
from recado.cli.use.failures import Failure, Refused
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.screen import Ink
from recado.cli.use.second_factor import prove
from recado.cli.use.session import Session
from recado.cli.use.signing import ask_password

app = App(name="tokens", help="List, make and end access tokens for scripts and agents.")
_SHOWN = 8
_DAY = 24 * 3600
Days = Annotated[int | None, Parameter(name="--days")]


@app.default
def tokens(*, options: Options = NONE) -> None:
    """List your access tokens, the latest first: what each may do, when it was used last, and when it ends."""
    with Session(options) as session:
        found = _all(session)
        if options.json:
            screen.data({"items": found, "next": None})
            return
        for one in found:
            _show(one, session.profile.time_zone)


@app.command
def add(
    name: str,
    /,
    *,
    write: Annotated[bool, Flag] = False,
    days: Days = None,
    password_stdin: Annotated[bool, Flag] = False,
    options: Options = NONE,
) -> None:
    """Make an access token and print it, this once.

    Parameters
    ----------
    name
        What it is for, so that you know it in the list.
    write
        It may change to-dos, lists, labels and messages; otherwise it may only read them.
    days
        How many days it lives; 30 otherwise, 365 at most.
    password_stdin
        Read your password, which is needed some minutes after you signed in, from the first line of standard input;
        and a code, if one is needed, from the second.
    """
    body: dict[str, Any] = {"name": name, "scopes": ["write" if write else "read"]}
    body |= {} if days is None else {"expires_in": days * _DAY}
    password = ask_password(stdin=True) if password_stdin else None
    with Session(options) as session:
        try:
            made = _made(session, body if password is None else body | {"password": password})
        except Refused as refused:
            if refused.kind != "step-up-required":
                raise
            prove(session, password or ask_password(stdin=False))
            made = _made(session, body)
    if options.json:
        screen.data(made)
        return
    screen.line(made["access_token"])
    screen.note(f"This is shown only now: keep it where your script finds it. {_id(made['session_id'])} is its id.")


@app.command
def end(token: str, /, *, options: Options = NONE) -> None:
    """End an access token; its next request is refused.

    Parameters
    ----------
    token
        Its id, or enough of its beginning or its end.
    """
    with Session(options) as session:
        one = meant(token, _all(session), "tokens")
        session.answer("DELETE", f"/session/{one['id']}", again=False)
    if options.json:
        screen.data({"items": [one]})
    else:
        screen.line(f"{one['device']} is ended.")


def _made(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    try:
        return session.ask("POST", "/access-token", json=body, again=False)
    except Refused as refused:
        if refused.kind == "bad-credentials":
            raise Failure("That is not your password.") from refused
        raise


def _all(session: Session) -> list[dict[str, Any]]:
    return [one for one in session.ask("GET", "/session")["items"] if one["kind"] == "token"]


def _show(one: dict[str, Any], zone: str) -> None:
    may = Ink("write" if "write" in one["scopes"] else "read", "yellow" if "write" in one["scopes"] else "green")
    seen, until = (days.moment(one[at], zone) for at in ("last_seen_at", "expires_at"))
    parts = [Ink(_id(one["id"]), "cyan"), one["device"], may, seen, Ink(f"until {until}", "dim")]
    screen.line(*screen.spaced(parts))


def _id(session_id: str) -> str:
    return session_id[-_SHOWN:]
