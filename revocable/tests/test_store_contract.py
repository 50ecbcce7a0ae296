"""Every store this library ships keeps the contract it ships; and sessions join a transaction of the host's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from revocable import SessionEnded, Sessions, SessionStore, StoreUnavailable
from revocable.redis import IndexedSessionStore, open_index
from revocable.sql import AsyncpgConnection, SqliteConnection, SqlSessionStore
from revocable.testing import StoreContract, added
from tests.servers import free_port


@pytest.fixture(scope="module")
def nodes(run_redis: Callable) -> str:
    """Two nodes of one cluster, comma-separated."""
    bus = [free_port(), free_port()]
    nodes = [run_redis("--cluster-enabled", "yes", "--cluster-port", str(port)) for port in bus]
    nodes[0].cli("CLUSTER", "ADDSLOTSRANGE", "0", "8000")
    nodes[1].cli("CLUSTER", "ADDSLOTSRANGE", "8001", "16383")
    nodes[0].cli("CLUSTER", "MEET", "127.0.0.1", str(nodes[1].port), str(bus[1]))
    for node in nodes:
        for _ in range(500):
            if "cluster_state:ok" in (info := node.cli("CLUSTER", "INFO")) and "known_nodes:2" in info:
                break
    return ",".join(node.address for node in nodes)


class TestEachStore(StoreContract):
    """Over the fixture `store`: SQLite, PostgreSQL, and the index over each."""


class TestIndexInACluster(StoreContract):
    """The index over SQLite, in two Redis nodes that share the slots."""

    @pytest.fixture
    async def store(self, nodes: str, sqlite_truth: SqlSessionStore) -> AsyncIterator[IndexedSessionStore]:
        index = open_index(nodes, sqlite_truth, 900, 5.0)
        for _ in range(100):  # the nodes need a moment to tell each other who has which slot
            if await index.probe() is None:
                break
            await asyncio.sleep(0.1)
        yield index
        assert index.trouble is None
        await index.aclose()

    async def test_it_answers_from_the_cluster(self, store: IndexedSessionStore, sqlite_connection: sqlite3.Connection):
        states = [await added(store) for _ in range(20)]
        for state in states:
            await store.find(state.sub, state.sid, 0)
        await store.settle()
        sqlite_connection.execute("DROP TABLE session")
        for state in states:
            assert await store.find(state.sub, state.sid, 0) == state


async def test_what_ends_in_a_sqlite_transaction_ends_with_its_commit(
    index_over_sqlite: IndexedSessionStore, sqlite_connection: sqlite3.Connection, sessions_of: Callable, user: str
):
    sessions: Sessions = sessions_of(index_over_sqlite)
    kept, other = await sessions.open(user), await sessions.open(user)
    for finish in ("ROLLBACK", "COMMIT"):
        await sessions.authenticate(other.access_token)
        sqlite_connection.execute("BEGIN")
        ended = await sessions.within(SqliteConnection(sqlite_connection)).end_others(user, kept.session_id)
        sqlite_connection.execute(finish)
        assert list(ended) == [other.session_id]
    await sessions.announce(user, ended)
    await sessions.authenticate(kept.access_token)
    with pytest.raises(SessionEnded):
        await sessions.authenticate(other.access_token)


async def test_what_ends_in_a_postgres_transaction_ends_with_its_commit(
    index_over_postgres: IndexedSessionStore, pool: asyncpg.Pool, sessions_of: Callable, user: str
):
    sessions: Sessions = sessions_of(index_over_postgres)
    kept, other = await sessions.open(user), await sessions.open(user)
    for finish in ("rollback", "commit"):
        await sessions.authenticate(other.access_token)
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            ended = await sessions.within(AsyncpgConnection(connection)).end_others(user, kept.session_id)
            await sessions.authenticate(other.access_token)
            await getattr(transaction, finish)()
        assert list(ended) == [other.session_id]
    await sessions.announce(user, ended)
    await sessions.authenticate(kept.access_token)
    with pytest.raises(SessionEnded):
        await sessions.authenticate(other.access_token)


async def test_a_session_opened_in_a_transaction_is_there_after_its_commit(
    index_over_postgres: IndexedSessionStore, pool: asyncpg.Pool, sessions_of: Callable, user: str
):
    sessions: Sessions = sessions_of(index_over_postgres)
    async with pool.acquire() as connection, connection.transaction():
        pair = await sessions.within(AsyncpgConnection(connection)).open(user)
        with pytest.raises(SessionEnded):
            await sessions.authenticate(pair.access_token)
    assert (await sessions.authenticate(pair.access_token)).sid == pair.session_id


async def test_a_database_that_is_away_is_no_refusal(pool: asyncpg.Pool, postgres_truth: SqlSessionStore):
    await pool.close()
    await _is_unavailable(postgres_truth)


async def test_a_file_that_cannot_be_read_is_no_refusal(
    sqlite_connection: sqlite3.Connection, index_over_sqlite: IndexedSessionStore
):
    sqlite_connection.execute("DROP TABLE session")
    await _is_unavailable(index_over_sqlite)


async def _is_unavailable(store: SessionStore) -> None:
    with pytest.raises(StoreUnavailable):
        await store.find("ana", "laptop", 0)
    with pytest.raises(StoreUnavailable):
        await store.end("ana", "laptop", 0)
    with pytest.raises(StoreUnavailable):
        await store.rotate("ana", "laptop", 0, kid="", now=0, idle_until=0)
