"""Texts about to-dos that waited are judged again as they leave."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from recado.db import Database
from recado.messages import outbox
from recado.messages.outbox import Kind, Pending
from recado.todos import leaving, sharing, todos
from tests.todos.test_reminding import MINUTE, START, Author, Todo, at, change, leave, new_id, remind, shared, texted

NOON = at("2026-11-24T12:00")


async def a_household(db: Database) -> tuple[Author, Author, str]:
    """Ana, Rui and the list that both are in."""
    ana, rui = await texted(db), await texted(db)
    return ana, rui, await shared(db, ana, rui)


async def waiting(db: Database, person: Author, kind: Kind) -> Pending:
    """The text of a kind that waits for somebody."""
    (found,) = [one for one in await outbox.waiting(db, 100) if (one.user_id, one.kind) == (person.user_id, kind)]
    return found


async def remove(db: Database, list_id: str, owner: Author, member: Author) -> None:
    await db.write(sharing.remove, owner.user_id, list_id, member.user_id, START)


async def left_for_rui(db: Database, **members: Any) -> tuple[Author, Author, str, Todo]:
    ana, rui, list_id = await a_household(db)
    return ana, rui, list_id, await leave(db, ana, for_id=rui.user_id, list_id=list_id, **members)


async def test_what_was_left_for_somebody_leaves_while_it_is_theirs(db: Database) -> None:
    ana, rui, _, todo = await left_for_rui(db)
    text = await waiting(db, rui, "assigned")
    assert await leaving.refusal(db, text) is None
    await change(db, ana, todo, title="buy two loaves")
    assert await leaving.refusal(db, text) is None


async def test_who_was_taken_out_of_a_list_gets_nothing_of_it_that_waited(db: Database) -> None:
    ana, rui, list_id, _ = await left_for_rui(db, due="2026-11-24T12:00")
    await remind(db, NOON)
    texts = [await waiting(db, rui, "assigned"), await waiting(db, rui, "reminder")]
    assert [await leaving.refusal(db, text) for text in texts] == [None, None]
    await remove(db, list_id, ana, rui)
    assert {await leaving.refusal(db, text) for text in texts} == {
        "The to-do was deleted, or is in a list that they can no longer see."
    }


async def test_who_was_taken_out_of_a_list_is_not_told_that_something_there_is_done(db: Database) -> None:
    ana, rui, list_id = await a_household(db)
    todo = await leave(db, rui, for_id=ana.user_id, list_id=list_id)
    await change(db, ana, todo, done=True)
    text = await waiting(db, rui, "finished")
    assert await leaving.refusal(db, text) is None
    await remove(db, list_id, ana, rui)
    assert await leaving.refusal(db, text) is not None


@pytest.mark.parametrize("how", ["done", "trashed", "somebody else's"])
async def test_what_is_not_left_for_them_any_more_is_not_told(db: Database, how: str) -> None:
    ana, rui, _, todo = await left_for_rui(db)
    text = await waiting(db, rui, "assigned")
    if how == "trashed":
        await db.write(partial(todos.trash, versions=frozenset(), now=START), ana.user_id, todo.id)
    else:
        edit: dict[str, Any] = {"done": True} if how == "done" else {"for_id": ana.user_id}
        await change(db, ana, todo, START + MINUTE, **edit)
    told = await leaving.refusal(db, text)
    assert told == "The to-do was done, deleted or left for somebody else meanwhile."


async def test_what_is_about_no_todo_is_not_judged(db: Database) -> None:
    for kind in ("created", "security", "answer", "phone_code", "digest"):
        assert await leaving.refusal(db, Pending(1, new_id(), kind, "+351", "", None, "queued", 0, 0, 0, 0)) is None
