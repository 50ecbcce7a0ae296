from __future__ import annotations

from typing import Any

import pytest

from recado.db import Database
from recado.errors import Conflict, NotFound
from recado.messages import outbox
from recado.messages.caps import Caps
from recado.messages.outbox import MessageState
from tests.messages.workers import ANA, ANAS_NUMBER, DAY, RUI, RUIS_NUMBER, FakeClock, message, new, queue, worker
from tests.messages.workers import vonage as channel_to
from tests.vonage.server import StandIn


async def test_a_queued_text_shows_up_with_its_todo(db: Database, clock: FakeClock) -> None:
    text, _ = await queue(db, new(clock), new(clock))
    assert await outbox.states(db, ANA, [text, "another"]) == {text: MessageState("queued", None)}
    assert await outbox.states(db, RUI, [text]) == {}
    assert await outbox.states(db, ANA, []) == {}


@pytest.mark.parametrize("count", [1, 2, 10, 11, 50, 51, 200, 201, 450])
async def test_any_number_of_todos_can_be_asked_about(db: Database, clock: FakeClock, count: int) -> None:
    ids = await queue(db, *(new(clock) for _ in range(count)))
    assert set(await outbox.states(db, ANA, ids)) == set(ids)


async def test_a_text_is_queued_once_under_its_id(db: Database, clock: FakeClock) -> None:
    text = new(clock)
    assert await queue(db, text, text) == [text.id, text.id]
    assert len(await outbox.waiting(db, 10)) == 1


async def test_a_text_of_a_failed_transaction_is_never_sent(db: Database, clock: FakeClock) -> None:
    async def put_then_fail(tx: Any) -> None:
        outbox.put(tx, new(clock))
        raise NotFound

    with pytest.raises(NotFound):
        await db.write(put_then_fail)
    assert await outbox.waiting(db, 10) == []


async def test_messages_are_listed_newest_first_in_pages(db: Database, clock: FakeClock) -> None:
    ids = await queue(db, *(new(clock) for _ in range(5)), new(clock, user_id=RUI))
    first = await outbox.page(db, ANA, 3)
    rest = await outbox.page(db, ANA, 3, first[-1].id)
    assert [found.id for found in first + rest] == ids[4::-1]
    assert first[0].to == "+55*********21"


async def test_a_code_is_neither_stored_nor_shown(db: Database, clock: FakeClock) -> None:
    (id_,) = await queue(db, new(clock, kind="phone_code", text="Your recado code is {code}.", nonce="n"))
    assert (await message(db, id_)).text == "Your recado code is ••••••."
    assert [row[0] for row in await db.all("SELECT text FROM message")] == ["Your recado code is {code}."]


async def test_a_code_goes_before_everything_that_waits(db: Database, clock: FakeClock) -> None:
    await queue(db, *(new(clock) for _ in range(3)))
    clock.move(1)
    (code,) = await queue(db, new(clock, kind="phone_code", nonce="n"))
    assert (await outbox.waiting(db, 10))[0].id == code


async def test_numbers_and_texts_stay_out_of_representations(clock: FakeClock) -> None:
    shown = repr(new(clock, kind="phone_code", nonce="secret-nonce"))
    assert ANAS_NUMBER not in shown
    assert "Dear ana" not in shown
    assert "secret-nonce" not in shown


async def _fail(db: Database, clock: FakeClock, server: StandIn, **of: Any) -> str:
    (id_,) = await queue(db, new(clock, **of))
    server.script(always="400")
    await worker(db, channel_to(server), clock).deliver_due()
    server.script()
    return id_


async def test_a_failed_text_can_be_sent_again(db: Database, clock: FakeClock, server: StandIn) -> None:
    id_ = await _fail(db, clock, server)
    failed = await message(db, id_)
    assert failed.state == "failed"
    assert failed.error
    assert await outbox.states(db, ANA, [id_]) == {id_: MessageState("failed", failed.error)}
    again = await db.write(outbox.retry, ANA, id_, clock())
    assert (again.state, again.error) == ("queued", None)
    await worker(db, channel_to(server), clock).deliver_due()
    assert (await message(db, id_)).state == "sent"


async def test_a_text_that_has_not_failed_is_not_sent_again(db: Database, clock: FakeClock) -> None:
    (id_,) = await queue(db, new(clock))
    with pytest.raises(Conflict):
        await db.write(outbox.retry, ANA, id_, clock())


async def test_a_code_is_not_sent_again(db: Database, clock: FakeClock, server: StandIn) -> None:
    id_ = await _fail(db, clock, server, kind="phone_code", nonce="n")
    with pytest.raises(Conflict):
        await db.write(outbox.retry, ANA, id_, clock())


async def test_somebody_elses_text_does_not_exist(db: Database, clock: FakeClock, server: StandIn) -> None:
    id_ = await _fail(db, clock, server)
    with pytest.raises(NotFound):
        await db.write(outbox.retry, RUI, id_, clock())


async def test_an_erased_user_leaves_no_message_and_no_number(db: Database, clock: FakeClock, server: StandIn) -> None:
    await queue(db, new(clock), new(clock, user_id=RUI, recipient=RUIS_NUMBER))
    await worker(db, channel_to(server), clock).deliver_due()
    await db.write(outbox.erase, ANA)
    assert await outbox.page(db, ANA, 10) == []
    assert len(await outbox.page(db, RUI, 10)) == 1
    assert not any(ANAS_NUMBER[1:] in scope for (scope,) in await db.all("SELECT scope FROM message_count"))


async def test_finished_texts_are_kept_for_ninety_days(db: Database, clock: FakeClock, server: StandIn) -> None:
    await queue(db, new(clock))
    await worker(db, channel_to(server), clock, caps=Caps()).deliver_due()
    (open_,) = await queue(db, new(clock))
    await db.write(outbox.purge, clock() + 89 * DAY * 1_000_000)
    assert len(await outbox.page(db, ANA, 10)) == 2
    await db.write(outbox.purge, clock() + 91 * DAY * 1_000_000)
    assert [found.id for found in await outbox.page(db, ANA, 10)] == [open_]
