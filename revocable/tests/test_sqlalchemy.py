"""SQLAlchemy as the host's SQL: the contract over an engine; sessions in the transaction of a connection or session."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from revocable import SessionEnded, Sessions, SessionStore, StoreUnavailable
from revocable.sql import SqlSessionStore
from revocable.sqlalchemy import SqlalchemyConnection, session_table
from revocable.testing import START, StoreContract, added, new_record
from tests.servers import free_port


@pytest.fixture(params=["aiosqlite", "asyncpg"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the table, as SQLAlchemy is told of it."""
    if request.param == "asyncpg":
        return request.getfixturevalue("postgres_url").replace("postgresql:", "postgresql+asyncpg:")
    metadata, file = MetaData(), tmp_path / "app.db"
    session_table(metadata)
    engine = create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    engine.dispose()
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine, sessions_of: Callable[..., Sessions]) -> Sessions:
    return sessions_of(SqlSessionStore(SqlalchemyConnection(engine)))


class TestOverAnEngine(StoreContract):
    """Each statement in a transaction of its own."""

    @pytest.fixture
    def store(self, engine: AsyncEngine) -> SessionStore:
        return SqlSessionStore(SqlalchemyConnection(engine))


@pytest.mark.parametrize("kind", ["connection", "session"])
@pytest.mark.parametrize("finish", ["rollback", "commit"])
async def test_a_session_is_opened_by_the_commit_of_the_host(
    engine: AsyncEngine, sessions: Sessions, user: str, kind: str, finish: str
):
    async with engine.connect() if kind == "connection" else AsyncSession(engine) as host:
        pair = await sessions.within(SqlalchemyConnection(host)).open(user)
        await getattr(host, finish)()
    assert len(await sessions.list(user)) == (finish == "commit")
    if finish == "commit":
        assert (await sessions.authenticate(pair.access_token)).sub == user
    else:
        with pytest.raises(SessionEnded):
            await sessions.authenticate(pair.access_token)


async def test_what_ends_in_a_transaction_ends_with_its_commit(engine: AsyncEngine, sessions: Sessions, user: str):
    kept, other = await sessions.open(user), await sessions.open(user)
    async with AsyncSession(engine) as host:
        assert list(await sessions.within(SqlalchemyConnection(host)).end_others(user, kept.session_id)) == [
            other.session_id
        ]
        await host.rollback()
    await sessions.authenticate(other.access_token)
    await sessions.settle()
    async with AsyncSession(engine) as host:
        await sessions.within(SqlalchemyConnection(host)).end_others(user, kept.session_id)
        await host.commit()
    await sessions.authenticate(kept.access_token)
    with pytest.raises(SessionEnded):
        await sessions.authenticate(other.access_token)


async def test_the_faults_of_a_statement_are_not_hidden(engine: AsyncEngine):
    store, record = SqlSessionStore(SqlalchemyConnection(engine)), new_record()
    await store.add(record)
    with pytest.raises(IntegrityError):
        await store.add(record)


async def test_a_server_that_is_away_is_no_refusal():
    engine = create_async_engine(f"postgresql+asyncpg://recado@127.0.0.1:{free_port()}/none")
    with pytest.raises(StoreUnavailable):
        await SqlSessionStore(SqlalchemyConnection(engine)).find("ana", "laptop", 0)
    await engine.dispose()


async def test_a_connection_that_the_server_ends_is_no_refusal(postgres_url: str):
    engine = create_async_engine(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))
    admin = await asyncpg.connect(postgres_url)
    async with engine.connect() as host:
        pid = (await host.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await admin.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(StoreUnavailable):
            await SqlSessionStore(SqlalchemyConnection(host)).find("ana", "laptop", 0)
        await host.invalidate()
    await admin.close()
    await engine.dispose()


async def test_a_pool_without_a_free_connection_is_no_refusal(tmp_path: Path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'app.db'}"
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    async with engine.connect():
        with pytest.raises(StoreUnavailable):
            await SqlSessionStore(SqlalchemyConnection(engine)).find("ana", "laptop", 0)
    await engine.dispose()


async def test_a_file_that_cannot_be_read_is_no_refusal(tmp_path: Path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreUnavailable):
        await SqlSessionStore(SqlalchemyConnection(engine)).find("ana", "laptop", 0)
    await engine.dispose()


async def test_the_table_is_the_one_of_the_schema(sqlite_connection: sqlite3.Connection):
    def shape(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
        columns = connection.execute("SELECT name, type, \"notnull\", pk FROM pragma_table_info('session')")
        indexes = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        return {*columns, *indexes}

    metadata = MetaData()
    table = session_table(metadata)
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert shape(raw) == shape(sqlite_connection)
    assert table.metadata is metadata
    engine.dispose()


async def test_a_store_in_a_transaction_sees_what_it_did(engine: AsyncEngine):
    async with engine.connect() as host:
        store = SqlSessionStore(SqlalchemyConnection(host))
        state = await added(store)
        assert await store.end(state.sub, state.sid, START)
        found = await store.current(state.sub, state.sid)
        assert found is not None
        assert found.revoked_at == START
        await host.rollback()
    assert await SqlSessionStore(SqlalchemyConnection(engine)).current(state.sub, state.sid) is None
