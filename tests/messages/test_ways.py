"""From one way to the next: which order, when one gives up, and what waits for the end of quiet hours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from recado.db import Database, Tx, open_database
from recado.messages import outbox, receipts, stops
from recado.messages import texts as words
from recado.messages.caps import Caps
from recado.messages.closed import Closed
from recado.messages.countries import Countries
from recado.messages.ntfy import Ntfy
from recado.messages.receipts import Receipt, Usage
from recado.messages.vonage import Vonage
from tests.messages.workers import ANA, ANAS_NUMBER, HOUR, MINUTE, FakeClock, message, new, queue, worker
from tests.vonage.server import StandIn
from tests.ways.ntfy import NtfyServer, ntfy_server

TOPIC = "ntfy:1:abc"
WAYS = (ANAS_NUMBER, TOPIC)


@dataclass(frozen=True)
class Texts:
    """Texts by Vonage's stand-in."""

    server: StandIn
    channel: Vonage


@dataclass(frozen=True)
class Pushes:
    """Pushes by a server of our own."""

    server: NtfyServer
    channel: Ntfy


@pytest.fixture
def texts(server: StandIn, channel: Vonage) -> Texts:
    return Texts(server, channel)


@pytest.fixture
async def pushes() -> AsyncIterator[Pushes]:
    with ntfy_server() as running:
        channel = Ntfy(running.url, read_seconds=0.5)
        yield Pushes(running, channel)
        await channel.close()


