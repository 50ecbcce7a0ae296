from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import pytest
from structlog.testing import capture_logs

from recado.db import Database, open_database
from recado.messages import outbox
from recado.messages.consent import Consent
from recado.messages.delivery import Delivery
from recado.messages.outbox import Pending
from recado.messages.policy import Timing
from recado.messages.vonage import Vonage
from tests.messages.workers import (
    ANA,
    ANAS_NUMBER,
    HOUR,
    MINUTE,
    RUI,
    RUIS_NUMBER,
    FakeClock,
    message,
    new,
    queue,
    worker,
)
from tests.messages.workers import vonage as channel_to
from tests.servers import free_port
from tests.vonage.server import KEY, SECRET, StandIn


async def _stored(db: Database, column: str) -> list[Any]:
    return [row[0] for row in await db.all(f"SELECT {column} FROM message ORDER BY id")]


async def _deliver_for(worker: Delivery, clock: FakeClock, seconds: float, steps: int) -> None:
    for _ in range(steps):
        clock.move(seconds / steps)
        await worker.deliver_due()


async def test_a_queued_text_is_sent_once(db: Database, server: StandIn, channel: Vonage, clock: FakeClock) -> None:
    (id_,) = await queue(db, new(clock))
    delivery = worker(db, channel, clock)
    for _ in range(3):
        await delivery.deliver_due()
        clock.move(HOUR)
    assert [request["client_ref"] for request in server.requests] == [id_]
    sent = await message(db, id_)
    assert (sent.state, sent.error) == ("sent", None)
    assert sent.sent_at == sent.created_at
    assert len((await _stored(db, "vonage_id"))[0]) == 36


async def test_a_codes_text_gets_its_code_on_the_way_out(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock, kind="phone_code", text="Your recado code is {code}.", nonce="281727"))
    await worker(db, channel, clock, may_send=lambda _: False).deliver_due()
    assert server.requests[0]["body"]["text"] == "Your recado code is 727182."
    assert "727182" not in str(await db.all("SELECT text, nonce, error FROM message"))


async def test_braces_in_an_ordinary_text_stay(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock, text="write {code} and {0}"))
    await worker(db, channel, clock).deliver_due()
    assert server.requests[0]["body"]["text"] == "write {code} and {0}"


async def test_a_code_that_ran_out_is_not_sent(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock, kind="phone_code", nonce="n"))
    clock.move(11 * MINUTE)
    await worker(db, channel, clock).deliver_due()
    assert server.requests == []
    assert (await message(db, id_)).state == "failed"


