"""`recado keys …`: which keys sign tokens, and putting new ones in their place while the service runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from cyclopts import App

from recado import keyfile, signing
from recado.app import LONGEST_ACCESS
from recado.cli.stores import database
from recado.datafolder import make_folder
from recado.db import Tx, keys
from recado.errors import Conflict, NotFound
from recado.keyfile import Kind
from recado.readings import duration
from recado.settings import Settings, load
from recado.signing import Held

app = App(name="keys")


@app.command(name="list")
def show() -> None:
    """List the keys: kind, name, algorithm, where it is, and what it does until when."""
    settings = load()
    make_folder(settings.data)
    now = int(time.time())
    rows = [(one.kind, one.key.kid, one.key.alg, one.place, _does(one, now)) for one in signing.held(settings, now)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]]))


@app.command
def rotate(kind: Literal["access", "refresh", "both"] = "both", /, *, after: str | None = None) -> int:
    """Put new keys in the place of the generated ones; nobody is signed out, and nothing has to be restarted.

    A new key is announced, and signs a little later, when every process knows it. The one before verifies until the
    last token it signed has expired.

    Parameters
    ----------
    kind
        access, refresh or both.
    after
        When the new key begins to sign: 10s, with ES256 for access tokens 10m. Longer, such as 1h, leaves time to
        copy the key files to other machines.
    """
    settings = load()
    kinds: Sequence[Kind] = signing.KINDS if kind == "both" else (kind,)
    generated: list[Kind] = [one for one in kinds if signing.given(settings, one) is None]
    lead = None if after is None else duration("--after", after, least=0)
    if generated:
        make_folder(settings.data)
    for one in generated:
        since = signing.rotate(settings, one, LONGEST_ACCESS, lead)
        print(f"A new {one} key is announced, and signs from {_instant(since)} on.")
    if generated and not settings.embedded:
        asyncio.run(_note(settings))
        print("Other machines need the key files by then: copy access.key, refresh.key and codes.key there.")
    for one in kinds:
        if one not in generated:
            print(_by_hand(settings, one))
    return 0 if generated else 1


@app.command
def drop(kid: str, /) -> None:
    """Forget a key that no longer signs, or that is lost. Whoever has a token of it has to sign in again.

    Parameters
    ----------
    kid
        Its name, as `recado keys list` shows it.
    """
    settings = load()
    make_folder(settings.data)
    found = next((one for one in signing.held(settings, int(time.time())) if one.key.kid == kid), None)
    if found is not None and found.signs:
        raise Conflict("This key signs: put another one in its place first, with `recado keys rotate`.")
    if found is not None and found.place not in keyfile.FILES.values():
        raise Conflict(f"This key comes from {found.place}: remove that setting, and restart.")
    if found is not None:
        keyfile.drop(settings, found.kind, lambda kept: signing.name_of(kept) == kid)
    known = False if settings.embedded else asyncio.run(_forget(settings, kid))
    if found is None and not known:
        raise NotFound(f"There is no key {kid}.")
    print(f"The key {kid} is dropped.")


async def _note(settings: Settings) -> None:
    async with database(settings) as (db, _):
        await db.write(_noted, settings)


async def _noted(tx: Tx, settings: Settings) -> None:
    keys.note(tx, signing.names(settings, int(time.time()), LONGEST_ACCESS))


async def _forget(settings: Settings, kid: str) -> bool:
    async with database(settings) as (db, _):
        return await db.write(keys.forget, kid)


def _does(one: Held, now: int) -> str:
    if one.signs:
        return "signs"
    if one.since > now:
        return f"verifies, signs from {_instant(one.since)} on"
    return "verifies" if one.until is None else f"verifies until {_instant(one.until)}"


def _by_hand(settings: Settings, kind: Kind) -> str:
    name, life = f"{kind.upper()}_SECRET", signing.life(settings, kind, LONGEST_ACCESS)
    return (
        f"The {kind} key comes from {name}, which only you can change. Nobody is signed out if you go in three steps, "
        f"each on every machine, with a restart: 1. the new secret as {name}_PREVIOUS; 2. the new one as {name}, the "
        f"present one as {name}_PREVIOUS; 3. {_span(life)} later, without {name}_PREVIOUS."
    )


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _span(seconds: int) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
