"""Whether a text asks to be answered."""

from __future__ import annotations

from recado.db import Database
from recado.messages import replies


async def test_it_is_as_the_service_that_started_last_was_set_up(db: Database) -> None:
    assert not await replies.are_possible(db)
    for opened in (True, True, False, True):
        await db.write(replies.announce, opened)
        assert await replies.are_possible(db) == opened
