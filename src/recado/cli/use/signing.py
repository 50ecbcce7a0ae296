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
from recado.cli.use.connection import Connection, good
from recado.cli.use.failures import Failure, Misused, Refused, SignedOut, Unreachable
from recado.cli.use.options import NONE, Flag, Options
from recado.cli.use.profiles import Profile, Tokens
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
    token: Annotated[bool, Flag] = False,
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
    token
        Use an access token (`recado tokens add`) instead of name and password; it is asked for, or read from the first
        line of standard input.
    device
        What this device is called in your list of devices; the name of this machine otherwise.
    """
    if token:
        if username or password_stdin or code or device:
            raise Misused("With --token there is no user name, password, code or device to be named.")
        _enter_with_token(server, options)
        return
    profile = _meant(server, username, options)
    _warn(profile.server)
    _enter(profile, ask_password(stdin=password_stdin), device, options, code)


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
    password = ask_password(stdin=password_stdin, twice=True)
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
    return _free(Profile(name, place, who, tokens=known.tokens if known else None), known)


def _free(profile: Profile, known: Profile | None) -> Profile:
    """Return a profile to sign in with. Raises `Misused` when somebody else is signed in with the one of that name."""
    if known and known.tokens and _whose(known) != _whose(profile):
        raise Misused(
            f"Profile {profile.name!r} is signed in as {known.username} at {known.server}: "
            "take another name with --profile NAME, or `recado logout` first."
        )
    return profile


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


def ask_password(*, stdin: bool, twice: bool = False) -> str:
    """Return the password that is typed, or the first line of standard input. Raises `Misused` when there is none."""
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
    _keep(profile, tokens_of(cast("dict[str, Any]", handed_out)), options)


def _enter_with_token(server: str | None, options: Options) -> None:
    name = options.profile or profiles.current() or profiles.FIRST
    known = profiles.load(name)
    place = address(server) if server else (known.server if known else USUAL)
    _warn(place)
    tokens = Tokens.alone(_asked_token())
    with closing(Connection(place)) as connection:
        answer = connection.send("GET", "/me", bearer=tokens.access)
        if answer.status == 401 and answer.kind:
            raise Failure(f"{place} takes no such access token ({answer.kind}).")
        me: Any = good(answer, place).json()
    if not isinstance(me, dict) or "username" not in me:
        raise Failure(f"What answers at {place} is no recado: check the address.")
    found = cast("dict[str, Any]", me)
    held = known.tokens if known and known.tokens != tokens else None
    _keep(_free(Profile(name, place, str(found["username"]), tokens=held), known), tokens, options)


def _asked_token() -> str:
    if sys.stdin.isatty():
        try:
            token = getpass.getpass("Access token: ").strip()
        except EOFError:
            token = ""
    else:
        token = sys.stdin.readline().strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Misused("That is no access token: `recado tokens add NAME` makes one.")
    return token


def _keep(profile: Profile, tokens: Tokens, options: Options) -> None:
    """Keep new tokens in a profile that is used from now on; the session of before ends."""
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
    """End a session by its refresh token, which lives longer than the other, if it has one."""
    tokens = profile.tokens or Tokens.alone("")
    sent = {"refresh_token": tokens.refresh} if tokens.refresh else {"access_token": tokens.access}
    with closing(Connection(profile.server)) as connection:
        answer = connection.send("POST", "/logout", json=sent)
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
