"""What only PostgreSQL has: shared commits between transactions, deadlocks, a pool that runs out."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from recado.db import Database, Tx, open_database
from recado.db.batching import Queue
from recado.errors import Unavailable
from tests.db.things import (
    ADD,
    SET,
    Broken,
    add,
    add_asking,
    add_asking_then_raise,
    add_then_raise,
    ids,
    outcomes,
    until,
)


@pytest.fixture
async def other(pg: Database, postgres_url: str) -> AsyncIterator[Any]:
    """A connection of somebody else's, who never is the one that gives way."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("SET deadlock_timeout = '20s'")
    yield connection
    await connection.close()


async def transactions(db: Database) -> list[int]:
    """How many transactions wrote the rows."""
    return [row[0] for row in await db.all("SELECT COUNT(*) FROM thing GROUP BY CAST(xmin AS TEXT) ORDER BY 1")]


async def test_units_that_only_put_share_a_transaction(pg: Database) -> None:
    await asyncio.gather(*(pg.write(add, n) for n in range(100)))
    assert await transactions(pg) == [100]


async def test_units_that_ask_have_a_transaction_of_their_own(pg: Database) -> None:
    await asyncio.gather(*(pg.write(add_asking, n) for n in range(20)))
    assert await transactions(pg) == [1] * 20


async def test_single_changes_share_a_transaction(pg: Database) -> None:
    await asyncio.gather(*(pg.change(ADD, n, "ana", 0) for n in range(50)))
    assert await transactions(pg) == [50]


