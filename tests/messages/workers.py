"""What the tests of the messages room share: a clock they move, messages to send, workers to send them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from recado.db import Database
from recado.db.ids import uuid7
from recado.messages import outbox
from recado.messages.caps import Caps
from recado.messages.channel import Channel
from recado.messages.consent import Consent
from recado.messages.countries import Countries
from recado.messages.delivery import Delivery
from recado.messages.outbox import Kind, Message, NewMessage, Pending
from recado.messages.policy import SECOND, Timing
from recado.messages.vonage import Vonage
from tests.vonage.server import KEY, SECRET, StandIn

ANA, RUI = 1, 2
ANAS_NUMBER, RUIS_NUMBER = "+5511987654321", "+351912345678"
MINUTE, HOUR, DAY = 60, 3600, 86400
_numbers = itertools.count(1)


class FakeClock:
    """Stands still until it is moved, in seconds."""

    def __init__(self, now: int = 1_700_000_000 * SECOND) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


def new(
    clock: Callable[[], int],
    *,
    user_id: int = ANA,
    recipient: str = ANAS_NUMBER,
    kind: Kind = "created",
    text: str = "Dear ana, a todo was created from your account just now.",
    todo_id: str | None = None,
    nonce: str | None = None,
) -> NewMessage:
    """A message with an id of its own, later than all before it."""
    id_ = uuid7(lambda: clock() + next(_numbers) * 1000)
    return NewMessage(user_id, id_, kind, recipient, text, clock(), todo_id, nonce)


async def queue(db: Database, *messages: NewMessage) -> list[str]:
    """Put messages in the outbox, in one transaction; return their ids."""

    async def put_all(tx: Any) -> None:
        for message in messages:
            outbox.put(tx, message)

    await db.write(put_all)
    return [message.id for message in messages]


async def message(db: Database, id_: str, user_id: int = ANA) -> Message:
    """The message as its user sees it."""
    return next(found for found in await outbox.page(db, user_id, 200) if found.id == id_)


def vonage(server: StandIn, **changes: Any) -> Vonage:
    """The real channel, with short times."""
    given = {"url": server.url, "key": KEY, "secret": SECRET, "sender": "14155550100", "read_seconds": 0.5, **changes}
    return Vonage(**given)


def worker(
    db: Database,
    channel: Channel,
    clock: FakeClock,
    *,
    caps: Caps | None = None,
    countries: Countries | None = None,
    may_send: Callable[[Pending], bool] = lambda _: True,
    ways: tuple[str, ...] = (),
    quiet_until: int | None = None,
    timing: Timing | None = None,
    jitter: Callable[[], float] = lambda: 0.5,
    patient: bool = True,
) -> Delivery:
    """A worker on the tests' clock: when it sleeps, what is on its way arrives, and then the clock moves.

    One that is not patient does not wait for what is on its way. A code is its nonce backwards; the jitter is none.
    Everybody may be reached at `ways`; without them just at the address that a message has.
    """

    async def consult(pending: Pending) -> Consent:
        return Consent((ways or (pending.recipient,)) if may_send(pending) else (), quiet_until)

    async def sleep(seconds: float) -> None:
        await (delivery.landed() if patient else asyncio.sleep(0))
        clock.move(seconds)

    delivery = Delivery(
        db,
        channel,
        clock,
        lambda nonce: nonce[::-1],
        consult,
        caps=caps,
        countries=countries,
        timing=timing,
        jitter=jitter,
        sleep=sleep,
    )
    return delivery
