"""People for tests of the to-do room."""

from __future__ import annotations

import itertools
from functools import partial

from recado.accounts import accounts, register, usernames
from recado.accounts.accounts import Author
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.todos import lists
from revocable.sessions import microseconds

_numbers = itertools.count(1)
new_id = partial(uuid7, microseconds)


async def somebody(db: Database, name: str = "ana", time_zone: str = "UTC") -> Author:
    """Store somebody with a personal list."""
    return await db.write(_store, f"{name}.{next(_numbers)}", time_zone)


async def _store(tx: Tx, name: str, time_zone: str) -> Author:
    parsed = usernames.parse(name)
    user_id = await register.add(tx, parsed, "-", operator=False, locale="en", time_zone=time_zone, now=1)
    assert user_id is not None
    await lists.open_personal(tx, user_id, 1)
    author = await accounts.author(tx, user_id)
    assert author is not None
    return author
