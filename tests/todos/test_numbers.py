"""Short numbers: the same for as long as they could be answered, and small."""

from __future__ import annotations

import asyncio
from typing import Any

from recado.accounts.accounts import Author
from recado.db import Database, Tx
from recado.todos import numbers, todos
from recado.todos.numbers import KEPT
from recado.todos.todos import NewTodo
from tests.todos.people import new_id, somebody

NOW = 1_800_000_000_000_000


async def add(db: Database, author: Author, title: str = "x") -> str:
    return (await db.write(todos.create, author, NewTodo(title), new_id=new_id, now=NOW)).id


async def done(db: Database, author: Author, todo_id: str) -> None:
    edit: dict[str, Any] = {"done": True}
    await db.write(todos.change, author.user_id, todo_id, edit, versions=frozenset(), new_id=new_id, now=NOW)


async def test_each_gets_the_smallest_free_number_and_keeps_it(db: Database) -> None:
    ana = await somebody(db)
    ids = [await add(db, ana) for _ in range(3)]
    assert await db.write(numbers.give, ana.user_id, ids[:2], NOW) == {ids[0]: 1, ids[1]: 2}
    assert await db.write(numbers.give, ana.user_id, [ids[2], ids[0], ids[2]], NOW + 1) == {ids[2]: 3, ids[0]: 1}
    assert [await numbers.find(db, ana.user_id, n) for n in (1, 2, 3, 4)] == [*ids, None]


async def test_a_number_is_given_anew_two_days_after_it_was_said_and_only_if_its_todo_is_over(db: Database) -> None:
    ana = await somebody(db)
    first, second, third, fourth = [await add(db, ana) for _ in range(4)]
    await db.write(numbers.give, ana.user_id, [first, second], NOW)
    await done(db, ana, first)
    assert await db.write(numbers.give, ana.user_id, [third], NOW + KEPT - 1) == {third: 3}
    assert await numbers.find(db, ana.user_id, 1) == first
    assert await db.write(numbers.give, ana.user_id, [fourth], NOW + KEPT) == {fourth: 1}
    assert await numbers.find(db, ana.user_id, 2) == second  # still open


async def test_numbers_are_each_persons_own(db: Database) -> None:
    ana, rui = await somebody(db), await somebody(db, "rui")
    todo_id = await add(db, ana)
    await db.write(numbers.give, ana.user_id, [await add(db, ana)], NOW)
    assert await db.write(numbers.give, rui.user_id, [todo_id], NOW) == {todo_id: 1}
    assert await db.write(numbers.give, ana.user_id, [todo_id], NOW) == {todo_id: 2}
    assert await numbers.still_open(db, rui.user_id) == []  # it is in no list of his


async def test_many_at_once_get_different_numbers(db: Database) -> None:
    ana = await somebody(db)
    ids = [await add(db, ana) for _ in range(20)]
    given = await asyncio.gather(*(db.write(numbers.give, ana.user_id, [id_], NOW) for id_ in [*ids, *ids]))
    merged: dict[str, set[int]] = {}
    for one in given:
        for todo_id, number in one.items():
            merged.setdefault(todo_id, set()).add(number)
    assert sorted(number for (number,) in merged.values()) == list(range(1, 21))


async def test_what_a_text_asked_about_stays_asked(db: Database) -> None:
    ana = await somebody(db)
    first, second = await add(db, ana), await add(db, ana)
    await db.write(numbers.give, ana.user_id, [first], NOW, asked=True)
    await db.write(numbers.give, ana.user_id, [first, second], NOW)
    said = await numbers.still_open(db, ana.user_id)
    assert [(one.number, one.todo.id, one.asked) for one in said] == [(1, first, True), (2, second, False)]

    async def forget(tx: Tx) -> None:
        numbers.erase(tx, ana.user_id)

    await db.write(forget)
    assert await numbers.still_open(db, ana.user_id) == []
