from __future__ import annotations

from typing import Any

import pytest

from recado.db import Database
from recado.messages import caps as counts
from recado.messages import outbox
from recado.messages.caps import Caps
from recado.messages.vonage import Vonage
from tests.messages.workers import ANA, DAY, RUI, RUIS_NUMBER, FakeClock, message, new, queue, worker
from tests.vonage.server import StandIn


@pytest.mark.parametrize(
    "at",
    [
        (Caps(per_user=3), {"user_id": ANA}, "You may get 3"),
        (Caps(per_number=3), {"recipient": RUIS_NUMBER}, "A number may get 3"),
        (Caps(total=3), {}, "sends 3 texts a day"),
    ],
)
async def test_at_a_cap_a_text_fails_with_the_reason_until_the_next_day(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock, at: tuple[Caps, dict[str, Any], str]
) -> None:
    caps, of, word = at
    delivery = worker(db, channel, clock, caps=caps)
    ids: list[str] = []
    for _ in range(5):
        ids += await queue(db, new(clock, **of))
        clock.move(1)
        await delivery.deliver_due()
    assert len(server.requests) == 3
    failed = await message(db, ids[-1])
    assert failed.state == "failed"
    assert word in str(failed.error)
    clock.move(DAY)
    await queue(db, new(clock, **of))
    await delivery.deliver_due()
    assert len(server.requests) == 4


async def test_a_user_at_the_cap_does_not_stop_the_others(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, *(new(clock) for _ in range(4)))
    (ruis,) = await queue(db, new(clock, user_id=RUI, recipient=RUIS_NUMBER))
    await worker(db, channel, clock, caps=Caps(per_user=2, total=3)).deliver_due()
    assert len(server.requests) == 3
    assert (await message(db, ruis, RUI)).state == "sent"


async def test_what_was_not_sent_does_not_count(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    await queue(db, new(clock))
    server.script("503", "429", "401", "422")
    delivery = worker(db, channel, clock, caps=Caps(per_user=1))
    for _ in range(30):
        await delivery.deliver_due()
        clock.move(60)
    assert len(server.requests) == 4
    (id_,) = await queue(db, new(clock))
    await delivery.deliver_due()
    assert (await message(db, id_)).state == "sent"


async def test_what_may_have_been_sent_counts(db: Database, server: StandIn, channel: Vonage, clock: FakeClock) -> None:
    await queue(db, new(clock))
    server.script("hang_up")
    delivery = worker(db, channel, clock, caps=Caps(per_user=1))
    await delivery.deliver_due()
    (id_,) = await queue(db, new(clock))
    await delivery.deliver_due()
    assert len(server.requests) == 1
    assert (await message(db, id_)).state == "failed"


async def test_a_deleted_account_does_not_start_its_numbers_count_anew(
    db: Database, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    delivery = worker(db, channel, clock, caps=Caps(per_number=2))
    for user in range(1, 5):
        await queue(db, new(clock, user_id=user, kind="phone_code", nonce="n"))
        await delivery.deliver_due()
        clock.move(1)
        await db.write(outbox.erase, user)
    assert len(server.requests) == 2


async def test_old_counts_are_forgotten(db: Database, server: StandIn, channel: Vonage, clock: FakeClock) -> None:
    await queue(db, new(clock))
    await worker(db, channel, clock).deliver_due()
    await db.write(counts.purge, clock() + DAY * 1_000_000)
    assert await db.all("SELECT scope FROM message_count")
    await db.write(counts.purge, clock() + 2 * DAY * 1_000_000)
    assert await db.all("SELECT scope FROM message_count") == []
