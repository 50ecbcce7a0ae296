"""`recado user …`: what the operator does about people, straight over the database; the service may run meanwhile."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from recado import erasing
from recado.accounts import accounts, invites, resets
from recado.accounts import factors as second_factors
from recado.accounts.accounts import Account
from recado.accounts.passwords import Passwords
from recado.cli.stores import database, ending_sessions
from recado.db import Database, Tx
from recado.errors import Invalid
from recado.settings import Settings, load
from recado.todos import lists
from revocable.sessions import microseconds

R = TypeVar("R")

app = App(name="user")


@app.command
def add(name: str, /, *, locale: str = "en", time_zone: str = "UTC") -> None:
    """Make an account. The password is asked for, or read from standard input when that is no terminal.

    The first account is the operator's. RECADO_SIGNUP does not matter here.

    Parameters
    ----------
    name
        User name: letters and digits of one script and `._-`.
    locale
        Language of the text messages: en or pt-BR.
    time_zone
        Such as America/Sao_Paulo.
    """
    password = _password()

    async def make(settings: Settings, db: Database) -> Account:
        passwords = Passwords(settings.password_min, threads=1)
        now = microseconds()

        async def furnish(tx: Tx, user_id: int) -> None:
            await lists.open_personal(tx, user_id, now)

        try:
            return await accounts.sign_up(
                db,
                passwords,
                username=name,
                password=password,
                locale=locale,
                time_zone=time_zone,
                policy="open",
                now=now,
                then=furnish,
            )
        finally:
            passwords.close()

    account = _over_the_database(make)
    print(f"{account.username} is user {account.user_id}{', the operator' if account.operator else ''}.")


@app.command(name="list")
def listing() -> None:
    """List everybody: id, name, when they came and last signed in, and what is special."""

    async def read(_settings: Settings, db: Database) -> list[Account]:
        return await accounts.listing(db)

    found = _over_the_database(read)
    width = max(4, *(len(account.username) for account in found), 0)
    print(f"{'id':>6}  {'name':<{width}}  {'since':<10}  {'signed in':<10}  notes")
    for account in found:
        days = f"{_day(account.created_at)}  {_day(account.signed_in_at):<10}"
        print(f"{account.user_id:>6}  {account.username:<{width}}  {days}  {_notes(account)}".rstrip())


@app.command
def disable(name: str, /) -> None:
    """Keep somebody out until `recado user enable`, and end all their sessions at once."""

    async def end(settings: Settings, db: Database) -> Sequence[str]:
        async with ending_sessions(settings, db) as sessions:
            now = microseconds()

            async def end_all(tx: Tx, user_id: int) -> tuple[int, Sequence[str]]:
                return user_id, await sessions.within(tx).end_all(str(user_id), now)

            user_id, ended = await accounts.disable(db, name, now=now, then=end_all)
            if ended:
                await sessions.bury(str(user_id), ended)
            return ended

    print(f"{name} is out; sessions ended: {len(_over_the_database(end))}.")


@app.command
def enable(name: str, /) -> None:
    """Let somebody in again who was disabled. They sign in anew."""

    async def run(_settings: Settings, db: Database) -> None:
        await accounts.enable(db, name, now=microseconds())

    _over_the_database(run)
    print(f"{name} may sign in again.")


@app.command
def erase(name: str, /, *, yes: bool = False) -> None:
    """Erase somebody's account, their own to-dos and lists, messages and sessions. Nothing brings them back.

    Parameters
    ----------
    name
        Whom.
    yes
        Do not ask for the name once more.
    """
    if not yes and _once_more(name) != name:
        raise Invalid("/name", "That is another name: nothing was erased.")

    async def run(settings: Settings, db: Database) -> Sequence[str]:
        async with ending_sessions(settings, db) as sessions:

            async def everything(tx: Tx, user_id: int) -> tuple[int, Sequence[str]]:
                await erasing.everywhere(tx, user_id, microseconds())
                return user_id, await sessions.within(tx).erase(str(user_id))

            user_id, ended = await accounts.erase(db, name, then=everything)
            if ended:
                await sessions.bury(str(user_id), ended)
            await db.write(everything, user_id)  # what requests that were let in before that have written meanwhile
            return ended

    print(f"{name} is erased; sessions that were kept: {len(_over_the_database(run))}.")


@app.command
def reset(name: str, /, *, factors: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Print a one-time link, good for 24 hours, with which somebody sets a new password. It ends all their sessions.

    A second factor stays on, and is asked for at the next sign-in.

    Parameters
    ----------
    name
        User name.
    factors
        Remove their authenticator app, passkeys and recovery codes at once, for somebody who has lost them all.
    """

    async def create(_settings: Settings, db: Database) -> tuple[str, bool]:
        now = microseconds()
        removed = factors and await second_factors.reset(db, name, now)
        return await resets.create_reset(db, name, now), removed

    code, removed = _over_the_database(create)
    if factors:
        print(f"{name}'s second factors are removed." if removed else f"{name} had no second factors.")
    address = _address(load())
    print(f"Give {name} this link; it works once, within {resets.HOURS} hours:")
    print(f"  {address}/app/reset#{code}")
    print("or, without a browser:")
    body = f'{{"code": "{code}", "new": "A NEW PASSWORD"}}'
    print(f"  curl {address}/password/reset -H 'Content-Type: application/json' -d '{body}'")


@app.command
def invite() -> None:
    """Print a one-time code, good for 7 days, with which somebody signs up where RECADO_SIGNUP is invite."""

    async def create(_settings: Settings, db: Database) -> str:
        return await invites.create(db, 0, microseconds())

    code = _over_the_database(create)
    address = _address(load())
    print(f"Give it to one person; it works once, within {invites.DAYS} days:")
    print(f"  {address}/app/invite#{code}")
    print("or, without a browser:")
    body = f'{{"username": "NAME", "password": "A NEW PASSWORD", "invite": "{code}"}}'
    print(f"  curl {address}/user -H 'Content-Type: application/json' -d '{body}'")


def _over_the_database(work: Callable[[Settings, Database], Awaitable[R]]) -> R:
    async def run() -> R:
        settings = load()
        async with database(settings) as (db, _):
            return await work(settings, db)

    return asyncio.run(run())


def _once_more(name: str) -> str:
    if sys.stdin.isatty():
        print(f"This erases everything of {name}, for good. Write the name once more:", end=" ", flush=True)
    return sys.stdin.readline().strip()


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise Invalid("/password", "The two are not the same.")
    return password


def _address(settings: Settings) -> str:
    """Where people reach the service, as far as this command can know."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  (only compared)
    return settings.public_url or f"http://{host}:{settings.port}"


def _day(instant: int | None) -> str:
    return datetime.fromtimestamp(instant / 1_000_000, UTC).date().isoformat() if instant is not None else "never"


def _notes(account: Account) -> str:
    found = [("operator", account.operator), ("phone", account.phone_verified), ("disabled", account.disabled)]
    return ", ".join(note for note, holds in found if holds)
