"""One key, one execution, one answer, for 24 hours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from recado.db import Database, Tx, idempotency, open_database
from recado.db.idempotency import KEPT, Key
from recado.errors import Conflict, Invalid
from tests.db.things import STEP, Broken, outcomes, steps

NOW = 1_800_000_000_000_000
KEY = Key(1, "a-key", "POST /todo 1234")


def answering(answer: str, number: int = 1) -> Callable[[Tx], Awaitable[str]]:
    """A feature that leaves a trace and answers."""

    async def feature(tx: Tx) -> str:
        tx.put(STEP, number, answer)
        return answer

    return feature


async def failing(tx: Tx) -> str:
    tx.put(STEP, 1, "failed")
    raise Broken


async def test_the_same_request_again_gets_the_stored_answer_and_is_not_executed(things: Database) -> None:
    assert await idempotency.once(things, KEY, NOW, answering("first")) == "first"
    assert await idempotency.once(things, KEY, NOW + 1, answering("second")) == "first"
    assert await steps(things) == [(1, "first")]


async def test_another_request_under_the_key_is_refused_and_not_executed(things: Database) -> None:
    await idempotency.once(things, KEY, NOW, answering("first"))
    with pytest.raises((Invalid, Conflict), match="another request"):
        await idempotency.once(things, Key(1, "a-key", "POST /todo 9999"), NOW, answering("second"))
    assert await steps(things) == [(1, "first")]


async def test_keys_of_two_users_have_nothing_to_do_with_each_other(things: Database) -> None:
    await idempotency.once(things, KEY, NOW, answering("first"))
    assert await idempotency.once(things, Key(2, "a-key", "POST /todo 1"), NOW, answering("second")) == "second"


@pytest.fixture
async def pair(things: Database, neighbour: Database) -> list[Database]:
    """The database as two processes have it."""
    return [things, neighbour]


async def test_many_uses_at_once_are_one_execution_with_one_answer(pair: list[Database]) -> None:
    calls = [idempotency.once(pair[n % 2], KEY, NOW, answering(f"answer {n}")) for n in range(16)]
    answers = set(await asyncio.gather(*calls))
    assert len(answers) == 1
    assert [answer for _, answer in await steps(pair[0])] == list(answers)


async def test_after_a_failure_the_key_is_free(things: Database) -> None:
    with pytest.raises(Broken):
        await idempotency.once(things, KEY, NOW, failing)
    other = Key(1, "a-key", "POST /todo other")
    assert await idempotency.once(things, other, NOW, answering("second")) == "second"
    assert await steps(things) == [(1, "second")]


async def test_of_many_uses_at_once_of_which_some_fail_one_is_executed(pair: list[Database]) -> None:
    def feature(number: int) -> Callable[[Tx], Awaitable[str]]:
        async def run(tx: Tx) -> str:
            tx.put(STEP, 1, "done")
            await tx.one("SELECT 1")
            if number < 3:
                raise Broken
            return "done"

        return run

    given = await outcomes(idempotency.once(pair[n % 2], KEY, NOW, feature(n)) for n in range(10))
    assert given[3:] == ["done"] * 7
    assert all(outcome == "done" or isinstance(outcome, Broken) for outcome in given[:3])
    assert await steps(pair[0]) == [(1, "done")]


async def test_after_24_hours_the_key_may_stand_for_another_request(things: Database) -> None:
    await idempotency.once(things, KEY, NOW, answering("first"))
    other = Key(1, "a-key", "POST /todo other")
    with pytest.raises((Invalid, Conflict)):
        await idempotency.once(things, other, NOW + KEPT - 1, answering("early"))
    assert await idempotency.once(things, other, NOW + KEPT, answering("later")) == "later"
    assert await idempotency.once(things, other, NOW + KEPT + 1, answering("again")) == "later"
    assert await steps(things) == [(1, "first"), (1, "later")]


async def test_old_keys_are_forgotten_and_those_of_an_erased_user(things: Database) -> None:
    await idempotency.once(things, KEY, NOW, answering("old"))
    await idempotency.once(things, Key(1, "b-key", "x"), NOW + 5, answering("new"))
    await idempotency.once(things, Key(2, "a-key", "x"), NOW + 5, answering("of another"))
    await idempotency.purge(things, NOW + KEPT)
    assert await things.all("SELECT user_id, key FROM idempotency ORDER BY 1") == [(1, "b-key"), (2, "a-key")]

    async def erase(tx: Tx) -> None:
        await idempotency.erase(tx, 1)

    await things.write(erase)
    assert await things.all("SELECT user_id FROM idempotency") == [(2,)]


async def test_an_answer_survives_the_process(things: Database, url: str) -> None:
    db = await open_database(url)
    await idempotency.once(db, KEY, NOW, answering('{"title": "Olá 🐈"}'))
    await db.close()
    assert await idempotency.once(things, KEY, NOW, failing) == '{"title": "Olá 🐈"}'