async def test_when_texts_give_up_the_next_way_is_taken(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    texts.server.script("422")
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    assert (await message(db, id_)).state == "queued"
    await worker(db, pushes.channel, clock, ways=WAYS).deliver_due()
    sent = await message(db, id_)
    assert (sent.state, sent.channel, sent.to, sent.error) == ("sent", "ntfy", "ntfy:***", None)
    assert len(pushes.server.took) == 1
    assert len(texts.server.requests) == 1


async def test_when_no_way_is_left_it_has_failed_with_the_last_reason(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    texts.server.script("422")
    pushes.server.script("403")
    for _ in range(3):
        for way in (texts.channel, pushes.channel):
            await worker(db, way, clock, ways=WAYS).deliver_due()
        clock.move(HOUR)
    failed = await message(db, id_)
    assert failed.state == "failed"
    assert "topic" in str(failed.error)
    assert (len(texts.server.requests), len(pushes.server.took)) == (1, 1)


async def test_what_only_waits_does_not_go_another_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    await queue(db, new(clock))
    texts.server.script("503", "429", always="401")
    for _ in range(5):
        for way in (texts.channel, pushes.channel):
            await worker(db, way, clock, ways=WAYS).deliver_due()
        clock.move(10 * MINUTE)
    assert pushes.server.took == []


async def test_a_trouble_with_texts_does_not_stop_the_pushes(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    await queue(db, *(new(clock) for _ in range(20)))
    texts.server.script(always="402")
    await worker(db, texts.channel, clock).deliver_due()
    await queue(db, new(clock, recipient=TOPIC))
    await worker(db, pushes.channel, clock).deliver_due()
    assert len(pushes.server.took) == 1


@pytest.mark.parametrize("second", ["hang_up", "422"])
async def test_what_may_have_arrived_never_goes_another_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock, second: str
) -> None:
    (id_,) = await queue(db, new(clock))
    texts.server.script("hang_up", second)
    for _ in range(30):
        for way in (texts.channel, pushes.channel):
            await worker(db, way, clock, ways=WAYS).deliver_due()
        clock.move(MINUTE)
    assert (len(texts.server.requests), len(pushes.server.took)) == (2, 0)
    assert (await message(db, id_)).state == "failed"


async def test_a_doubt_is_not_followed_by_another_way_when_the_number_is_gone_stopped_or_at_its_cap(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    lasts: list[dict[str, Any]] = [{"ways": (TOPIC,)}, {"ways": WAYS, "caps": Caps(per_number=0)}, {"ways": WAYS}]
    for last in lasts:
        (id_,) = await queue(db, new(clock))
        texts.server.script("hang_up")
        await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
        if "caps" not in last and len(last["ways"]) == 2:
            await db.write(stops.stop, ANAS_NUMBER, clock())
        clock.move(10 * MINUTE)
        for way in (texts.channel, pushes.channel):
            await worker(db, way, clock, **last).deliver_due()
        assert (await message(db, id_)).state == "failed", last
    assert (len(texts.server.requests), pushes.server.took) == (3, [])


async def test_a_receipt_settles_the_doubt_and_the_next_way_is_taken(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    texts.server.script("hang_up")
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    assert await db.write(outbox.undelivered, ANA, id_, "a-b-c", "This number is no longer in use.")
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=WAYS).deliver_due()
    assert (len(texts.server.requests), len(pushes.server.took)) == (1, 1)


async def test_the_order_counts_when_it_is_sent_and_a_code_keeps_its_address(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    moved, code = await queue(db, new(clock), new(clock, kind="phone_code", nonce="n"))
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=(TOPIC, ANAS_NUMBER)).deliver_due()
    assert [request["client_ref"] for request in texts.server.requests] == [code]
    assert len(pushes.server.took) == 1
    assert (await message(db, moved)).channel == "ntfy"


async def test_a_cap_on_texts_sends_the_rest_another_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    await queue(db, *(new(clock) for _ in range(5)))
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=WAYS, caps=Caps(per_number=3)).deliver_due()
    assert (len(texts.server.requests), len(pushes.server.took)) == (3, 2)


async def test_a_country_that_is_not_allowed_gets_no_text(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    brazil, portugal, code = await queue(
        db,
        new(clock),
        new(clock, recipient="+351912345678"),
        new(clock, kind="phone_code", nonce="n"),
    )
    await worker(db, channel, clock, countries=Countries(["PT"])).deliver_due()
    assert [request["client_ref"] for request in server.requests] == [portugal]
    for id_ in (brazil, code):
        failed = await message(db, id_)
        assert failed.state == "failed"
        assert "no texts to BR numbers" in str(failed.error)


@pytest.mark.parametrize("number", ["+881612345678", "+870773123456", "+882161234567"])
async def test_numbers_without_a_country_are_never_texted(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, number: str
) -> None:
    await queue(db, new(clock, recipient=number))
    await worker(db, channel, clock).deliver_due()
    assert server.requests == []


async def test_quiet_hours_hold_a_text_back_without_an_attempt(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    until = clock() + 3 * HOUR * 1_000_000
    await worker(db, channel, clock, quiet_until=until).deliver_due()
    clock.move(3 * HOUR - 1)
    await worker(db, channel, clock).deliver_due()
    assert server.requests == []
    assert (await message(db, id_)).state == "queued"
    clock.move(1)
    await worker(db, channel, clock).deliver_due()
    assert len(server.requests) == 1
    assert [row[0] for row in await db.all("SELECT attempts FROM message")] == [1]


async def test_a_code_does_not_wait_for_the_end_of_quiet_hours(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock, kind="phone_code", nonce="n"))
    await worker(db, channel, clock, quiet_until=clock() + HOUR * 1_000_000).deliver_due()
    assert len(server.requests) == 1


async def test_what_waits_for_a_channel_that_is_gone_goes_another_way(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock, recipient="ana@example.org"))
    for way in (Closed("email"), channel):
        await worker(db, way, clock, ways=("ana@example.org", ANAS_NUMBER)).deliver_due()
    assert (await message(db, id_)).channel == "sms"
    (alone,) = await queue(db, new(clock, recipient="ana@example.org"))
    await worker(db, Closed("email"), clock).deliver_due()
    failed = await message(db, alone, ANA)
    assert failed.error == "This service sends no e-mail."


async def test_what_its_carrier_did_not_deliver_goes_another_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    assert await db.write(outbox.undelivered, ANA, id_, await _vonage_id(db), "This number is no longer in use.")
    failed = await message(db, id_)
    assert (failed.state, failed.error) == ("failed", "This number is no longer in use.")
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=WAYS).deliver_due()
    assert (await message(db, id_)).channel == "ntfy"
    assert (await message(db, id_)).state == "sent"
    assert (len(texts.server.requests), len(pushes.server.took)) == (1, 1)


async def test_what_was_not_delivered_and_has_no_other_way_has_failed_for_good(
    db: Database, texts: Texts, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    await worker(db, texts.channel, clock).deliver_due()
    await db.write(outbox.undelivered, ANA, id_, await _vonage_id(db), "This number is no longer in use.")
    for _ in range(3):
        await worker(db, texts.channel, clock).deliver_due()
        clock.move(HOUR)
    failed = await message(db, id_)
    assert (failed.state, failed.error) == ("failed", "This number is no longer in use.")
    assert len(texts.server.requests) == 1
    assert (await db.all("SELECT due_at FROM message"))[0][0] is None


async def test_a_late_receipt_of_a_text_does_not_disturb_the_next_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    vonage_id = await _vonage_id(db)
    await db.write(outbox.undelivered, ANA, id_, vonage_id, "The carrier's network failed.")
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    assert not await db.write(outbox.undelivered, ANA, id_, vonage_id, "The carrier's network failed.")
    assert not await db.write(outbox.confirmed, ANA, id_, vonage_id, clock())
    await worker(db, pushes.channel, clock, ways=WAYS).deliver_due()
    assert ((await message(db, id_)).state, len(pushes.server.took)) == ("sent", 1)
    told = Receipt(vonage_id, "delivered", id_, usage=Usage("0.05", "EUR"))
    assert await db.write(receipts.apply, told, clock()) is None
    pushed = await message(db, id_)
    assert (pushed.state, pushed.channel) == ("sent", "ntfy")
    assert await _costs(db) == {("sms", "EUR"): (1, 1, "0.05"), ("ntfy", ""): (1, 0, "0")}


async def test_a_price_counts_on_the_channel_that_cost_it(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    moved, plain = await queue(db, new(clock), new(clock))
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    for id_ in (moved, plain):
        await db.write(_priced, id_)
    await db.write(outbox.undelivered, ANA, moved, await _vonage_id(db), "The carrier's network failed.")
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=WAYS).deliver_due()
    assert (await message(db, moved)).channel == "ntfy"
    assert await _costs(db) == {("sms", "EUR"): (2, 2, "0.08"), ("ntfy", ""): (1, 0, "0")}


async def test_only_a_text_asks_for_a_reply(db: Database, texts: Texts, pushes: Pushes, clock: FakeClock) -> None:
    said = words.assigned("rui", "buy bread", "en", number=3)
    (id_,) = await queue(db, new(clock, text=said))
    texts.server.script("422")
    await worker(db, texts.channel, clock, ways=WAYS).deliver_due()
    assert texts.server.requests[0]["body"]["text"] == "rui left you: buy bread. Reply DONE 3 when done."
    await worker(db, pushes.channel, clock, ways=WAYS).deliver_due()
    ((_, pushed, _),) = pushes.server.took
    assert pushed == "rui left you: buy bread"
    assert (await message(db, id_)).text == "rui left you: buy bread"


class _LastWord(Countries):
    """Somebody's STOP is committed by another process while their text is judged, after it was asked for."""

    def __init__(self, db_url: str, now: int) -> None:
        super().__init__()
        self._db_url, self._now = db_url, now

    def refusal(self, number: str) -> str | None:
        with ThreadPoolExecutor(1) as other:
            other.submit(asyncio.run, self._stop(number)).result()
        return super().refusal(number)

    async def _stop(self, number: str) -> None:
        db = await open_database(self._db_url)
        await db.write(stops.stop, number, self._now)
        await db.close()


async def test_a_stop_that_comes_just_before_the_lease_wins(
    db: Database, db_url: str, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    await worker(db, texts.channel, clock, ways=WAYS, countries=_LastWord(db_url, clock())).deliver_due()
    assert texts.server.requests == []
    await worker(db, pushes.channel, clock, ways=WAYS).deliver_due()
    assert len(pushes.server.took) == 1
    assert (await message(db, id_)).channel == "ntfy"


async def test_who_stopped_texts_gets_what_they_want_another_way(
    db: Database, texts: Texts, pushes: Pushes, clock: FakeClock
) -> None:
    await db.write(stops.stop, ANAS_NUMBER, clock())
    moved, code = await queue(db, new(clock), new(clock, kind="phone_code", nonce="n"))
    for way in (texts.channel, pushes.channel):
        await worker(db, way, clock, ways=WAYS).deliver_due()
    assert texts.server.requests == []
    assert (await message(db, moved)).channel == "ntfy"
    assert (await message(db, code)).error == stops.CODE_REASON


async def _priced(tx: Tx, id_: str) -> None:
    outbox.priced(tx, ANA, id_, "0.04", "EUR")


async def _costs(db: Database) -> dict[tuple[str, str], tuple[int, int, str]]:
    """How many were sent and priced, and for how much, by channel and currency."""
    found = await outbox.costs(db, 0)
    return {(cost.channel, cost.currency): (cost.sent, cost.priced, str(cost.amount)) for cost in found}


async def _vonage_id(db: Database) -> str:
    return (await db.all("SELECT vonage_id FROM message"))[0][0]
