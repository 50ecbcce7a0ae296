"""The delivery worker of one channel: looks for its due messages and sends them at the channel's pace.

Any number of workers may run over one database, in one process or many. How one message is leased, sent and settled is
in `dispatch`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from recado.db import Database
from recado.db.ids import Clock
from recado.errors import Unavailable
from recado.messages import caps as counts
from recado.messages import gate, outbox
from recado.messages.caps import Caps
from recado.messages.channel import Channel, ChannelKind
from recado.messages.closed import Closed
from recado.messages.consent import Consult
from recado.messages.countries import Countries
from recado.messages.dispatch import Dispatch, Observe, Sleep
from recado.messages.outbox import Pending
from recado.messages.policy import SECOND, Timing

_log = structlog.get_logger()

_SLOTS = 32
"""How many texts may be on their way at once."""
_BATCH = 8
_SELDOM = 20
"""How often to look for what waits for a channel that this service does not have, in seconds."""
_FIRST_PURGE, _PURGE_EVERY = 600 * SECOND, 24 * 3600 * SECOND


class Delivery:
    """Sends what is due. `wake` after queueing a text; without that it is found within `timing.poll` seconds."""

    def __init__(
        self,
        db: Database,
        channel: Channel,
        clock: Clock,
        reveal: Callable[[str], str],
        consult: Consult,
        *,
        caps: Caps | None = None,
        countries: Countries | None = None,
        timing: Timing | None = None,
        jitter: Callable[[], float] = random.random,
        sleep: Sleep = asyncio.sleep,
        observe: Observe = lambda _kind, _outcome: None,
    ) -> None:
        """`reveal` makes a code or a topic of what it follows from. `consult` tells what the one who gets a message
        allows; codes are sent without asking it. `jitter` gives numbers from 0 to 1.
        """
        self._db, self._channel, self._clock, self._sleep = db, channel, clock, sleep
        self._timing = timing or (Timing(poll=_SELDOM) if isinstance(channel, Closed) else Timing())
        self._dispatch = Dispatch(
            db,
            channel,
            clock,
            reveal,
            consult=consult,
            caps=caps or Caps(),
            countries=countries or Countries(),
            timing=self._timing,
            jitter=jitter,
            sleep=sleep,
            observe=observe,
        )
        self._slots = asyncio.Semaphore(_SLOTS)
        self._flying: set[asyncio.Task[None]] = set()
        self._woken, self._ended = asyncio.Event(), asyncio.Event()
        self._ended.set()
        self._stopping = False
        self._purge_at = clock() + _FIRST_PURGE

    @property
    def kind(self) -> ChannelKind:
        """Which kind of channel this is."""
        return self._channel.kind

    @property
    def open(self) -> bool:
        """Whether anything can be sent here at all; what waits for a closed channel is found by itself."""
        return not isinstance(self._channel, Closed)

    @property
    def trouble(self) -> str | None:
        """What the operator must mend before any text can go, as a sentence; None when all is well."""
        return self._dispatch.trouble

    async def run(self) -> None:
        """Send what is due until stopped or cancelled; then finish what is on its way and close the channel."""
        self._ended.clear()
        try:
            await self._patiently(self._probe)
            while not self._stopping:
                self._woken.clear()
                await self._rest(await self._patiently(self._pass))
        finally:
            await self.landed()
            await self._channel.close()
            self._ended.set()

    def wake(self) -> None:
        """Look for due messages now."""
        self._woken.set()

    async def stop(self) -> None:
        """Begin nothing more, and return when what is on its way has been written down and `run` has ended."""
        self._stopping = True
        self.wake()
        await self._ended.wait()

    async def deliver_due(self) -> None:
        """Send everything that is due now, and return when it is written down."""
        while await self._pass() == 0:
            pass
        await self.landed()

    async def landed(self) -> None:
        """Return when nothing is on its way."""
        while self._flying:
            await asyncio.wait(self._flying)

    async def _probe(self) -> float:
        """A start is a good moment to try again: the operator may just have mended the settings."""
        await self._dispatch.probe()
        return 0

    async def _patiently(self, step: Callable[[], Awaitable[float]]) -> float:
        """Run a step; whatever fails, the worker lives and goes on after a pause."""
        try:
            return await step()
        except Unavailable as error:
            _log.warning("text messages wait for the database", reason=error.detail)
        except Exception:
            _log.exception("the delivery worker stumbled and goes on")
        return self._timing.poll

    async def _rest(self, seconds: float) -> None:
        """Rest until something is due or queued."""
        if seconds == 0:
            return
        try:
            async with asyncio.timeout(min(seconds, self._timing.poll)):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _pass(self) -> float:
        """Send a batch of what is due. Return for how many seconds there is nothing more to do."""
        now = self._clock()
        await self._purge(now)
        if shut := (await self._dispatch.gate()).shut_for(now):
            return await self._wait(shut / SECOND)
        messages = await outbox.waiting(self._db, _BATCH, self._channel.kind)
        try:
            for message in messages:
                if self._stopping or message.due_at > now:
                    return max(message.due_at - now, 1) / SECOND
                if (leased := await self._take(message)) is not None:
                    await self._keep_pace(leased)
                    now = self._clock()
        except gate.Shut:
            return 0
        return 0 if messages else self._timing.poll

    async def _wait(self, seconds: float) -> float:
        """Sleep through a short wait at the gate, deaf to `wake`: more messages would not open it."""
        if seconds > self._timing.poll:
            return seconds
        await self._sleep(seconds)
        return 0

    async def _keep_pace(self, leased: Pending) -> None:
        """Wait for the gate that a leased message has shut, instead of asking it with the next one."""
        leased_at = leased.due_at - int(self._timing.lease * SECOND)
        if (rest := leased_at + int(self._timing.gap * SECOND) - self._clock()) > 0:
            await self._sleep(rest / SECOND)

    async def _take(self, message: Pending) -> Pending | None:
        await self._slots.acquire()
        try:
            leased = await self._dispatch.lease(message)
        except BaseException:
            self._slots.release()
            raise
        if leased is None:
            self._slots.release()
            return None
        task = asyncio.get_running_loop().create_task(self._dispatch.send(leased))
        self._flying.add(task)
        task.add_done_callback(self._landed)
        return leased

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()):
            _log.error("a text message is left in doubt", exc_info=error)

    async def _purge(self, now: int) -> None:
        if now >= self._purge_at:
            self._purge_at = now + _PURGE_EVERY
            await self._db.write(outbox.purge, now)
            await self._db.write(counts.purge, now)
