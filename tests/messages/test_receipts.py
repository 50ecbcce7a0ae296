"""What receipts make of a message, in any order, before and after we know of it ourselves."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from recado.db import Database
from recado.messages import outbox, receipts, stops
from recado.messages.receipts import Problem, Receipt, Usage
from recado.messages.vonage import Vonage
from tests.messages.workers import ANA, ANAS_NUMBER, MINUTE, RUI, RUIS_NUMBER, FakeClock, message, new, queue, worker
from tests.vonage.server import StandIn

UUID, OTHER = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "ffffffff-bbbb-cccc-dddd-0123456789ab"


def receipt(id_: str, status: str, uuid: str = UUID, code: str | None = None, **more: Any) -> Receipt:
    return Receipt(uuid, status, id_, error=Problem(code) if code else None, **more)


async def tell(db: Database, clock: FakeClock, *told: Receipt) -> list[str | None]:
    return [await db.write(receipts.apply, one, clock()) for one in told]


async def sent(db: Database, server: StandIn, channel: Vonage, clock: FakeClock) -> tuple[str, str]:
    """A message that went out: its id and Vonage's."""
    (id_,) = await queue(db, new(clock))
    await worker(db, channel, clock).deliver_due()
    return id_, server.requests[-1]["message_uuid"]


@pytest.mark.parametrize("last", ["delivered", "rejected", "undeliverable"])
async def test_states_only_move_forward_in_any_order_and_number(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, last: str
) -> None:
    for order in set(itertools.permutations(["submitted", "submitted", last, last])):
        id_, uuid = await sent(db, server, channel, clock)
        await tell(db, clock, *(receipt(id_, status, uuid) for status in order))
        assert (await message(db, id_)).state == ("delivered" if last == "delivered" else "failed"), order


