"""Acts on callbacks that were taken: receipts and texts, in the order they came, in the background.

A session that a text ended is announced at once, and again from its row, in case this process dies before.

Several workers may run over one database. What fails is tried again, and given up with a word in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from recado.db import Database, Tx
from recado.db.ids import Clock, NewId
from recado.errors import Unavailable
from recado.messages import inbox, receipts
from recado.messages.inbox import Callback
from recado.messages.receipts import Receipt
from recado.texting import conversation
from recado.texting.conversation import Inbound, Outcome
from revocable import Sessions

_log = structlog.get_logger()

_BATCH = 20
_POLL = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1_000_000, 600_000_000


class _Claimed(Exception):
    """Another worker acts on it, or has."""


class Inbox:
    """Runs until cancelled. `wake` when a callback was stored; without that it is found within a second."""

    def __init__(
        self,
        db: Database,
        sessions: Sessions,
        clock: Clock,
        new_id: NewId,
        wake_delivery: Callable[[], None],
        *,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake_delivery` is called when an answer waits to be sent, `ended` when a text has ended a session."""
        self._db, self._sessions, self._clock, self._new_id = db, sessions, clock, new_id
        self._wake_delivery, self._ended = wake_delivery, ended
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for callbacks now."""
        self._woken.set()

    async def run(self) -> None:
        """Act on what comes until cancelled."""
        while True:
            self._woken.clear()
            try:
                if await self.act_on_waiting():
                    continue
            except Unavailable as error:
                _log.warning("callbacks wait for the database", reason=error.detail)
            except Exception:
                _log.exception("acting on callbacks stumbled and goes on")
            try:
                async with asyncio.timeout(_POLL):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def act_on_waiting(self) -> int:
        """Act on some of what waits; return how many there were."""
        waiting = await inbox.waiting(self._db, self._clock(), _BATCH)
        for callback in waiting:
            await self._try(callback)
        return len(waiting)

    async def _try(self, callback: Callback) -> None:
        try:
            if callback.kind == "ended":
                await self._announce(callback)
                return
            outcome = await self._db.write(self._act, callback)
        except _Claimed:
            return
        except Unavailable:
            raise
        except Exception:
            await self._put_off(callback)
            return
        if outcome.texts:
            self._wake_delivery()
        for user_id, session_id in outcome.ended:
            await self._sessions.announce(str(user_id), [session_id])
            self._ended()

    async def _act(self, tx: Tx, callback: Callback) -> Outcome:
        if not await inbox.claim(tx, callback):
            raise _Claimed
        if callback.kind == "status":
            await receipts.apply(tx, msgspec.json.decode(callback.body, type=Receipt), callback.received_at)
            return Outcome()
        inbound, now = msgspec.json.decode(callback.body, type=Inbound), self._clock()
        outcome = await conversation.act(tx, inbound, end=self._end, new_id=self._new_id, now=now)
        for user_id, session_id in outcome.ended:
            await inbox.keep_ended(tx, user_id, session_id, now)
        return outcome

    async def _announce(self, callback: Callback) -> None:
        """Make every index forget a session, and claim it only then."""
        user_id, session_id = msgspec.json.decode(callback.body, type=tuple[str, str])
        await self._sessions.announce(user_id, [session_id])
        await self._db.write(inbox.claim, callback)

    async def _end(self, tx: Tx, user_id: int, session_id: str) -> bool:
        return await self._sessions.within(tx).end(str(user_id), session_id)

    async def _put_off(self, callback: Callback) -> None:
        last = callback.tries + 1 >= inbox.MOST_TRIES
        _log.exception("acting on a callback failed", kind=callback.kind, given_up=last)
        pause = min(_FIRST_PAUSE * 4**callback.tries, _LONGEST_PAUSE)
        await inbox.put_off(self._db, callback, None if last else self._clock() + pause)