async def test_a_number_that_is_not_verified_gets_nothing(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    anas, ruis = await queue(db, new(clock), new(clock, user_id=RUI, recipient=RUIS_NUMBER))
    await worker(db, channel, clock, may_send=lambda pending: pending.recipient == RUIS_NUMBER).deliver_due()
    assert [request["client_ref"] for request in server.requests] == [ruis]
    assert (await message(db, anas)).state == "failed"
    assert "not verified" in str((await message(db, anas)).error)


async def test_503_is_tried_six_times_more_within_about_an_hour(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(always="503")
    delivery = worker(db, channel, clock)
    seen: list[int] = []
    for minute in range(120):
        await delivery.deliver_due()
        seen += [minute] * (len(server.requests) - len(seen))
        clock.move(MINUTE)
    assert len(seen) == 7
    assert 55 <= seen[-1] <= 70
    failed = await message(db, id_)
    assert failed.state == "failed"
    assert "503" in str(failed.error)


async def test_no_connection_is_tried_again_until_there_is_one(db: Database, server: StandIn, clock: FakeClock) -> None:
    (id_,) = await queue(db, new(clock))
    nowhere = Vonage(f"http://127.0.0.1:{free_port()}", KEY, SECRET, "recado")
    await worker(db, nowhere, clock).deliver_due()
    assert (await message(db, id_)).state == "queued"
    clock.move(16)
    await worker(db, channel_to(server), clock).deliver_due()
    assert (await message(db, id_)).state == "sent"


async def test_backoff_has_jitter(db: Database, server: StandIn, channel: Vonage, clock: FakeClock) -> None:
    await queue(db, new(clock), new(clock))
    server.script(always="503")
    numbers = iter((0.0, 1.0))
    before = clock()
    await worker(db, channel, clock, jitter=lambda: next(numbers)).deliver_due()
    waits = sorted(due - before for due in await _stored(db, "due_at"))
    assert waits[0] == pytest.approx(12_000_000, abs=100_000)
    assert waits[1] == pytest.approx(18_000_000, abs=100_000)


async def test_429_pauses_the_whole_key_for_retry_after(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    ids = await queue(db, *(new(clock) for _ in range(5)))
    server.script({"answer": "429", "retry_after": 30})
    first, second = worker(db, channel, clock), worker(db, channel_to(server), clock)
    for delivery in (first, second):
        await delivery.deliver_due()
    assert len(server.requests) == 1
    clock.move(28)
    await second.deliver_due()
    assert len(server.requests) == 1
    clock.move(3)
    await second.deliver_due()
    assert len(server.requests) == 6
    assert {(await message(db, id_)).state for id_ in ids} == {"sent"}
    assert set(await _stored(db, "attempts")) == {1}
    assert first.trouble is None


@pytest.mark.parametrize("answer", ["500", "502", "504", "hang", "hang_up", "garbage"])
async def test_a_lost_answer_is_followed_by_one_more_text_at_most(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, answer: str
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(always=answer)
    delivery = worker(db, channel, clock)
    await delivery.deliver_due()
    assert await _stored(db, "state") == ["unknown"]
    await _deliver_for(delivery, clock, 4.9 * MINUTE, 10)
    assert len(server.requests) == 1
    assert (await message(db, id_)).state == "queued"
    clock.move(MINUTE)
    await delivery.deliver_due()
    assert len(server.requests) == 2
    await _deliver_for(delivery, clock, 2 * HOUR, 24)
    assert len(server.requests) == 2
    failed = await message(db, id_)
    assert failed.state == "failed"
    assert "may have arrived" in str(failed.error)


async def test_a_lost_answer_may_be_made_good_by_the_second_text(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script("hang_up", "503", "202")
    await _deliver_for(worker(db, channel, clock), clock, 20 * MINUTE, 20)
    assert [request["client_ref"] for request in server.requests] == [id_] * 3
    assert (await message(db, id_)).state == "sent"


@pytest.mark.parametrize("answer", ["400", "422"])
async def test_a_refused_text_has_failed_for_good(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, answer: str
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(answer)
    await _deliver_for(worker(db, channel, clock), clock, 2 * HOUR, 10)
    assert len(server.requests) == 1
    failed = await message(db, id_)
    assert failed.state == "failed"
    assert answer in str(failed.error)


@pytest.mark.parametrize("answer", ["huge", "broken"])
async def test_an_unreadable_acceptance_is_not_sent_again(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, answer: str
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(answer)
    await _deliver_for(worker(db, channel, clock), clock, 2 * HOUR, 10)
    assert len(server.requests) == 1
    assert (await message(db, id_)).state == "sent"


@pytest.mark.parametrize("answer", ["401", "402", "403", "404"])
async def test_trouble_of_the_account_stops_all_and_rows_wait_until_it_is_mended(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, answer: str
) -> None:
    ids = await queue(db, *(new(clock, user_id=user) for user in (ANA, RUI) for _ in range(5)))
    server.script(always=answer)
    delivery = worker(db, channel, clock)
    with capture_logs() as logs:
        await delivery.deliver_due()
        assert len(server.requests) == 1
        assert answer in str(delivery.trouble)
        await _deliver_for(delivery, clock, HOUR, 60)
        assert len(server.requests) == 13  # one try each five minutes
        assert await _stored(db, "state") == ["queued"] * len(ids)
        server.script()
        await _deliver_for(delivery, clock, 10 * MINUTE, 10)
    assert await _stored(db, "state") == ["sent"] * len(ids)
    assert await _stored(db, "attempts") == [1] * len(ids)
    assert delivery.trouble is None
    assert [entry["log_level"] for entry in logs] == ["error", "info"]


async def test_in_trouble_one_text_at_a_time_tries(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, *(new(clock) for _ in range(5)))
    server.script("401", always={"answer": "401", "delay": 0.3})
    await worker(db, channel, clock).deliver_due()
    clock.move(6 * MINUTE)
    await worker(db, channel, clock, patient=False).deliver_due()
    assert len(server.requests) == 2


async def test_every_worker_of_the_key_knows_of_the_trouble(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock))
    server.script("401")
    await worker(db, channel, clock).deliver_due()
    other = worker(db, channel_to(server), clock)
    await other.deliver_due()
    assert "401" in str(other.trouble)
    assert len(server.requests) == 1


async def test_a_restart_tries_at_once_with_one_text(db: Database, server: StandIn, clock: FakeClock) -> None:
    await queue(db, *(new(clock) for _ in range(3)))
    server.script(always="401")
    await worker(db, channel_to(server), clock).deliver_due()
    server.requests.clear()
    delivery = worker(db, channel_to(server), clock)
    running = asyncio.create_task(delivery.run())
    await _until(lambda: len(server.requests) > 0)
    await asyncio.sleep(0.2)
    await delivery.stop()
    await running
    assert len(server.requests) == 1


async def _until(true: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def test_no_more_than_twenty_five_texts_leave_in_a_second(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, *(new(clock) for _ in range(60)))
    before = clock()
    await worker(db, channel, clock).deliver_due()
    assert len(server.requests) == 60
    assert clock() - before == 60 * 40_000


async def test_workers_share_one_pace_and_send_nothing_twice(db: Database, db_url: str, server: StandIn) -> None:
    """Real clocks, three workers, each with its own connection to the database."""

    def real_clock() -> int:
        return time.time_ns() // 1000

    async def allowed(pending: Pending) -> Consent:
        return Consent((pending.recipient,))

    ids = await queue(db, *(new(real_clock, user_id=user) for user in range(1, 101)))
    databases = [db, await open_database(db_url), await open_database(db_url)]
    workers = [
        Delivery(one, channel_to(server), real_clock, str, allowed, timing=Timing(gap=0.005, poll=0.05))
        for one in databases
    ]
    before = time.monotonic()
    running = [asyncio.create_task(one.run()) for one in workers]
    await _until(lambda: len(server.requests) >= 100, 60)
    took = time.monotonic() - before
    await asyncio.gather(*(one.stop() for one in workers))
    await asyncio.gather(*running)
    assert Counter(request["client_ref"] for request in server.requests) == Counter(ids)
    assert await _stored(db, "state") == ["sent"] * 100
    assert took > 99 * 0.005
    for one in databases[1:]:
        await one.close()


async def test_workers_that_read_the_same_row_do_not_both_take_it(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock))
    (row,) = await outbox.waiting(db, 10)
    taken = await asyncio.gather(*(db.write(outbox.lease, row, clock() + 1 + i) for i in range(20)))
    assert len([lease for lease in taken if lease]) == 1


async def test_a_stopped_worker_finishes_what_is_on_its_way(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    server.script(always={"answer": "202", "delay": 0.3})
    await queue(db, *(new(clock) for _ in range(3)))
    delivery = worker(db, channel, clock)
    running = asyncio.create_task(delivery.run())
    await _until(lambda: len(server.requests) == 3)
    await delivery.stop()
    assert await _stored(db, "state") == ["sent"] * 3
    await asyncio.wait_for(running, 1)


async def test_a_cancelled_worker_finishes_what_is_on_its_way(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    server.script(always={"answer": "202", "delay": 0.3})
    await queue(db, new(clock))
    running = asyncio.create_task(worker(db, channel, clock).run())
    await _until(lambda: len(server.requests) == 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await _stored(db, "state") == ["sent"]


async def test_stopping_a_worker_that_never_ran_returns_at_once(
    db: Database, channel: Vonage, clock: FakeClock
) -> None:
    await asyncio.wait_for(worker(db, channel, clock).stop(), 1)


async def test_a_woken_worker_sends_at_once_and_a_sleeping_one_within_the_poll(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    delivery = worker(db, channel, clock, timing=Timing(poll=0.6))
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.1)
    await queue(db, new(clock))
    delivery.wake()
    await _until(lambda: len(server.requests) == 1, 0.4)
    clock.move(1)
    await queue(db, new(clock))
    await _until(lambda: len(server.requests) == 2, 2)
    await delivery.stop()
    await running


async def test_a_channel_that_breaks_leaves_a_doubt_and_a_living_worker(db: Database, clock: FakeClock) -> None:
    class Broken:
        name = "broken"
        kind = "sms"

        async def send(self, message: Any) -> Any:
            raise ZeroDivisionError(message)

        async def close(self) -> None: ...

    await queue(db, new(clock))
    delivery = worker(db, Broken(), clock)
    with capture_logs() as logs:
        await delivery.deliver_due()
    assert await _stored(db, "state") == ["unknown"]
    assert ANAS_NUMBER not in str(logs)


async def test_a_failed_text_is_logged_without_its_number(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script("422")
    with capture_logs() as logs:
        await worker(db, channel, clock).deliver_due()
    (entry,) = logs
    assert entry["message_id"] == id_
    assert ANAS_NUMBER[1:] not in str(entry)


async def test_a_text_deleted_while_on_its_way_is_no_trouble(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock))
    server.script({"answer": "422", "delay": 0.3})
    delivering = asyncio.create_task(worker(db, channel, clock).deliver_due())
    await _until(lambda: len(server.requests) == 1)
    await db.write(outbox.erase, ANA)
    await delivering
    assert await _stored(db, "state") == []


async def test_a_gate_shut_by_a_clock_far_ahead_is_taken_for_open(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    clock.move(30 * 24 * HOUR)
    await queue(db, new(clock))
    await worker(db, channel, clock).deliver_due()
    clock.move(-30 * 24 * HOUR)
    await queue(db, new(clock))
    await worker(db, channel, clock).deliver_due()
    assert len(server.requests) == 2
