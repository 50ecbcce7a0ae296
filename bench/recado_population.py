"""Fills recado's stores by its own functions, and opens sessions there: `python -m bench.recado_population`.

Signing 1,000 users up over HTTP would cost 1,000 Argon2 hashes; here they share one, as in the default stack. Their
phones are verified, so each to-do that the bench creates writes its text message too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from functools import partial

from recado import keyfile, settings, signing
from recado.accounts import accounts, register, usernames
from recado.accounts.passwords import Passwords
from recado.cli.stores import database
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.todos import lists, search, todos
from revocable import Sessions
from revocable.sessions import microseconds
from revocable.sql import SqlSessionStore

_TOGETHER = 50
_WORDS = [
    "bread",
    "milk",
    "work",
    "word",
    "rent",
    "letter",
    "garden",
    "call",
    "visit",
    "book",
    "world",
    "paint",
    "lamp",
]
new_id = partial(uuid7, microseconds)


async def fill(db: Database, users: int, todos_each: int, password: str) -> None:
    """Store `users` people with ids from 1, who share one password hash, and `todos_each` to-dos of each."""
    passwords = Passwords(threads=1)
    shared_hash = await passwords.hash(password)
    passwords.close()
    for first in range(1, users + 1, _TOGETHER):
        await db.write(_store, range(first, first + _TOGETHER), shared_hash, todos_each)
    await search.catch_up(db)  # what a service that has been running has long done


async def _store(tx: Tx, numbers: range, password_hash: str, todos_each: int) -> None:
    now = microseconds()
    for number in numbers:
        name = usernames.parse(f"user{number}")
        user_id = await register.add(tx, name, password_hash, operator=False, locale="en", time_zone="UTC", now=now)
        author = await accounts.author(tx, number)
        if user_id != number or author is None:
            raise SystemExit(f"the user {name.shown} got the id {user_id}")
        await lists.open_personal(tx, number, now)
        for _ in range(todos_each):
            new = todos.NewTodo(f"bench {number}")
            await todos.create(tx, author, new, new_id=new_id, now=now)
        register.verify_phone(tx, number, f"+5511{900000000 + number}", now)


async def grow(db: Database, user_id: int, more: int) -> None:
    """Give one user so many more to-dos, with five words each."""
    for first in range(0, more, 500):
        await db.write(_store_some, user_id, range(first, min(first + 500, more)))
    await search.catch_up(db)


async def _store_some(tx: Tx, user_id: int, numbers: range) -> None:
    author = await accounts.author(tx, user_id)
    if author is None:
        raise SystemExit(f"there is no user {user_id}")
    for number in numbers:
        new = todos.NewTodo(f"bench {number} " + " ".join(_WORDS[number * step % len(_WORDS)] for step in (1, 7, 11)))
        await todos.create(tx, author, new, new_id=new_id, now=microseconds(), text=False)


async def sessions(db: Database, users: int, count: int) -> list[dict[str, object]]:
    """Open `count` sessions, the users in turn, with the keys that the service signs with."""
    tokens = signing.tokens(keyfile.with_keys(settings.load(os.environ, None)))
    opened = Sessions(SqlSessionStore(db), tokens, new_id=new_id)
    pairs = await asyncio.gather(*(opened.open(str(number % users + 1)) for number in range(count)))
    return [
        {"user_id": number % users + 1, "access": pair.access_token, "refresh": pair.refresh_token}
        for number, pair in enumerate(pairs)
    ]


async def main() -> None:
    """Do what the arguments say; sessions are written to standard output as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["fill", "grow", "sessions"])
    parser.add_argument("--users", type=int, required=True, help="how many; to grow, which one")
    parser.add_argument("--count", type=int, required=True, help="to-dos of each user, or sessions in all")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    async with database(settings.load(os.environ, None)) as (db, _):
        if options.task == "fill":
            await fill(db, options.users, options.count, options.password)
        elif options.task == "grow":
            await grow(db, options.users, options.count)
        else:
            json.dump(await sessions(db, options.users, options.count), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
