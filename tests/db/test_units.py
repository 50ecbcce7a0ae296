"""What every unit may rely on, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from recado.db import Database, Reader, Row, Tx
from recado.errors import Conflict, Unavailable
from tests.db.things import (
    ADD,
    OTHER_STEP,
    SET,
    STEP,
    Broken,
    add,
    add_asking,
    add_asking_then_raise,
    add_last,
    add_then_raise,
    ids,
    outcomes,
    raise_at_once,
    steps,
)

GOOD = [add, add_asking]
FAILING: list[tuple[Callable[..., Any], type[Exception]]] = [
    (add_then_raise, Broken),
    (add_asking_then_raise, Broken),
    (raise_at_once, Broken),
]


@pytest.mark.parametrize("unit", GOOD)
async def test_a_unit_returns_its_result_and_by_then_others_see_it(
    things: Database, neighbour: Database, unit: Callable[..., Any]
) -> None:
    assert await things.write(unit, 7) == 7
    assert await neighbour.one("SELECT id, owner, n FROM thing WHERE id = $1", 7) == (7, "ana", 0)


async def test_values_come_back_as_they_were_given(things: Database) -> None:
    for n, owner in enumerate(["", "João 🐈", "a'b\"c;--", "$1", "x" * 100_000]):
        await things.write(add, n, owner, None)
        assert await things.one("SELECT owner, n FROM thing WHERE id = $1", n) == (owner, None)
    await things.write(add, 2**63 - 1, "ana", -(2**63))
    assert await things.one("SELECT n FROM thing WHERE id = $1", 2**63 - 1) == (-(2**63),)


async def test_a_truth_value_is_one_or_zero(things: Database) -> None:
    await things.write(add, 1, "ana", True)
    assert await things.all("SELECT n FROM thing WHERE n = $1", True) == [(1,)]


@pytest.mark.parametrize("good", GOOD)
@pytest.mark.parametrize(("failing", "error"), FAILING)
async def test_a_unit_that_raises_fails_alone(
    things: Database, good: Callable[..., Any], failing: Callable[..., Any], error: type[Exception]
) -> None:
    given = await outcomes(things.write(failing if n % 5 == 2 else good, n) for n in range(20))
    for n, outcome in enumerate(given):
        assert isinstance(outcome, error) if n % 5 == 2 else outcome == n
    kept = [n for n in range(20) if n % 5 != 2]
    assert await ids(things) == kept
    assert await steps(things) == [(n, "added") for n in kept]


@pytest.mark.parametrize("unit", [*GOOD, add_last])
async def test_a_unit_that_breaks_a_constraint_fails_alone(things: Database, unit: Callable[..., Any]) -> None:
    await things.write(add, 100)
    given = await outcomes(things.write(unit, 100 if n in (3, 4, 11) else n) for n in range(16))
    assert [n for n, outcome in enumerate(given) if isinstance(outcome, Exception)] == [3, 4, 11]
    assert not any(isinstance(outcome, Unavailable) for outcome in given)
    kept = [n for n in range(16) if n not in (3, 4, 11)]
    assert await ids(things) == [*kept, 100]
    assert await steps(things) == [(n, "added") for n in [*kept, 100]]


@pytest.mark.parametrize("value", [2**63, "a\ud800b"], ids=["too big", "a lone surrogate"])
async def test_a_value_that_no_database_takes_fails_alone_and_is_no_outage(things: Database, value: Any) -> None:
    async def put(tx: Tx, n: int, odd: Any) -> None:
        if isinstance(odd, str):
            tx.put(ADD, n, odd, 0)
        else:
            tx.put(ADD, n, "ana", odd)

    given = await outcomes(things.write(put, n, value if n == 1 else 0) for n in range(4))
    assert [type(outcome) for outcome in (given[0], *given[2:])] == [type(None)] * 3
    assert isinstance(given[1], Exception)
    assert not isinstance(given[1], Unavailable)
    assert await ids(things) == [0, 2, 3]


async def test_a_wrong_statement_is_a_mistake_and_no_outage(things: Database) -> None:
    calls = [things.all("SELECT nothing FROM nowhere"), things.change("DELETE FROM nowhere"), things.one("SELEC 1")]
    for outcome in await outcomes(calls):
        assert isinstance(outcome, Exception)
        assert not isinstance(outcome, Unavailable)


async def test_a_unit_that_swallows_a_failed_statement_is_not_acknowledged(things: Database) -> None:
    async def swallow(tx: Tx) -> str:
        await add_asking(tx, 1)
        with suppress(Exception):
            await add_asking(tx, 1)
        with suppress(Exception):
            await add_asking(tx, 2)
        return "all is well"

    with pytest.raises(Exception, match=r"(?i)unique"):
        await things.write(swallow)
    assert await ids(things) == []
    assert await steps(things) == []


async def test_a_unit_may_say_in_its_own_words_why_a_statement_failed(things: Database) -> None:
    async def translate(tx: Tx) -> None:
        try:
            await add_asking(tx, 1)
        except Exception as error:
            raise Conflict("It is taken.") from error

    await things.write(translate)
    with pytest.raises(Conflict, match="taken"):
        await things.write(translate)


async def test_a_unit_with_an_except_for_everything_gets_its_answers(things: Database) -> None:
    async def careful(tx: Tx) -> list[Row]:
        try:
            return await tx.change(f"{ADD} RETURNING id", 1, "ana", 0)
        except BaseException:  # it is what is tested
            return []

    assert [row[0] for row in await things.write(careful)] == [1]


async def test_a_unit_that_awaits_while_it_tidies_up_runs_once(things: Database) -> None:
    async def tidy(tx: Tx, id_: int) -> None:
        try:
            await tx.change(ADD, id_, "ana", 0)
        finally:
            await tx.change(STEP, id_, "tidied")

    await things.write(tidy, 1)
    assert await steps(things) == [(1, "tidied")]
    with pytest.raises(Exception, match=r"(?i)unique"):
        await things.write(tidy, 1)
    assert await steps(things) == [(1, "tidied")]


async def test_a_unit_that_asks_first_and_puts_afterwards_is_whole(things: Database) -> None:
    async def count_up(tx: Tx) -> int:
        tx.put(ADD, 1, "ana", 41)
        row = await tx.one("SELECT n FROM thing WHERE id = $1", 1)
        assert row is not None
        tx.put(SET, 1, row[0] + 1)
        return (await tx.all("SELECT n FROM thing"))[0][0]

    assert await things.write(count_up) == 42


async def test_the_writes_of_a_unit_keep_their_order_beside_others(things: Database) -> None:
    async def seven(tx: Tx, id_: int) -> None:
        tx.put(ADD, id_, "ana", 7)
        tx.put(SET, id_, 1)

    async def none(tx: Tx, id_: int) -> None:
        tx.put(SET, id_, 1)
        tx.put(ADD, id_, "ana", 7)
        tx.put(OTHER_STEP, id_, "b")
        tx.put("DELETE FROM trace WHERE id = $1", id_)
        tx.put(OTHER_STEP, id_, "c")

    await asyncio.gather(*(things.write(none if id_ % 2 else seven, id_) for id_ in range(10)))
    rows = await things.all("SELECT id, n FROM thing ORDER BY id")
    assert [tuple(row) for row in rows] == [(id_, 7 if id_ % 2 else 1) for id_ in range(10)]
    assert await steps(things) == [(id_, "c") for id_ in range(1, 10, 2)]


@pytest.mark.parametrize("unit", GOOD)
async def test_callers_that_go_away_disturb_nobody(things: Database, unit: Callable[..., Any]) -> None:
    for wave in range(5):
        calls = [asyncio.ensure_future(things.write(unit, wave * 100 + n)) for n in range(20)]
        for _ in range(wave):
            await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        await outcomes(calls)
    stored = await ids(things)
    assert {wave * 100 + n for wave in range(5) for n in range(1, 20, 2)} <= set(stored)
    assert await steps(things) == [(id_, "added") for id_ in stored]
    assert await things.write(unit, 1000) == 1000


async def test_more_units_than_one_batch_holds_are_all_stored(things: Database) -> None:
    assert await asyncio.gather(*(things.write(add, n) for n in range(1200))) == list(range(1200))
    assert await ids(things) == list(range(1200))


async def test_a_snapshot_stays_as_it_is_while_others_write(things: Database, neighbour: Database) -> None:
    await things.write(add, 1)

    async def twice(reader: Reader) -> tuple[int, int]:
        first = await reader.all("SELECT id FROM thing")
        return len(first), len(await reader.all("SELECT id FROM thing"))

    writing = asyncio.gather(*(neighbour.write(add, n) for n in range(2, 40)))
    for _ in range(20):
        first, second = await things.read(twice)
        assert first == second
    await writing
    assert await things.read(twice) == (39, 39)


async def test_a_reader_that_raises_leaves_no_snapshot_behind(things: Database, neighbour: Database) -> None:
    async def look_and_raise(reader: Reader) -> None:
        await reader.all("SELECT id FROM thing")
        raise Broken

    with pytest.raises(Broken):
        await things.read(look_and_raise)
    await neighbour.write(add, 1)
    assert await ids(things) == [1]


async def test_a_reader_cannot_write(things: Database) -> None:
    with pytest.raises(Unavailable):
        await things.read(lambda reader: reader.all(f"{ADD} RETURNING id", 1, "ana", 0))
    assert await ids(things) == []


async def test_closing_finishes_what_was_accepted(things: Database, neighbour: Database) -> None:
    calls = [asyncio.ensure_future(neighbour.write(unit, n)) for n, unit in enumerate(GOOD * 40)]
    calls += [asyncio.ensure_future(neighbour.change(ADD, 100 + n, "ana", 0)) for n in range(10)]
    await asyncio.sleep(0)
    await neighbour.close()
    assert [outcome for outcome in await outcomes(calls) if isinstance(outcome, Exception)] == []
    assert len(await ids(things)) == 90


async def test_a_closing_that_is_given_up_breaks_nothing_off(things: Database, neighbour: Database) -> None:
    calls = [asyncio.ensure_future(neighbour.write(add, n)) for n in range(10)]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(neighbour.close())
    await asyncio.sleep(0)
    closing.cancel()
    assert await outcomes(calls) == list(range(10))
    assert await ids(things) == list(range(10))


async def test_a_closed_database_is_unavailable_and_may_be_closed_again(neighbour: Database) -> None:
    await neighbour.close()
    calls = [neighbour.write(add, 1), neighbour.write(add_asking, 1), neighbour.change(ADD, 1, "ana", 0)]
    calls += [
        neighbour.all("SELECT 1"),
        neighbour.one("SELECT $1", 1),
        neighbour.read(lambda reader: reader.all("SELECT 1")),
    ]
    assert [type(outcome) for outcome in await outcomes(calls)] == [Unavailable] * 6
    await neighbour.close()
