"""What the tests of the database room may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from recado.db import Database, migrate, open_database
from tests.db.things import make
from tests.servers import Postgres, postgres


@pytest.fixture(scope="module")
def postgres_database(postgres_server: Postgres, template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database: one a module, since making one takes half a second."""
    url = asyncio.run(postgres_server.new_database(template))
    yield url
    asyncio.run(postgres_server.drop_database(url))


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """The same, tidied up after each test."""
    yield postgres_database
    asyncio.run(_tidy(postgres_database))


async def _tidy(url: str) -> None:
    db = await open_database(url)
    for sql in ("DROP TABLE IF EXISTS thing, trace, odd", "DELETE FROM idempotency"):
        await db.write(lambda tx, sql=sql: tx.change(sql))
    await db.close()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database, once on each engine."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    url = f"sqlite:///{tmp_path}/recado.db"
    asyncio.run(_migrate(url))
    return url


async def _migrate(url: str) -> None:
    db = await open_database(url)
    await migrate(db)
    await db.close()


@pytest.fixture
async def things(url: str) -> AsyncIterator[Database]:
    """A database with the tables of `things`, once on each engine."""
    db = await open_database(url)
    await db.write(make)
    yield db
    await db.close()


@pytest.fixture
async def neighbour(url: str, things: Database) -> AsyncIterator[Database]:
    """The same database, opened once more, as another process would."""
    db = await open_database(url)
    yield db
    await db.close()


@pytest.fixture
async def pg(postgres_url: str) -> AsyncIterator[Database]:
    """PostgreSQL with the tables of `things`, for what only it has."""
    db = await open_database(postgres_url)
    await db.write(make)
    yield db
    await db.close()


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    """A PostgreSQL server of one's own, to be killed and hung."""
    with postgres() as server:
        yield server
