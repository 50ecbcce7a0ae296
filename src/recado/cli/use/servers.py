"""`recado profiles …`: several servers, or several people, on one machine."""

from __future__ import annotations

from cyclopts import App

from recado.cli.use import profiles, screen
from recado.cli.use.failures import Failure, Missing
from recado.cli.use.options import NONE, Options
from recado.cli.use.profiles import Profile
from recado.cli.use.screen import Ink
from recado.cli.use.signing import end_session

app = App(name="profiles", help="List your servers, choose the usual one, or forget one.")


@app.default
def listing(*, options: Options = NONE) -> None:
    """List your profiles; the usual one has a star. `recado login SERVER --profile NAME` makes one."""
    usual = options.profile or profiles.current()
    found = [profile for name in profiles.names() if (profile := _readable(name))]
    if options.json:
        facts = [(one.name, one.server, one.username, one.tokens is not None, one.name == usual) for one in found]
        members = ("name", "server", "username", "signed_in", "usual")
        screen.data({"items": [dict(zip(members, fact, strict=True)) for fact in facts]})
        return
    for one in found:
        star = "* " if one.name == usual else "  "
        out = Ink("" if one.tokens else "signed out", "red")
        screen.line(star, *screen.spaced([Ink(one.name, "cyan"), f"{one.username} at {one.server}", out]))


def _readable(name: str) -> Profile | None:
    """Return a profile; one that is broken is told, and does not hide the others."""
    try:
        return profiles.load(name)
    except Failure as failure:
        screen.note(f"recado: {failure.sentence}")
        return None


@app.command
def use(name: str, /) -> None:
    """Use this profile from now on when none is named.

    Parameters
    ----------
    name
        One of `recado profiles`.
    """
    profiles.choose(name)
    screen.line(f"{name} is the usual profile now.")


@app.command
def rm(name: str, /) -> None:
    """Sign a profile out, and forget it and its numbers.

    Parameters
    ----------
    name
        One of `recado profiles`.
    """
    if not profiles.path(name).exists():
        raise Missing(f"There is no profile {name!r}: `recado profiles` lists them.")
    profile = _readable(name)
    if profile and profile.tokens:
        try:
            end_session(profile)
        except Failure as failure:  # forgotten here in any case
            screen.note(f"{failure.sentence} This device stays in the list of your devices: end it from another one.")
    with profiles.lock(name):
        profiles.remove(name)
    screen.line(f"{name} is forgotten.")
