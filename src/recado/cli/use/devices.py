"""`recado devices …`: where you are signed in."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App

from recado.cli.use import days, profiles, screen
from recado.cli.use.failures import Missing, Misused
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.screen import Ink
from recado.cli.use.session import Session
from recado.cli.use.words import say

app = App(name="devices", help="List the devices that you are signed in on, or end one.")
_SHOWN = 8
_SHORTEST = 4


@app.default
def devices(*, options: Options = NONE) -> None:
    """List the devices that you are signed in on, the latest first."""
    with Session(options) as session:
        found = session.ask("GET", "/session")
        if options.json:
            screen.data(found)
            return
        for one in found["items"]:
            _show(one, session.profile.time_zone)


@app.command
def end(device: str | None = None, /, *, others: Annotated[bool, Flag] = False, options: Options = NONE) -> None:
    """Sign a device out; it is out on its next request.

    Parameters
    ----------
    device
        Its id, or enough of its beginning or its end.
    others
        All devices but this one.
    """
    if (device is None) != others:
        raise Misused("Say which device, or --others: `recado devices` lists them.")
    with Session(options) as session:
        if device is None:
            ended = [one for one in session.ask("GET", "/session")["items"] if not one["current"]]
            session.answer("DELETE", "/session", again=False)
            _tell(ended, "All other devices are signed out.", options)
            return
        one = meant(device, session.ask("GET", "/session")["items"])
        session.answer("DELETE", f"/session/{one['id']}", again=False)
        _tell([one], f"{_name(one)} is signed out.", options)
        if one["current"]:
            with profiles.lock(session.profile.name):
                profiles.save(session.profile.signed_out())


def _tell(ended: list[dict[str, Any]], sentence: str, options: Options) -> None:
    if options.json:
        screen.data({"items": ended})
    else:
        screen.line(sentence)


def _show(one: dict[str, Any], zone: str) -> None:
    when = days.moment(one["last_seen_at"], zone)
    here = Ink(say("this device") if one["current"] else "", "green")
    parts = [Ink(one["id"][-_SHOWN:], "cyan"), _name(one), Ink(f"{one['kind']}, {one['ip']}", "dim"), when, here]
    screen.line(*screen.spaced(parts))


def _name(one: dict[str, Any]) -> str:
    return str(one["device"] or one["user_agent"][:40] or one["kind"])


def meant(text: str, items: list[dict[str, Any]], what: str = "devices") -> dict[str, Any]:
    """Return the session that a part of its id means. Raises `Misused`, or `Missing` when it is none of these."""
    if len(text) < _SHORTEST:
        raise Misused(f"{text!r} is too short: write {_SHORTEST} characters of the id at least.")
    found = [one for one in items if one["id"].startswith(text.lower()) or one["id"].endswith(text.lower())]
    if not found:
        raise Missing(f"None of your {what} has an id like {text}: `recado {what}` lists them.")
    if len(found) > 1:
        raise Misused(f"{len(found)} of your {what} have an id like {text}: write more of it.")
    return found[0]
