"""What the limits are made of: allowances in SQL, turns, and the count of addresses in memory or in Redis."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits.aio.storage import RedisStorage

from recado.accounts import allowances
from recado.accounts.addresses import AddressCount, network_of
from recado.accounts.allowances import Rate
from recado.accounts.turns import Turns
from recado.db import Database, Tx
from recado.errors import TooMany, Unavailable
from tests.accounts.people import NOW, SECOND
from tests.servers import Redis, redis

RATE = Rate(3, 30)


async def allowed(db: Database, key: str, now: int) -> bool:
    try:
        await db.write(allowances.take, key, RATE, now, "slowly")
    except TooMany:
        return False
    return True


async def test_so_many_at_once_then_one_more_each_so_often(db: Database) -> None:
    assert [await allowed(db, "a", NOW) for _ in range(5)] == [True, True, True, False, False]
    assert not await allowed(db, "a", NOW + 10 * SECOND - 1)
    assert await allowed(db, "a", NOW + 10 * SECOND)
    assert not await allowed(db, "a", NOW + 10 * SECOND)
    assert await allowed(db, "b", NOW)


async def test_at_the_same_moment_nobody_gets_more_than_there_is(db: Database) -> None:
    for round_number in range(5):
        key = f"round {round_number}"
        assert sum(await asyncio.gather(*(allowed(db, key, NOW) for _ in range(30)))) == RATE.burst


async def test_a_refusal_says_when_to_come_back_and_costs_nothing(db: Database) -> None:
    for _ in range(3):
        await db.write(allowances.take, "a", RATE, NOW, "slowly")
    for later, wait in ((0, 10), (1, 9), (9, 1)):
        with pytest.raises(TooMany, match="slowly") as refused:
            await db.write(allowances.take, "a", RATE, NOW + later * SECOND + 1, "slowly")
        assert refused.value.retry_after == wait


async def test_what_is_given_back_can_be_taken_again(db: Database) -> None:
    async def undo(tx: Tx) -> None:
        allowances.give_back(tx, "a", RATE)

    for _ in range(20):
        assert await allowed(db, "a", NOW)
        await db.write(undo)


async def test_a_clock_that_goes_back_gives_nothing_away(db: Database) -> None:
    assert [await allowed(db, "a", NOW) for _ in range(3)] == [True] * 3
    assert not await allowed(db, "a", NOW - 3600 * SECOND)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 15 * SECOND), min_size=5, max_size=40))
async def test_no_stretch_of_time_has_more_than_burst_and_refill(db: Database, gaps: list[int]) -> None:
    key, now, granted = f"key {time.monotonic_ns()}", NOW, list[int]()
    for gap in gaps:
        now += gap
        if await allowed(db, key, now):
            granted.append(now)
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            assert last - first + 1 <= RATE.burst + (granted[last] - granted[first]) // RATE.interval
    assert all(a <= b for a, b in pairwise(granted))


async def test_a_few_go_on_and_the_rest_wait_in_order() -> None:
    turns, inside, most, order = Turns(2, 10), 0, 0, list[int]()

    async def visit(number: int) -> None:
        nonlocal inside, most
        async with turns.turn("a"):
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(visit(number) for number in range(12)))
    assert (most, order) == (2, list(range(12)))


async def test_too_many_are_sent_away_and_other_doors_are_free() -> None:
    turns = Turns(1, 1)
    async with turns.turn("a"):
        waiting = asyncio.create_task(turns.turn("a").__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await turns.turn("a").__aenter__()
        async with turns.turn("b"):
            pass
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), turns.turn("a"):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_an_address_belongs_to_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


async def used_up(count: AddressCount) -> bool:
    try:
        await count.take("192.0.2.7", "slowly")
    except TooMany as refused:
        return 1 <= refused.retry_after <= 60
    return False


async def test_addresses_are_counted_in_memory() -> None:
    count = AddressCount(3, 60)
    assert [await used_up(count) for _ in range(5)] == [False, False, False, True, True]
    await count.take("192.0.2.8", "slowly")
    assert not count.failing


async def test_what_is_given_back_to_an_address_can_be_used_again() -> None:
    count = AddressCount(3, 60)
    for _ in range(10):
        counter = await count.take("192.0.2.7", "slowly")
        await count.give_back(counter, "192.0.2.7")


def storage(server: Redis) -> RedisStorage:
    return RedisStorage(f"async+{server.url}", implementation="redispy", socket_timeout=1, socket_connect_timeout=1)


async def test_processes_that_share_redis_share_the_count(redis_server: Redis) -> None:
    amount = 4
    counts = [AddressCount(amount, 60, storage(redis_server)) for _ in range(2)]
    results = await asyncio.gather(*(used_up(counts[number % 2]) for number in range(20)), return_exceptions=True)
    assert results.count(False) == amount
    assert not counts[0].failing


async def test_without_redis_each_process_counts_for_itself_and_at_once() -> None:
    with redis() as server:
        count = AddressCount(3, 60, storage(server))
        assert not await used_up(count)
        server.kill9()
        began = time.monotonic()
        assert [await used_up(count) for _ in range(4)] == [False, False, False, True]
        assert time.monotonic() - began < 2
        assert count.failing
        server.start()
        assert not await used_up(count)
        assert not count.failing


async def test_a_redis_that_hangs_does_not_hold_anybody_up() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hung = RedisStorage(f"async+redis://127.0.0.1:{port}", implementation="redispy")
    count = AddressCount(3, 60, hung)
    began = time.monotonic()
    await count.take("192.0.2.7", "slowly")
    assert time.monotonic() - began < 1
    assert count.failing
    server.close()
