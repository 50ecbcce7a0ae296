"""One message's way from its row to the channel and back to its row.

Whoever commits the lease sends, and the lease is committed before the text leaves the house. What an outcome means for
a message is in `policy`, the pace in `gate`, the daily limits in `caps`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from recado.db import Database, Reader, Tx
from recado.db.ids import Clock
from recado.errors import Unavailable
from recado.messages import caps as counts
from recado.messages import gate, outbox, policy, stops, texts, wording
from recado.messages.caps import Caps
from recado.messages.channel import Channel, ChannelKind, Failed, Halt, Outcome, Outgoing, Sent, Throttled, Unknown
from recado.messages.consent import Consent, Consult
from recado.messages.countries import Countries
from recado.messages.gate import Gate
from recado.messages.outbox import ONE_ADDRESS, SECRET, Fate, Pending
from recado.messages.policy import SECOND, Timing

_log = structlog.get_logger()

_RECORD_TRIES = 30

Observe = Callable[[ChannelKind, str], None]
"""Is told of each attempt: the channel, and the outcome's name in lower case."""
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
        consult: Consult,
        caps: Caps,
        countries: Countries,
        timing: Timing,
        jitter: Callable[[], float],
        sleep: Sleep,
        observe: Observe = lambda _kind, _outcome: None,
    ) -> None:
        self.trouble: str | None = None
        self._db, self._channel, self._clock = db, channel, clock
        self._reveal, self._consult = reveal, consult
        self._caps, self._countries, self._timing = caps, countries, timing
        self._jitter, self._sleep, self._observe = jitter, sleep, observe

    async def gate(self) -> Gate:
        """Read how the channel's gate stands, and tell the operator if that is news."""
        found = await gate.read(self._db, self._channel.name)
        self._tell(found.trouble)
        return found

    async def probe(self) -> None:
        """Let one text try at once, even in trouble."""
        await self._db.write(gate.probe_now, self._channel.name, self._clock())

    async def lease(self, message: Pending) -> Pending | None:
        """Take a due message for sending. None when it is not ours to send now: another worker has it, its owner does
        not want it or not yet, a cap is reached, it goes another way, or its last worker left it in doubt. Raises
        `gate.Shut`.
        """
        if message.state == "sending":
            await self._write_down(message, Unknown("Its worker ended."))
            return None
        if message.state == "failed":
            await self._hand_on(message)
            return None
        consent = await self._consent(message)
        if fate := await self._hindrance(message, consent):
            if await self._db.write(outbox.settle, message, fate):
                self._tell_given_up(message, fate)
            return None
        try:
            leased = await self._db.write(self._lease, message, consent, self._clock())
        except _Taken:
            return None
        if isinstance(leased, Pending):
            return leased
        self._tell_given_up(message, leased)
        return None

    async def send(self, message: Pending) -> None:
        """Send a leased message and write down what became of it."""
        try:
            outcome = await self._channel.send(self._outgoing(message))
        except Exception as error:  # whatever it was, the text may have gone out
            _log.exception("sending a text message failed", message_id=message.id)
            outcome = Unknown(type(error).__name__)
        self._observe(self._channel.kind, type(outcome).__name__.lower())
        if isinstance(outcome, Halt):
            self._tell(outcome.reason)
        await self._write_down(message, outcome)

    def _outgoing(self, message: Pending) -> Outgoing:
        text, recipient = wording.of(message.channel, message.text), message.recipient
        if message.nonce is not None:
            text = text.replace(texts.CODE, self._reveal(message.nonce))
        if message.channel == "ntfy":
            recipient = self._reveal(recipient)
        return Outgoing(message.id, recipient, text, secret=message.kind in SECRET)

    async def _consent(self, message: Pending) -> Consent:
        """What goes to one address asks nobody: it was asked for, or is what proves the address."""
        if message.kind in ONE_ADDRESS:
            return Consent((message.recipient,))
        return await self._consult(message)

    async def _hand_on(self, message: Pending) -> None:
        """Give a text that its carrier did not deliver to the next way, or let it have failed."""
        fate = self._given_up(message, message.error or "", await self._consent(message))
        if await self._db.write(outbox.settle, message, fate):
            self._tell_given_up(message, fate)

    async def _hindrance(self, message: Pending, consent: Consent) -> Fate | None:
        """Return what becomes of a message that cannot go now, or not this way."""
        now = self._clock()
        if message.kind in SECRET and now - message.created_at > self._timing.code_life * SECOND:
            return policy.failed(message, "It ran out before it could be sent.")
        if message.recipient not in consent.ways or (message.attempts == 0 and message.doubts == 0):
            way = consent.onward(message.tried)
            if way is None:
                return policy.failed(message, consent.refusal)
            if way != message.recipient:
                in_doubt = policy.may_have_arrived(message)
                return policy.failed(message, policy.IN_DOUBT) if in_doubt else policy.moved(way, now, message.tried)
        if reason := await self._refusal(message):
            return self._given_up(message, reason, consent)
        return policy.held(message, consent.quiet_until) if consent.quiet_until else None

    async def _refusal(self, message: Pending) -> str | None:
        """Return why a number gets no text: it answered STOP (only that is told), or its country is not allowed."""
        if message.channel != "sms":
            return None
        return await _stopped(self._db, message) or self._countries.refusal(message.recipient)

    def _given_up(self, message: Pending, reason: str, consent: Consent) -> Fate:
        """Return what becomes of a message that this channel will never take: it goes the next way, unless it may have
        arrived, or has failed.
        """
        tried = f"{message.tried} {message.channel}".strip()
        way = consent.onward(tried)
        if way is None or policy.may_have_arrived(message):
            return policy.failed(message, reason)
        _log.info("a message goes another way", message_id=message.id, gave_up=message.channel, reason=reason)
        return policy.moved(way, self._clock(), tried)

    async def _lease(self, tx: Tx, message: Pending, consent: Consent, now: int) -> Pending | Fate:
        """Pass the gate, take the message and count it, all in one transaction; its fate when a cap ends it, or a STOP
        that came since it was asked for.
        """
        timing = self._timing
        gap, probe_gap = int(timing.gap * SECOND), int(timing.probe_gap * SECOND)
        await gate.enter(tx, self._channel.name, now, gap=gap, probe_gap=probe_gap)
        leased = await outbox.lease(tx, message, now + int(timing.lease * SECOND))
        if leased is None:
            raise _Taken  # undoes the passage as well
        reason = await _stopped(tx, leased) or await counts.take(tx, self._caps, leased, counts.day_of(now))
        if reason is None:
            return leased
        fate = self._given_up(leased, reason, consent)
        await outbox.settle(tx, leased, fate)
        return fate

    async def _write_down(self, message: Pending, outcome: Outcome) -> None:
        """Record an outcome, patiently: lost, it would become a doubt when the lease runs out."""
        fate = await self._fate(message, outcome)
        for _ in range(_RECORD_TRIES):
            try:
                await self._db.write(self._record, message, outcome, fate, self._clock())
                return
            except Unavailable:
                await self._sleep(self._timing.poll)
        _log.error("what became of a text message could not be stored", message_id=message.id)

    async def _fate(self, message: Pending, outcome: Outcome) -> Fate | None:
        if isinstance(outcome, Sent):
            return None
        fate = policy.fate(message, outcome, self._clock(), self._timing, self._jitter)
        if fate.state != "failed":
            return fate
        with suppress(Unavailable):  # then it has failed here, and people may try it again
            given_up = replace(message, doubts=fate.doubts)
            fate = self._given_up(given_up, fate.error or "", await self._consent(message))
        self._tell_given_up(message, fate)
        return fate

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

    def _tell_given_up(self, message: Pending, fate: Fate) -> None:
        if fate.state == "failed":
            to = texts.masked(message.recipient)
            _log.warning("a text message failed", message_id=message.id, kind=message.kind, to=to, reason=fate.error)


async def _stopped(reader: Reader, message: Pending) -> str | None:
    """Return why a number that answered STOP gets no text; only the confirmation of that goes through."""
    if message.channel != "sms" or message.kind == "stopped" or not await stops.is_stopped(reader, message.recipient):
        return None
    return stops.CODE_REASON if message.kind == "phone_code" else stops.REASON
