"""Search on both engines: folded words, prefixes, order, what changed since, and nothing of other lists."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recado.accounts.accounts import Author
from recado.db import Database
from recado.todos import finding, history, lists, rows, search, todos
from recado.todos.listing import Wanted
from recado.todos.todos import NewTodo
from recado.todos.words import words
from tests.todos.people import new_id, somebody

ALL = Wanted(state="all")


async def add(db: Database, author: Author, title: str, **more: Any) -> str:
    todo = await db.write(todos.create, author, NewTodo(title, more=more), new_id=new_id, now=1)
    return todo.id


async def hits(db: Database, author: Author, asked: str, wanted: Wanted = ALL, limit: int = 200) -> list[str]:
    found = await finding.page(db, author.user_id, wanted, asked, after=None, limit=limit)
    return [todo.title for _, todo in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pão de Açúcar", ["pao", "de", "acucar"]),
        ("STRASSE Straße", ["strasse"]),
        ("İstanbul ılık Łódź smørrebrød", ["istanbul", "ilik", "lodz", "smorrebrod"]),
        ("a_b c-d e.f 3rd", ["a", "b", "c", "d", "e", "f", "3rd"]),
        ("東京 タワー", ["東", "京", "タ", "ワ"]),
        ("Привет, Ёлка", ["привет", "елка"]),
        ("\uff21\uff22 ﬁn", ["ab", "fin"]),
        ("'' -- ; \"*", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert [word for word in words(text) if word != "ー"] == expected


async def test_title_hits_come_first_then_the_newest(db: Database) -> None:
    ana = await somebody(db)
    await add(db, ana, "old bread")
    await add(db, ana, "shopping", notes="bread and milk")
    await add(db, ana, "breadcrumbs")
    await add(db, ana, "party", labels=["bread"])
    await add(db, ana, "nothing of it")
    assert await hits(db, ana, "BREAD") == ["breadcrumbs", "old bread", "party", "shopping"]
    assert await hits(db, ana, "bre mil") == ["shopping"]
    assert await hits(db, ana, "bread party") == ["party"]
    assert await hits(db, ana, "!!!") == []


async def test_pages_follow_each_other(db: Database) -> None:
    ana = await somebody(db)
    for n in range(9):
        await add(db, ana, f"bread {n}") if n % 2 else await add(db, ana, f"other {n}", notes="bread")
    whole, after, found = await hits(db, ana, "bread"), None, list[str]()
    while page := await finding.page(db, ana.user_id, ALL, "bread", after=after, limit=2):
        found += [todo.title for _, todo in page]
        after = (page[-1][0], page[-1][1].id)
    assert found == whole
    assert len(whole) == 9


async def test_what_changed_is_found_as_it_is_now(db: Database) -> None:
    ana = await somebody(db)
    todo = await add(db, ana, "bread")
    assert await hits(db, ana, "bread") == ["bread"]
    await db.write(todos.change, ana.user_id, todo, {"title": "milk"}, versions=frozenset(), new_id=new_id, now=2)
    assert (await hits(db, ana, "bread"), await hits(db, ana, "milk")) == ([], ["milk"])
    await db.write(todos.change, ana.user_id, todo, {"done": True}, versions=frozenset(), new_id=new_id, now=3)
    assert await hits(db, ana, "milk", Wanted(state="open")) == []
    await db.write(todos.trash, ana.user_id, todo, versions=frozenset(), now=4)
    assert await hits(db, ana, "milk") == []
    assert await hits(db, ana, "milk", Wanted(state="trash")) == ["milk"]
    await db.write(todos.purge, 5 + todos.TRASH_KEPT)
    assert await search.catch_up(db)
    left = await search.find(
        db, db.engine, lists.personal_list_id(ana.user_id), ["milk"], titles=True, before=None, limit=9
    )
    assert left == []


async def test_nobody_finds_what_is_in_other_lists(db: Database) -> None:
    ana, maria = await somebody(db), await somebody(db)
    await add(db, maria, "bread")
    assert await hits(db, ana, "bread") == []


async def test_a_quick_answer_misses_nothing_that_was_acknowledged(db: Database) -> None:
    ana = await somebody(db)

    async def add_and_find(n: int) -> None:
        await add(db, ana, f"word{n:03}")
        assert await hits(db, ana, f"word{n:03}") == [f"word{n:03}"]

    await asyncio.gather(*(add_and_find(n) for n in range(60)))


async def test_an_index_made_by_two_at_once_is_whole(db: Database) -> None:
    ana = await somebody(db)
    for n in range(40):
        await add(db, ana, f"bread {n}")
    await asyncio.gather(*(search.catch_up(db) for _ in range(5)))
    assert len(await hits(db, ana, "bread")) == 40


async def test_the_log_tells_of_no_change_late_or_twice(db: Database) -> None:
    ana = await somebody(db)
    seen, cursor = list[str](), await history.latest(db)

    async def write() -> None:
        for n in range(50):
            await add(db, ana, f"x{n}")
            await asyncio.sleep(0)

    writers = asyncio.gather(*(write() for _ in range(4)))
    while not writers.done() or (await history.since(db, cursor, 1)):
        for line in await history.since(db, cursor, 7):
            seen.append(str(line.todo_id))
            cursor = line.cursor
        await asyncio.sleep(0)
    await writers
    assert len(seen) == len(set(seen)) == 200
    assert {todo.id for todo in await rows.find_many(db, seen)} == set(seen)


TEXTS = st.text("abãA éç1-", min_size=1, max_size=8).filter(lambda text: text.strip())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6), TEXTS)
async def test_hits_are_those_whose_words_begin_so(db: Database, corpus: list[tuple[str, str]], asked: str) -> None:
    ana = await somebody(db)
    for title, notes in corpus:
        await add(db, ana, title, notes=notes)

    def begins(text: str) -> bool:
        return all(any(word.startswith(begun) for word in words(text)) for begun in words(asked))

    newest = list(reversed(corpus))
    first = [title.strip() for title, _ in newest if begins(title)]
    then = [title.strip() for title, notes in newest if begins(f"{title} {notes}") and not begins(title)]
    assert await hits(db, ana, asked) == (first + then if words(asked) else [])
