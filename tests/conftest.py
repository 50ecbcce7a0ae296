"""What every test may ask for: a database on each engine, and the running service in each set-up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from recado.db import Database, migrate, open_database
from tests.running import Service
from tests.servers import Postgres, Redis, postgres, redis

SECRETS = {
    "ACCESS_SECRET": "rX3bq0mVt5yJw8Lk2ZcNf7Hd1sPa9GuE-access",
    "REFRESH_SECRET": "Qe6vTn4oKj2Bx9Wm5LrYz8Cs3Fd7HgUa-refresh",
}


CLIENT = ("billing", "9f2c4e6a8b0d1f3e5a7c9b1d3f5e7a90-billing")
CLIENTS = {"RECADO_CLIENTS": ":".join(CLIENT)}
"""A service that may ask about tokens."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server, started for the first test that needs one."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis server with a password."""
    with redis("a-password-of-the-tests") as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres_server: Postgres) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""

    async def prepare() -> None:
        await postgres_server.execute("CREATE DATABASE recado_template")
        await _migrated(postgres_server.url("recado_template"))

    asyncio.run(prepare())
    return "recado_template"


async def _migrated(url: str) -> None:
    db = await open_database(url)
    try:
        await migrate(db)
    finally:
        await db.close()


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh, migrated database, once on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db')}/recado.db"
        asyncio.run(_migrated(url))
        yield url
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database(request.getfixturevalue("template")))
        yield url
        asyncio.run(server.drop_database(url))


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated, open database, once on each engine."""
    database = await open_database(db_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The default: one process, one SQLite file, generated keys."""
    yield from _running(Service(tmp_path_factory.mktemp("embedded"), CLIENTS))


@pytest.fixture(scope="session")
def scaled(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, redis_server: Redis
) -> Iterator[Service]:
    """The grown-up one: two server processes over PostgreSQL and Redis."""
    database = asyncio.run(postgres_server.new_database())
    settings = {"DATABASE_URL": database, "REDIS_DSN": redis_server.url, "RECADO_WORKERS": "2", **SECRETS, **CLIENTS}
    yield from _running(Service(tmp_path_factory.mktemp("scaled"), settings))


def _running(service: Service) -> Iterator[Service]:
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(params=["embedded", "scaled"])
def service(request: pytest.FixtureRequest) -> Service:
    """The running service, once in each set-up; one for the whole session, so make your own users."""
    return request.getfixturevalue(request.param)
