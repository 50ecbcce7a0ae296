"""`recado profiles …`: several servers, or several people, on one machine."""

from __future__ import annotations

from contextlib import suppress

from cyclopts import App

from recado.cli.use import profiles, screen
from recado.cli.use.failures import Failure, Missing
from recado.cli.use.options import NONE, Options
from recado.cli.use.screen import Ink
from recado.cli.use.signing import end_session

app = App(name="profiles", help="List your servers, choose the usual one, or forget one.")


@app.default
def listing(*, options: Options = NONE) -> None:
    """List your profiles; the usual one has a star. `recado login SERVER --profile NAME` makes one."""
    usual = options.profile or profiles.current()
    found = [profile for name in profiles.names() if (profile := profiles.load(name))]
    if options.json:
        facts = [(one.name, one.server, one.username, one.tokens is not None, one.name == usual) for one in found]
        members = ("name", "server", "username", "signed_in", "usual")
        screen.data({"items": [dict(zip(members, fact, strict=True)) for fact in facts]})
        return
    for one in found:
        star = "* " if one.name == usual else "  "
        out = Ink("" if one.tokens else "signed out", "red")
        screen.line(star, *screen.spaced([Ink(one.name, "cyan"), f"{one.username} at {one.server}", out]))


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
    profile = profiles.load(name)
    if profile is None:
        raise Missing(f"There is no profile {name!r}: `recado profiles` lists them.")
    if profile.tokens:
        with suppress(Failure):  # forgotten here in any case
            end_session(profile)
    with profiles.lock(name):
        profiles.remove(name)
    screen.line(f"{name} is forgotten.")
