"""Fills the default stack's stores and opens sessions there: `python -m bench.default_stack.population`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

from redis.asyncio import Redis
from sqlalchemy import insert

from bench.default_stack.app import hasher
from bench.default_stack.tables import Table, Todo, User, engine
from bench.default_stack.tokens import issue


async def fill(users: int, todos: int, password: str) -> None:
    """Create the tables, `users` people with ids from 1 who share one password hash, and `todos` to-dos of each."""
    shared_hash = hasher.hash(password)
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
        people = [{"username": f"user{i}", "password_hash": shared_hash} for i in range(1, users + 1)]
        await connection.execute(insert(User), people)
        rows = [{"user_id": i, "title": f"bench {i}"} for i in range(1, users + 1) for _ in range(todos)]
        await connection.execute(insert(Todo), rows)


async def sessions(users: int, count: int) -> list[dict[str, object]]:
    """Open `count` sessions, spread over the users."""
    redis = Redis.from_url(os.environ["REDIS_URL"])
    opened: list[dict[str, object]] = []
    for number in range(count):
        user_id = number % users + 1
        pair = await issue(redis, user_id)
        opened.append({"user_id": user_id, "access": pair.access_token, "refresh": pair.refresh_token})
    await redis.aclose()
    return opened


async def main() -> None:
    """Do what the arguments say; sessions are written to standard output as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["fill", "sessions"])
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--count", type=int, required=True, help="to-dos of each user, or sessions in all")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    if options.task == "fill":
        await fill(options.users, options.count, options.password)
    else:
        json.dump(await sessions(options.users, options.count), sys.stdout)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
