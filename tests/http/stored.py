"""Looks into the database of a running service, for what an answer cannot show."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from recado.db import Database, open_database
from recado.db.migrate import migrations
from tests.running import Service


@asynccontextmanager
async def database(service: Service) -> AsyncIterator[Database]:
    """The service's database, opened beside it."""
    url = service.settings.get("DATABASE_URL") or f"sqlite:///{service.folder}/data/recado.db"
    db = await open_database(url)
    try:
        yield db
    finally:
        await db.close()


async def rows(service: Service, sql: str, *args: Any) -> list[tuple[Any, ...]]:
    """Return what a SELECT finds."""
    async with database(service) as db:
        return [tuple(row) for row in await db.all(sql, *args)]


async def change(service: Service, sql: str, *args: Any) -> None:
    """Change rows behind the service's back, as time would."""
    async with database(service) as db:
        await db.change(sql, *args)


async def dump(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, as a thief of the database would have them."""
    async with database(service) as db:
        tables = _tables(db.engine)
        return {table: [tuple(row) for row in await db.all(f"SELECT * FROM {table}")] for table in tables}


async def events(service: Service, user_id: int) -> list[str]:
    """Return the kinds of a user's security events, oldest first."""
    found = await rows(service, "SELECT kind FROM security_event WHERE user_id = $1 ORDER BY id", user_id)
    return [kind for (kind,) in found]


def where(tables: dict[str, list[tuple[Any, ...]]], text: str) -> set[str]:
    """Return the tables in which a text stands anywhere."""
    return {name for name, found in tables.items() if any(text in str(value) for row in found for value in row)}


def _tables(engine: str) -> set[str]:
    scripts = [";\n".join(step.statements) for step in migrations(engine)]
    made = re.findall(r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)", "\n".join(scripts))
    return set(made) - set(re.findall(r"ALTER TABLE (\w+) RENAME TO", "\n".join(scripts)))
