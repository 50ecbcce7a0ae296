"""`recado login`, `signup` and `logout`."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from recado.cli.use import profiles, screen
from recado.cli.use.address import USUAL, address, exposed
from recado.cli.use.connection import Connection
from recado.cli.use.failures import Failure, Misused, Refused, SignedOut, Unreachable
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.profiles import Profile
from recado.cli.use.second_factor import entered
from recado.cli.use.session import Session, tokens_of
from recado.cli.use.words import language

Stdin = Annotated[bool, Flag]
Name = Annotated[str | None, Parameter(name=["--username", "-u"])]


def login(
    server: str | None = None,
    /,
    *,
    username: Name = None,
    password_stdin: Stdin = False,
    code: str | None = None,
    device: str | None = None,
    options: Options = NONE,
) -> None:
    """Sign in on this device. The password is asked for and never shown.

    Parameters
    ----------
    server
        Its address, such as https://todo.example; the one of last time, or this machine's.
    username
        Your user name; asked for when it is not given.
    password_stdin
        Read the password from the first line of standard input, and a code, if one is needed, from the second.
    code
        The code of your authenticator app, or a recovery code, where a second factor is on; asked for when it is not
        given.
    device
        What this device is called in your list of devices; the name of this machine otherwise.
    """
    profile = _meant(server, username, options)
    _warn(profile.server)
    _enter(profile, _password(stdin=password_stdin), device, options, code)


def signup(
    server: str | None = None,
    /,
    *,
    username: Name = None,
    password_stdin: Stdin = False,
    invite: str | None = None,
    device: str | None = None,
    options: Options = NONE,
) -> None:
    """Make an account, in your language and time zone, and sign in.

    Parameters
    ----------
    server
        Its address, such as https://todo.example; this machine's otherwise.
    username
        The name you want.
    password_stdin
        Read the password from the first line of standard input.
    invite
        The code of an invitation, where the server wants one.
    device
        What this device is called in your list of devices.
    """
    profile = _meant(server, username, options)
    _warn(profile.server)
    password = _password(stdin=password_stdin, twice=True)
    body = {"username": profile.username, "password": password, "time_zone": _time_zone()}
    body |= {"locale": "pt-BR"} if language() == "pt" else {}
    body |= {"invite": invite} if invite else {}
    with closing(Connection(profile.server)) as connection:
        connection.demand("POST", "/user", json=body, again=False)
    _enter(profile, password, device, options)


def logout(
    *, everywhere: Annotated[bool, Flag] = False, forget: Annotated[bool, Flag] = False, options: Options = NONE
) -> None:
    """Sign this device out. Its tokens are dead at once.

    Parameters
    ----------
    everywhere
        Sign all your other devices out as well.
    forget
        Remove the tokens here even if the server cannot be told.
    """
    name = options.profile or profiles.current() or profiles.FIRST
    profile = profiles.load(name)
    if profile is None or profile.tokens is None:
        raise SignedOut("Nobody is signed in here.")
    told = True
    try:
        if everywhere:
            with Session(options) as session:
                session.answer("DELETE", "/session", again=False)
        end_session(profiles.load(name) or profile)
    except Unreachable as error:
        if not forget:
            raise Unreachable(
                f"{error.sentence.rstrip('.')}. `recado logout --forget` removes the tokens here."
            ) from error
        told = False
    with profiles.lock(name):
        profiles.save(profile.signed_out())
    sentence = f"{profile.username} is signed out of {profile.server}" + (", on all devices." if everywhere else ".")
    if not told:
        sentence = f"The tokens are removed here. {profile.server} was not told: end this device from another one."
    _say(profile.signed_out(), sentence, options)


def _meant(server: str | None, username: str | None, options: Options) -> Profile:
    """Return the profile to sign in with; one that is in use by somebody is not taken over."""
    name = options.profile or profiles.current() or profiles.FIRST
    known = profiles.load(name)
    place = address(server) if server else (known.server if known else USUAL)
    who = username or (known.username if known and known.server == place else "") or _asked_name(place)
    if known and known.tokens and _whose(known) != (place, who.casefold()):
        raise Misused(
            f"Profile {name!r} is signed in as {known.username} at {known.server}: "
            "take another name with --profile NAME, or `recado logout` first."
        )
    return Profile(name, place, who, tokens=known.tokens if known else None)


def _whose(profile: Profile) -> tuple[str, str]:
    return profile.server, profile.username.casefold()


def _asked_name(server: str) -> str:
    if not sys.stdin.isatty():
        raise Misused("Say who you are with --username NAME.")
    print(f"Server: {server}", file=sys.stderr)
    print("User name: ", end="", file=sys.stderr, flush=True)
    name = sys.stdin.readline().strip()
    if not name:
        raise Misused("A user name is needed.")
    return name


def _password(*, stdin: bool, twice: bool = False) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Misused("There is no terminal to ask for the password: use --password-stdin.")
    try:
        password = getpass.getpass("Password: ")
        again = getpass.getpass("The same again: ") if twice else password
    except EOFError:
        raise Misused("No password was typed.") from None
    if again != password:
        raise Misused("The two are not the same.")
    return password


def _enter(profile: Profile, password: str, device: str | None, options: Options, code: str | None = None) -> None:
    body = {"username": profile.username, "password": password, "device": (device or socket.gethostname())[:100]}
    with closing(Connection(profile.server)) as connection:
        try:
            handed_out = entered(connection, body, code)
        except Refused as refused:
            if refused.kind == "bad-credentials":
                raise Failure("User name and password do not match.") from refused
            raise
    if not isinstance(handed_out, dict) or "access_token" not in handed_out:
        raise Failure(f"What answers at {profile.server} is no recado: check the address.")
    tokens = tokens_of(cast("dict[str, Any]", handed_out))
    if profile.tokens:
        with suppress(Failure):  # the session of before; it would only clutter the list of devices
            end_session(profile)
    with profiles.lock(profile.name):
        before = profiles.load(profile.name)
        if before and _whose(before) != _whose(profile):
            profiles.forget_to_dos(profile.name)
        profiles.save(Profile(profile.name, profile.server, profile.username, tokens=tokens))
    profiles.choose(profile.name)
    with Session(Options(profile=profile.name)) as session:
        session.learn()
        _say(session.profile, f"Signed in to {profile.server} as {session.profile.username}.", options)


def _say(profile: Profile, sentence: str, options: Options) -> None:
    if not options.json:
        screen.line(sentence)
        return
    signed_in = profile.tokens is not None
    screen.data({"name": profile.name, "server": profile.server, "username": profile.username, "signed_in": signed_in})


def end_session(profile: Profile) -> None:
    """End a session by its refresh token, which lives longer than the other."""
    tokens = profile.tokens
    with closing(Connection(profile.server)) as connection:
        answer = connection.send("POST", "/logout", json={"refresh_token": tokens.refresh if tokens else ""})
    if answer.status == 503:
        raise Unreachable(f"{profile.server} cannot do its work now.")


def _warn(server: str) -> None:
    if exposed(server):
        screen.note(f"{server} is not encrypted: who is on the same network can read your password.")


def _time_zone() -> str:
    """Return the time zone of this machine by its IANA name, as far as it tells."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    target = str(Path("/etc/localtime").resolve())
    return target.partition("/zoneinfo/")[2] or "UTC"
