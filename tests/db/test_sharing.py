"""Single reads and single writes: many callers may share one round trip, and none may notice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from recado.db import Database
from recado.errors import Unavailable
from tests.db.things import ADD, SET, STEP, ids, outcomes, steps

OWNERS = "SELECT owner, id FROM thing WHERE id >= $1 AND owner <> $2 ORDER BY id DESC LIMIT $3"
ROTATE = "UPDATE thing SET n = n + 1 WHERE id = $1 AND n = $2 RETURNING n, owner"


async def fill(db: Database, count: int) -> None:
    await asyncio.gather(*(db.change(ADD, n, "anarui"[n % 2 * 3 :][:3], n) for n in range(count)))


async def test_each_reader_gets_its_own_rows_in_their_order(things: Database) -> None:
    await fill(things, 30)
    asked = [(n, ("ana", "rui", "eva")[n % 3], n % 5) for n in range(40)] * 2
    given = await asyncio.gather(*(things.all(OWNERS, *args) for args in asked))
    for (start, owner, limit), rows in zip(asked, given, strict=True):
        expected = [("anarui"[n % 2 * 3 :][:3], n) for n in range(29, start - 1, -1)]
        assert [tuple(row) for row in rows] == [row for row in expected if row[0] != owner][:limit]


async def test_reading_one_gives_the_first_row_or_none(things: Database) -> None:
    await fill(things, 3)
    given = await asyncio.gather(*(things.one("SELECT id FROM thing WHERE id = $1", n) for n in range(5)))
    assert [row and row[0] for row in given] == [0, 1, 2, None, None]


async def test_null_among_the_arguments_is_an_argument_like_others(things: Database) -> None:
    await fill(things, 4)
    await things.change(ADD, 9, "eva", None)
    sql = "SELECT id FROM thing WHERE COALESCE(n, -1) = COALESCE(CAST($1 AS BIGINT), -1)"
    given = await asyncio.gather(*(things.all(sql, n) for n in (1, None, 3, None)))
    assert [[row[0] for row in rows] for rows in given] == [[1], [9], [3], [9]]


async def test_columns_of_one_name_and_repeated_or_skipped_arguments_are_no_matter(things: Database) -> None:
    await fill(things, 4)
    sql = "SELECT a.id, b.id, $2, $2 FROM thing a JOIN thing b ON b.id = a.id + $1 WHERE a.id = $1 AND $2 <> 'x'"
    sql = sql.replace("$2,", "CAST($2 AS TEXT),").replace("$2 FROM", "CAST($2 AS TEXT) FROM")
    given = await asyncio.gather(*(things.all(sql, n, f"caller {n}") for n in (0, 1, 2)))
    assert [[tuple(row) for row in rows] for rows in given] == [
        [(0, 0, "caller 0", "caller 0")],
        [(1, 2, "caller 1", "caller 1")],
        [],
    ]


async def test_a_common_table_expression_is_read_like_any_select(things: Database) -> None:
    await fill(things, 6)
    sql = "\n  WITH late AS (SELECT id FROM thing WHERE id > $1)\n  SELECT COUNT(*) FROM late"
    assert [rows[0][0] for rows in await asyncio.gather(*(things.all(sql, n) for n in range(4)))] == [5, 4, 3, 2]


async def test_arguments_of_other_types_than_the_first_callers_are_their_own_matter(things: Database) -> None:
    await fill(things, 3)
    sql = "SELECT id FROM thing WHERE n = $1"
    for wave in ([1, 2, 1], ["1", "2"], [0, "0", 2, "x", 1]):
        given = await outcomes(things.all(sql, value) for value in wave)
        for value, outcome in zip(wave, given, strict=True):
            if isinstance(value, int):
                assert [row[0] for row in outcome] == [value]
            else:
                assert not isinstance(outcome, Unavailable)


async def test_a_reader_whose_argument_is_refused_fails_alone(things: Database) -> None:
    await fill(things, 4)
    sql = "SELECT id FROM thing WHERE n >= $1 ORDER BY id LIMIT $2"
    given = await outcomes(things.all(sql, n, 2**63 if n == 2 else 1) for n in range(4))
    assert isinstance(given[2], Exception)
    assert not isinstance(given[2], Unavailable)
    assert [outcome[0][0] for n, outcome in enumerate(given) if n != 2] == [0, 1, 3]


async def test_of_many_changes_of_one_row_each_sees_the_one_before(things: Database) -> None:
    await things.change(ADD, 1, "ana", 0)
    given = await asyncio.gather(*(things.change(ROTATE, 1, 0) for _ in range(50)))
    assert sorted([tuple(row) for row in rows] for rows in given) == [[]] * 49 + [[(1, "ana")]]
    assert await things.one("SELECT n FROM thing") == (1,)


async def test_changes_of_several_rows_go_back_to_those_who_made_them(things: Database) -> None:
    await fill(things, 30)
    given = await asyncio.gather(*(things.change(ROTATE, n % 40, n % 40) for n in range(40)))
    for n, rows in enumerate(given):
        assert [tuple(row) for row in rows] == ([(n + 1, "anarui"[n % 2 * 3 :][:3])] if n < 30 else [])


async def test_a_change_that_breaks_a_constraint_fails_alone(things: Database) -> None:
    await things.change(ADD, 5, "ana", 0)
    given = await outcomes(things.change(f"{ADD} RETURNING owner", n, f"owner {n}", 0) for n in range(10))
    assert [n for n, outcome in enumerate(given) if isinstance(outcome, Exception)] == [5]
    assert not isinstance(given[5], Unavailable)
    assert [outcome[0][0] for n, outcome in enumerate(given) if n != 5] == [f"owner {n}" for n in range(10) if n != 5]
    assert await ids(things) == list(range(10))


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (f"\n   {ADD}\nRETURNING id, n + 1", True),
        (ADD.lower().replace("values", "VALUES") + " returning id, n + 1", True),
        (f"WITH given AS (SELECT 1) {ADD} RETURNING id, n + 1", True),
        (f"{ADD} ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING id, n + 1", True),
        (f"\n{ADD}\n", False),
    ],
)
async def test_a_change_may_be_written_in_any_way(things: Database, sql: str, rows: bool) -> None:
    alone = await things.change(sql, 100, "ana", 7)
    shared = await asyncio.gather(*(things.change(sql, n, "ana", n) for n in range(5)))
    expected: list[Any] = [[(100, 8)], *([(n, n + 1)] for n in range(5))]
    assert [[tuple(row) for row in given] for given in (alone, *shared)] == (expected if rows else [[]] * 6)
    assert await ids(things) == [0, 1, 2, 3, 4, 100]


async def test_a_change_without_arguments_is_made(things: Database) -> None:
    await fill(things, 4)
    given = await asyncio.gather(*(things.change("DELETE FROM thing WHERE id < 2 RETURNING id") for _ in range(3)))
    assert sorted(sorted(row[0] for row in rows) for rows in given) == [[], [], [0, 1]]
    await asyncio.gather(*(things.change("DELETE FROM thing") for _ in range(3)))
    assert await ids(things) == []


async def test_changes_of_callers_that_go_away_disturb_nobody(things: Database) -> None:
    calls = [asyncio.ensure_future(things.change(STEP, n, "x")) for n in range(20)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    await outcomes(calls)
    assert set(range(1, 20, 2)) <= {step[0] for step in await steps(things)}
    await things.change(SET, 1, 1)