async def test_what_arrived_stays_delivered_and_what_was_given_up_may_still_arrive(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    id_, uuid = await sent(db, server, channel, clock)
    assert await tell(db, clock, receipt(id_, "rejected", uuid, "1220")) == ["undelivered"]
    told = await message(db, id_)
    assert (told.state, told.error) == ("failed", "The phone was busy or out of reach.")
    assert await tell(db, clock, receipt(id_, "delivered", uuid)) == ["delivered"]
    assert await tell(db, clock, *(receipt(id_, status, uuid) for status in ("rejected", "submitted"))) == [None, None]
    told = await message(db, id_)
    assert (told.state, told.error, told.delivered_at) == ("delivered", None, clock())


async def test_a_receipt_settles_a_text_in_doubt_and_it_is_not_sent_again(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    for status, state in (("submitted", "sent"), ("delivered", "delivered"), ("rejected", "failed")):
        (id_,) = await queue(db, new(clock))
        server.script("hang_up")
        delivery = worker(db, channel, clock)
        await delivery.deliver_due()
        assert (await message(db, id_)).state == "queued"
        assert [row[0] for row in await db.all("SELECT state FROM message WHERE id = $1", id_)] == ["unknown"]
        before = len(server.requests)
        await tell(db, clock, receipt(id_, status, server.requests[-1]["message_uuid"]))
        assert (await message(db, id_)).state == state
        clock.move(10 * MINUTE)
        await delivery.deliver_due()
        assert len(server.requests) == before


async def test_without_a_receipt_a_text_in_doubt_is_sent_once_more(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script("hang_up")
    delivery = worker(db, channel, clock)
    await delivery.deliver_due()
    first = server.requests[-1]["message_uuid"]
    clock.move(6 * MINUTE)
    await delivery.deliver_due()
    assert [request["client_ref"] for request in server.requests] == [id_, id_]
    assert (await message(db, id_)).state == "sent"
    assert await tell(db, clock, receipt(id_, "rejected", first)) == [None]  # the other one may still arrive
    assert (await message(db, id_)).state == "sent"
    assert await tell(db, clock, receipt(id_, "delivered", first)) == ["delivered"]


async def test_a_text_given_up_in_doubt_was_sent_after_all(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(always="hang_up")
    delivery = worker(db, channel, clock)
    for _ in range(2):
        await delivery.deliver_due()
        clock.move(6 * MINUTE)
    await delivery.deliver_due()
    assert (await message(db, id_)).state == "failed"
    assert await tell(db, clock, receipt(id_, "submitted")) == ["confirmed"]
    assert (await message(db, id_)).state == "sent"


async def test_a_receipt_that_comes_before_we_know_the_text_was_taken_is_kept(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    for status, state in (("delivered", "delivered"), ("rejected", "failed"), ("submitted", "sent")):
        (id_,) = await queue(db, new(clock))
        (pending,) = [one for one in await outbox.waiting(db, 10) if one.id == id_]
        leased = await db.write(outbox.lease, pending, clock() + MINUTE)
        assert leased
        await tell(db, clock, receipt(id_, status))

        async def write_down(tx: Any, leased: Any = leased) -> None:
            outbox.sent(tx, leased, UUID, clock())

        await db.write(write_down)
        assert (await message(db, id_)).state == state


@pytest.mark.parametrize("ref", ["", None, "x", "01936f00-0000-7000-8000-00000000dead", "a" * 100, "\0"])
async def test_a_receipt_for_a_message_that_there_is_not_changes_nothing(
    db: Database, clock: FakeClock, ref: str | None
) -> None:
    told = Receipt(UUID, "delivered", ref)
    assert await tell(db, clock, told) == [None]


async def test_a_message_that_was_never_sent_takes_no_receipt(db: Database, clock: FakeClock) -> None:
    (id_,) = await queue(db, new(clock))
    assert await tell(db, clock, receipt(id_, "delivered")) == [None]
    assert (await message(db, id_)).state == "queued"


async def test_the_price_is_kept_whatever_the_state(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    id_, uuid = await sent(db, server, channel, clock)
    await tell(db, clock, receipt(id_, "delivered", uuid))
    await tell(db, clock, receipt(id_, "submitted", uuid, usage=Usage("0.0333", "EUR")))
    for wrong in (Usage("free", "EUR"), Usage("-1", "EUR"), Usage("0.05", "Euro"), Usage("1e9"), Usage(None, "EUR")):
        await tell(db, clock, receipt(id_, "submitted", uuid, usage=wrong))
    told = await message(db, id_)
    assert (told.price, told.currency) == ("0.0333", "EUR")
    (state,) = (await outbox.states(db, told.user_id, [id_])).values()
    assert (state.state, state.price, state.currency) == ("delivered", "0.0333", "EUR")


async def test_the_code_for_stop_stops_the_number(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    id_, uuid = await sent(db, server, channel, clock)
    await tell(db, clock, receipt(id_, "rejected", uuid, "1240"))
    assert "STOP" in str((await message(db, id_)).error)
    assert await stops.is_stopped(db, ANAS_NUMBER)
    (next_,) = await queue(db, new(clock))
    await worker(db, channel, clock).deliver_due()
    assert len(server.requests) == 1
    assert (await message(db, next_)).error == stops.REASON


async def test_the_code_for_stop_counts_also_for_a_text_that_had_failed_in_doubt(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(always="hang_up")
    delivery = worker(db, channel, clock)
    for _ in range(3):
        await delivery.deliver_due()
        clock.move(6 * MINUTE)
    assert (await message(db, id_)).state == "failed"
    told = receipt(id_, "rejected", UUID, "1240", to=ANAS_NUMBER[1:])
    assert await tell(db, clock, told) == [None]
    assert await stops.is_stopped(db, ANAS_NUMBER)


async def test_a_late_code_for_stop_does_not_undo_a_start(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    id_, uuid = await sent(db, server, channel, clock)
    told = receipt(id_, "rejected", uuid, "1240")
    await tell(db, clock, told)
    assert await db.write(stops.start, ANAS_NUMBER)
    await tell(db, clock, told)
    assert not await stops.is_stopped(db, ANAS_NUMBER)


async def test_the_code_for_stop_is_about_the_number_although_the_message_went_another_way(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    id_, uuid = await sent(db, server, channel, clock)
    await db.change("UPDATE message SET recipient = 'ana@example.org', channel = 'email' WHERE id = $1", id_)
    await tell(db, clock, receipt(id_, "rejected", uuid, "1240", to=ANAS_NUMBER[1:]))
    assert await stops.is_stopped(db, ANAS_NUMBER)


@pytest.mark.parametrize("code", ["1240", "1180", None])
async def test_why_a_code_did_not_arrive_is_not_told_to_who_may_have_typed_somebody_elses_number(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, code: str | None
) -> None:
    (id_,) = await queue(db, new(clock, kind="phone_code", nonce="n"))
    await worker(db, channel, clock).deliver_due()
    await tell(db, clock, receipt(id_, "rejected", server.requests[-1]["message_uuid"], code))
    assert (await message(db, id_)).error == stops.CODE_REASON


async def test_it_was_delivered_when_vonage_says_if_that_can_be(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    for timestamp, seconds in (
        ("2023-11-14T22:13:10Z", -10),
        ("2023-11-14T22:13:10.000+00:00", -10),
        ("2023-11-14T23:13:10Z", 0),
        ("2001-01-01T00:00:00Z", 0),
        ("yesterday", 0),
        ("9999-12-31T23:59:59Z", 0),
    ):
        id_, uuid = await sent(db, server, channel, clock)
        clock.now = 1_700_000_000_000_000
        await tell(db, clock, receipt(id_, "delivered", uuid, timestamp=timestamp))
        assert (await message(db, id_)).delivered_at == clock() + seconds * 1_000_000, timestamp


def test_a_reason_is_a_sentence_and_shows_no_number() -> None:
    for code in ("1240", "1210", "9999", "", "1"):
        told = receipts.reason(receipt("x", "rejected", UUID, code))
        assert told.endswith(".")
        assert len(told) < 160
    told = receipts.reason(
        Receipt(UUID, "rejected", error=Problem("9999", "no route to 351912345678 via evil.example"))
    )
    assert told == "The carrier did not deliver it (9999 no route to ******* via evil. example)."


async def test_of_two_messages_with_one_id_it_is_the_one_to_that_number(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    theirs = replace(new(clock, user_id=RUI, recipient=RUIS_NUMBER), id=id_)
    await queue(db, theirs)
    await worker(db, channel, clock).deliver_due()
    assert await tell(db, clock, receipt(id_, "delivered"), receipt(id_, "delivered", to="1555000")) == [None, None]
    assert await tell(db, clock, receipt(id_, "delivered", to=RUIS_NUMBER.removeprefix("+"))) == ["delivered"]
    assert [(await message(db, id_, user_id)).state for user_id in (ANA, RUI)] == ["sent", "delivered"]
