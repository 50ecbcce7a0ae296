"""One message's way from its row to the channel and back to its row.

Whoever commits the lease sends, and the lease is committed before the text leaves the house. What an outcome means for
a message is in `policy`, the pace in `gate`, the daily limits in `caps`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from recado.db import Database, Tx
from recado.db.ids import Clock
from recado.errors import Unavailable
from recado.messages import caps as counts
from recado.messages import gate, outbox, policy, stops, texts
from recado.messages.caps import Caps
from recado.messages.channel import Channel, Failed, Halt, Outcome, Outgoing, Sent, Throttled, Unknown
from recado.messages.gate import Gate
from recado.messages.outbox import Fate, Pending
from recado.messages.policy import SECOND, Timing

_log = structlog.get_logger()

_RECORD_TRIES = 30

MaySend = Callable[[Pending], Awaitable[bool]]
Sleep = Callable[[float], Awaitable[object]]


class _Taken(Exception):
    """Another worker has the message, or it was changed since it was read."""


class Dispatch:
    """Leases, sends and settles single messages over one channel. `trouble` is as `Delivery` says."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        clock: Clock,
        reveal: Callable[[str], str],
        *,
        may_send: MaySend,
        caps: Caps,
        timing: Timing,
        jitter: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self.trouble: str | None = None
        self._db, self._channel, self._clock = db, channel, clock
        self._reveal, self._may_send = reveal, may_send
        self._caps, self._timing = caps, timing
        self._jitter, self._sleep = jitter, sleep

    async def gate(self) -> Gate:
        """Read how the channel's gate stands, and tell the operator if that is news."""
        found = await gate.read(self._db, self._channel.name)
        self._tell(found.trouble)
        return found

    async def probe(self) -> None:
        """Let one text try at once, even in trouble."""
        await self._db.write(gate.probe_now, self._channel.name, self._clock())

    async def lease(self, message: Pending) -> Pending | None:
        """Take a due message for sending. None when it is not ours to send: another worker has it, its number is not
        verified, a cap is reached, or its last worker left it in doubt. Raises `gate.Shut`.
        """
        if message.state == "sending":
            await self._write_down(message, Unknown("Its worker ended."))
            return None
        if reason := await self._refusal(message):
            if await self._db.write(outbox.settle, message, policy.failed(message, reason)):
                _tell_failed(message, reason)
            return None
        try:
            leased = await self._db.write(self._lease, message, self._clock())
        except _Taken:
            return None
        if isinstance(leased, Pending):
            return leased
        _tell_failed(message, leased)
        return None

    async def send(self, message: Pending) -> None:
        """Send a leased message and write down what became of it."""
        try:
            text = message.text
            if message.nonce is not None:
                text = text.replace(texts.CODE, self._reveal(message.nonce))
            outcome = await self._channel.send(Outgoing(message.id, message.recipient, text))
        except Exception as error:  # whatever it was, the text may have gone out
            _log.exception("sending a text message failed", message_id=message.id)
            outcome = Unknown(type(error).__name__)
        if isinstance(outcome, Halt):
            self._tell(outcome.reason)
        if isinstance(outcome, Failed):
            _tell_failed(message, outcome.reason)
        await self._write_down(message, outcome)

    async def _refusal(self, message: Pending) -> str | None:
        if message.kind != "stopped" and await stops.is_stopped(self._db, message.recipient):
            return stops.REASON
        if message.kind == "phone_code":
            late = self._clock() - message.created_at > self._timing.code_life * SECOND
            return "The code ran out before it could be sent." if late else None
        allowed = await self._may_send(message)
        return None if allowed else "The number is not verified, or its owner wants no such texts."

    async def _lease(self, tx: Tx, message: Pending, now: int) -> Pending | str:
        """Pass the gate, take the message and count it, all in one transaction; the reason when a cap ends it."""
        timing = self._timing
        gap, probe_gap = int(timing.gap * SECOND), int(timing.probe_gap * SECOND)
        await gate.enter(tx, self._channel.name, now, gap=gap, probe_gap=probe_gap)
        leased = await outbox.lease(tx, message, now + int(timing.lease * SECOND))
        if leased is None:
            raise _Taken  # undoes the passage as well
        reached = await counts.take(tx, self._caps, leased, counts.day_of(now))
        if reached is None:
            return leased
        await outbox.settle(tx, leased, policy.failed(leased, reached))
        return reached

    async def _write_down(self, message: Pending, outcome: Outcome) -> None:
        """Record an outcome, patiently: lost, it would become a doubt when the lease runs out."""
        fate = self._fate(message, outcome)
        for _ in range(_RECORD_TRIES):
            try:
                await self._db.write(self._record, message, outcome, fate, self._clock())
                return
            except Unavailable:
                await self._sleep(self._timing.poll)
        _log.error("what became of a text message could not be stored", message_id=message.id)

    def _fate(self, message: Pending, outcome: Outcome) -> Fate | None:
        if isinstance(outcome, Sent):
            return None
        return policy.fate(message, outcome, self._clock(), self._timing, self._jitter)

    async def _record(self, tx: Tx, message: Pending, outcome: Outcome, fate: Fate | None, now: int) -> None:
        """Write down what became of a leased message, and what that says about the channel."""
        self._set_gate(tx, outcome, now)
        if isinstance(outcome, Sent):
            outbox.sent(tx, message, outcome.vonage_id, now)
        elif fate and await outbox.settle(tx, message, fate) and policy.surely_unsent(outcome):
            leased_at = message.due_at - int(self._timing.lease * SECOND)
            await counts.give_back(tx, self._caps, message, counts.day_of(leased_at))

    def _set_gate(self, tx: Tx, outcome: Outcome, now: int) -> None:
        name = self._channel.name
        match outcome:
            case Throttled(retry_after):
                gate.pause(tx, name, now + retry_after * SECOND)
            case Halt(reason):
                gate.halt(tx, name, now + int(self._timing.probe_gap * SECOND), reason)
            case Sent() | Failed() if self.trouble is not None:
                gate.reopen(tx, name, now)
            case _:
                return

    def _tell(self, trouble: str | None) -> None:
        """Tell the operator, once for each change."""
        if trouble == self.trouble:
            return
        self.trouble = trouble
        if trouble is None:
            _log.info("text messages are sent again", channel=self._channel.name)
        else:
            _log.error("no text message can be sent until this is mended", channel=self._channel.name, reason=trouble)


def _tell_failed(message: Pending, reason: str) -> None:
    to = texts.masked(message.recipient)
    _log.warning("a text message failed", message_id=message.id, kind=message.kind, to=to, reason=reason)
