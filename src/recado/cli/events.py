"""`recado events`: what happened to people's accounts, newest first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from recado.accounts import accounts, audit
from recado.cli.stores import database
from recado.settings import load


def events(*, kind: str = "", limit: int = 50) -> None:
    """List security events of everybody, newest first: sign-ins and failures, ended sessions, new passwords.

    Parameters
    ----------
    kind
        Only those, such as login_failed or reuse.
    limit
        How many at most.
    """

    async def read() -> tuple[list[audit.Event], dict[int, str]]:
        async with database(load()) as (db, _):
            found = await audit.of_everybody(db, max(1, limit), kind=kind)
            return found, await accounts.names(db, [one.user_id for one in found])

    found, names = asyncio.run(read())
    print(f"{'when (UTC)':<19}  {'kind':<16}  {'who':<20}  {'address':<15}  session, detail")
    for one in found:
        when = f"{datetime.fromtimestamp(one.at / 1_000_000, UTC):%Y-%m-%d %H:%M:%S}"
        who = names.get(one.user_id, "nobody")
        print(f"{when}  {one.kind:<16}  {who:<20}  {one.address:<15}  {one.session_id} {one.detail}".rstrip())
