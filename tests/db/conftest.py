"""What the tests of the database room may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from recado.db import Database, open_database
from tests.db.things import make
from tests.servers import Postgres, postgres


@pytest.fixture
async def things(db: Database) -> Database:
    """A fresh database with the tables of `things`, once on each engine."""
    await db.write(make)
    return db


@pytest.fixture
async def neighbour(db_url: str, things: Database) -> AsyncIterator[Database]:
    """The same database, opened once more, as another process would."""
    database = await open_database(db_url)
    yield database
    await database.close()


@pytest.fixture
def postgres_url(postgres_server: Postgres, template: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    url = asyncio.run(postgres_server.new_database(template))
    yield url
    asyncio.run(postgres_server.drop_database(url))


@pytest.fixture
async def pg(postgres_url: str) -> AsyncIterator[Database]:
    """PostgreSQL with the tables of `things`, for what only it has."""
    database = await open_database(postgres_url)
    await database.write(make)
    yield database
    await database.close()


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    """A PostgreSQL server of one's own, to be killed and hung."""
    with postgres() as server:
        yield server