async def test_a_transaction_is_read_committed_whatever_the_server_prefers(
    pg: Database, postgres_url: str, other: Any
) -> None:
    name = postgres_url.rpartition("/")[2]
    await other.execute(f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable')
    db = await open_database(postgres_url)
    assert await db.write(lambda tx: tx.one("SHOW transaction_isolation")) == ("read committed",)
    await db.close()
    await other.execute(f'ALTER DATABASE "{name}" RESET default_transaction_isolation')


async def test_a_statement_text_leaves_nothing_behind(pg: Database) -> None:
    def queues() -> int:
        gc.collect()
        return sum(isinstance(thing, Queue) for thing in gc.get_objects())

    before = queues()
    await asyncio.gather(*(pg.all(f"SELECT {n} + $1", 1) for n in range(50)))
    await asyncio.gather(*(pg.change(f"UPDATE thing SET n = {n} WHERE id = $1", 1) for n in range(50)))
    assert queues() == before


async def put_two(tx: Tx, first: int, second: int) -> None:
    tx.put(SET, first, 1)
    tx.put(SET, second, 1)


async def change_two(tx: Tx, first: int, second: int) -> None:
    await tx.change(SET, first, 1)
    await tx.change(SET, second, 1)


@pytest.mark.parametrize("unit", [put_two, change_two])
async def test_a_unit_that_meets_a_deadlock_is_run_again(pg: Database, other: Any, unit: Any) -> None:
    await asyncio.gather(*(pg.write(add, n) for n in (1, 2)))
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE thing SET n = 5 WHERE id = 2")
    ours = asyncio.ensure_future(pg.write(unit, 1, 2))
    await until(lambda: pg.one("SELECT 1 FROM pg_locks WHERE NOT granted"))
    await other.execute("UPDATE thing SET n = 5 WHERE id = 1")  # waits for us: a ring, and we are who gives way
    await transaction.commit()
    await ours
    assert await pg.all("SELECT n FROM thing ORDER BY id") == [(1,), (1,)]


async def test_changes_of_two_processes_in_opposite_orders_all_succeed(pg: Database, postgres_url: str) -> None:
    await asyncio.gather(*(pg.write(add, n) for n in range(40)))
    neighbour = await open_database(postgres_url)
    up = "UPDATE thing SET n = n + 1 WHERE id = $1 RETURNING n"
    ours = [pg.change(up, n) for n in range(40)]
    theirs = [neighbour.change(up, n) for n in range(39, -1, -1)]
    assert [outcome for outcome in await outcomes([*ours, *theirs]) if isinstance(outcome, Exception)] == []
    assert await pg.all("SELECT DISTINCT n FROM thing") == [(2,)]
    await neighbour.close()


async def test_a_row_that_somebody_holds_is_unavailable_and_the_others_are_not(pg: Database, postgres_url: str) -> None:
    await asyncio.gather(*(pg.write(add, n) for n in (1, 2)))
    hasty = await open_database(postgres_url, patience=1.0)
    released = asyncio.Event()

    async def hold(tx: Tx) -> None:
        await tx.change(SET, 1, 9)
        await released.wait()

    holding = asyncio.ensure_future(pg.write(hold))
    await until(lambda: pg.one("SELECT 1 FROM pg_locks WHERE mode = 'RowExclusiveLock'"))
    first, second = await outcomes([hasty.write(change_two, 1, 2), hasty.write(change_two, 2, 2)])
    assert isinstance(first, Unavailable)
    assert second is None
    released.set()
    await holding
    await hasty.write(change_two, 1, 2)
    await hasty.close()


async def test_a_pool_that_runs_out_is_unavailable_and_recovers(pg: Database, postgres_url: str) -> None:
    db = await open_database(postgres_url, connections=1, patience=1.0)

    async def dawdle(tx: Tx, id_: int) -> None:
        await tx.change(ADD, id_, "ana", 0)
        for _ in range(3):
            await tx.one("SELECT pg_sleep(0.3)")

    given = await outcomes([db.write(dawdle, 1), db.write(dawdle, 2), db.write(dawdle, 3)])
    assert sorted(type(outcome) for outcome in given if outcome) == [Unavailable]
    await db.write(add, 9)
    assert 9 in await ids(pg)
    await db.close()


async def test_closing_lets_those_finish_who_wait_for_a_connection(pg: Database, postgres_url: str) -> None:
    db = await open_database(postgres_url, connections=1)

    async def dawdle(tx: Tx, id_: int) -> None:
        await tx.change(ADD, id_, "ana", 0)
        await tx.one("SELECT pg_sleep(0.05)")

    calls = [asyncio.ensure_future(db.write(dawdle, n)) for n in range(5)]
    await asyncio.sleep(0)
    await db.close()
    assert await ids(pg) == list(range(5))
    assert await outcomes(calls) == [None] * 5
    assert await pg.one("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()") == (1,)


async def connection_of(db: Database) -> int:
    """Which connection a database with one uses now."""
    row = await db.one("SELECT pg_backend_pid()")
    assert row is not None
    return row[0]


@pytest.fixture
async def single(pg: Database, postgres_url: str) -> AsyncIterator[Database]:
    """The same database over one connection only, with little patience."""
    db = await open_database(postgres_url, connections=1, patience=1.0)
    yield db
    await db.close()


async def test_a_unit_that_fails_costs_no_connection(single: Database) -> None:
    before = await connection_of(single)
    for unit in (add_asking_then_raise, add_then_raise):
        with pytest.raises(Broken):
            await single.write(unit, 1)
    await outcomes([single.write(add_asking, 2), single.write(add_asking, 2), single.all("SELEC")])
    assert await connection_of(single) == before
    assert await ids(single) == [2]


async def test_a_unit_may_take_no_longer_than_the_patience(single: Database) -> None:
    async def dawdle(tx: Tx) -> None:
        for n in range(20):
            await tx.change(ADD, n, "ana", 0)
            await tx.one("SELECT pg_sleep(0.2)")

    assert [type(outcome) for outcome in await outcomes([asyncio.wait_for(single.write(dawdle), 1.6)])] == [Unavailable]
    assert await ids(single) == []


async def test_a_caller_that_goes_away_twice_leaves_no_open_transaction_behind(single: Database) -> None:
    async def linger(tx: Tx, id_: int) -> None:
        await tx.change(ADD, id_, "ana", 0)
        await tx.one("SELECT pg_sleep(0.5)")

    for wave in range(4):
        call = asyncio.ensure_future(single.write(linger, wave))
        await asyncio.sleep(0.05)
        for _ in range(3):
            call.cancel()
            for _ in range(wave + 1):
                await asyncio.sleep(0)
        await outcomes([call])
        await single.write(add_asking, 100 + wave)
    assert await ids(single) == [100, 101, 102, 103]


async def test_connections_that_the_server_ended_are_replaced_unnoticed(single: Database, other: Any) -> None:
    for _ in range(3):
        await other.execute("SELECT pg_terminate_backend($1)", await connection_of(single))
        await asyncio.sleep(0.1)
        await single.write(add_asking, await connection_of(single))


async def test_a_server_that_takes_no_writes_any_more_is_left(single: Database) -> None:
    """After a failover the old one may go on as a standby; the address then leads to another."""
    await single.write(lambda tx: tx.one("SET SESSION default_transaction_read_only = on"))
    with pytest.raises(Unavailable):
        await single.write(add, 1)
    await single.write(add, 1)


async def test_callers_that_go_away_give_their_connections_back(pg: Database, postgres_url: str) -> None:
    db = await open_database(postgres_url, connections=2)
    for wave in range(6):
        calls = [asyncio.ensure_future(db.write(add_asking, wave * 10 + n)) for n in range(6)]
        await asyncio.sleep(wave * 0.0005)
        for call in calls:
            call.cancel()
        await outcomes(calls)
    await asyncio.gather(*(db.write(add_asking, 1000 + n) for n in range(4)))
    await db.close()


async def test_a_database_that_is_not_there_is_unavailable(postgres_url: str) -> None:
    with pytest.raises(Unavailable):
        await open_database(postgres_url + "_not_there")


async def test_a_wrong_address_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="sqlite:///"):
        await open_database("mysql://localhost/recado")
