"""A worker that is killed between sending and writing it down: at most one more text follows, and it is counted."""

from __future__ import annotations

import subprocess
import sys
import time

from recado.db import Database
from recado.messages.vonage import Vonage
from tests.messages.workers import MINUTE, FakeClock, message, new, queue, worker
from tests.vonage.server import KEY, SECRET, StandIn

_WORKER = """if True:
    import asyncio, sys
    from recado.db import open_database
    from recado.messages.consent import Consent
    from recado.messages.delivery import Delivery
    from recado.messages.vonage import Vonage

    async def allowed(pending):
        return Consent((pending.recipient,))

    async def main(db_url, vonage_url, now):
        channel = Vonage(vonage_url, sys.argv[4], sys.argv[5], "recado")
        await Delivery(await open_database(db_url), channel, lambda: int(now), str, allowed).run()

    asyncio.run(main(*sys.argv[1:4]))"""


def _die_while_sending(db_url: str, server: StandIn, clock: FakeClock) -> None:
    """Run a worker in a process of its own, and kill it when Vonage has read its request."""
    before = len(server.requests)
    command = [sys.executable, "-c", _WORKER, db_url, server.url, str(clock()), KEY, SECRET]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        while len(server.requests) == before:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()


async def _stages(db: Database) -> list[str]:
    return [row[0] for row in await db.all("SELECT state FROM message")]


async def test_a_worker_killed_while_sending_costs_one_more_text_at_most(
    db: Database, db_url: str, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script("hang")
    _die_while_sending(db_url, server, clock)
    delivery = worker(db, channel, clock)
    clock.move(59)
    await delivery.deliver_due()
    assert await _stages(db) == ["sending"]  # its lease still holds
    clock.move(2)
    await delivery.deliver_due()
    assert await _stages(db) == ["unknown"]
    assert len(server.requests) == 1  # it is in doubt, and rests
    clock.move(5 * MINUTE)
    await delivery.deliver_due()
    assert [request["client_ref"] for request in server.requests] == [id_, id_]
    assert (await message(db, id_)).state == "sent"
    assert [tuple(row) for row in await db.all("SELECT attempts, doubts FROM message")] == [(2, 1)]


async def test_two_workers_killed_over_one_text_end_it(
    db: Database, db_url: str, server: StandIn, channel: Vonage, clock: FakeClock
) -> None:
    (id_,) = await queue(db, new(clock))
    server.script(always="hang")
    delivery = worker(db, channel, clock)
    for _ in range(2):
        _die_while_sending(db_url, server, clock)
        clock.move(61)
        await delivery.deliver_due()
        clock.move(5 * MINUTE)
    server.script()
    await delivery.deliver_due()
    assert len(server.requests) == 2
    assert (await message(db, id_)).state == "failed"
