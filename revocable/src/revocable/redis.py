"""The index: Redis in front of the truth. It takes reads off SQL and decides nothing.

Every change is made in SQL first. An ended session then leaves a tombstone, which no later write replaces; whatever else
is known of a session lives here for 30 s. So an index that was lost, emptied or brought back from an old snapshot logs
nobody out, and keeps an ended session's access token alive for those 30 s at most; a refresh is judged by SQL alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from revocable.address import read_addresses
from revocable.entry import ADVANCE, BURY, SEEN, TOMBSTONE, decode, encode, key
from revocable.pipeline import Argument, ErrorReply, NoAnswer, Pipeline, Redis
from revocable.sql import Connection
from revocable.store import SessionRecord, SessionState, SessionStore

T = TypeVar("T")

ENTRY_SECONDS = 30
_RETRY_SECONDS = ENTRY_SECONDS + 5
_AT_ONCE = 500
_MOST_TASKS = 1_000


def open_index(dsn: str, truth: SessionStore, access_seconds: int) -> IndexedSessionStore:
    """Return an index over `truth` in the Redis at `dsn`; `access_seconds` is how long an access token lives.

    `dsn` is `host:port`, `redis://…`, `rediss://…`, or several nodes of a cluster, comma-separated; see
    `revocable.address`. Connects when first asked, so a Redis that is down hinders no start. Raises ValueError.
    """
    addresses = read_addresses(dsn)
    if len(addresses) == 1:
        return IndexedSessionStore(truth, Pipeline(addresses[0]), access_seconds)
    from revocable.cluster import Cluster  # noqa: PLC0415 - only a cluster pays for importing redis-py

    return IndexedSessionStore(truth, Cluster(addresses), access_seconds)


class IndexedSessionStore:
    """A `SessionStore` that asks Redis before `truth`. A Redis in trouble is skipped, not waited for."""

    def __init__(self, truth: SessionStore, redis: Redis, access_seconds: int) -> None:
        self._truth = truth
        self._redis = redis
        self._tombstone_seconds = max(access_seconds, _RETRY_SECONDS)
        self._breaker = _Breaker()
        self._refusal: str | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unburied: dict[tuple[str, str], float] = {}
        self._gravedigger: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        """What is wrong with Redis, in a sentence without secrets, as of the last time it was asked; else None."""
        what = self._breaker.trouble or self._refusal
        return f"Redis is in trouble, sessions are asked of SQL: {what}" if what else None

    async def probe(self) -> str | None:
        """Ask Redis now; return its `trouble`."""
        await self._write("PING")
        return self.trouble

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:
        breaker = self._breaker
        if breaker.trouble is not None and not breaker.asks():
            return await self._truth.find(sub, sid, gen)
        try:
            raw = await self._redis("GET", key(sub, sid))
        except NoAnswer as error:
            self._note(error)
            return await self._truth.find(sub, sid, gen)
        breaker.trouble = None
        if raw == TOMBSTONE:
            return None
        state = decode(raw) if type(raw) is bytes else None
        if state is not None and state.gen >= gen and state.sid == sid and state.sub == sub:
            return state
        return await self._learn(sub, sid, gen, known=raw is not None)

    async def current(self, sub: str, sid: str) -> SessionState | None:
        return await self._truth.current(sub, sid)

    async def add(self, record: SessionRecord) -> None:
        await self._truth.add(record)

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int) -> SessionState | None:
        state = await self._truth.rotate(sub, sid, gen, kid=kid, now=now, idle_until=idle_until)
        if state is not None and self._breaker.asks():
            await self._advance(state)
        return state

    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None:
        await self._truth.seen(sub, sid, gen, now)
        if self._breaker.asks():
            await self._write("EVAL", SEEN, 1, key(sub, sid), gen, now)

    async def end(self, sub: str, sid: str, now: int) -> bool:
        return await self._to_its_end(self._end(sub, sid, now))

    async def end_all(self, sub: str, now: int, keep: str = "") -> Sequence[str]:
        return await self._to_its_end(self._then_bury(sub, self._truth.end_all(sub, now, keep)))

    async def erase(self, sub: str) -> Sequence[str]:
        return await self._to_its_end(self._then_bury(sub, self._truth.erase(sub)))

    async def list(self, sub: str, now: int) -> Sequence[SessionRecord]:
        return await self._truth.list(sub, now)

    async def purge(self, before: int) -> None:
        await self._truth.purge(before)

    def within(self, connection: Connection) -> SessionStore:
        return self._truth.within(connection)

    async def bury(self, sub: str, sids: Sequence[str]) -> None:
        """Leave tombstones: waits half a second at most, then goes on trying until no entry can be left."""
        if not sids:
            return
        until = time.monotonic() + _RETRY_SECONDS
        self._unburied.update(((sub, sid), until) for sid in sids)
        try:
            await self._bury_now(sub, sids)
        finally:
            if self._unburied and self._gravedigger is None:
                self._gravedigger = asyncio.get_running_loop().create_task(self._bury_the_rest())

    async def settle(self) -> None:
        """Wait until everything that is being written in the background has been."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """Try once more what could not be written, then let go of Redis. The truth stays open."""
        await self.settle()
        if self._gravedigger is not None:
            self._gravedigger.cancel()
            await self._bury_round()
        await self._redis.aclose()

    async def _learn(self, sub: str, sid: str, gen: int, *, known: bool) -> SessionState | None:
        """Ask the truth and tell Redis, in the background. A fill never replaces what came meanwhile."""
        state = await self._truth.find(sub, sid, gen)
        if state is None:
            return None
        if state.revoked_at is not None:
            self._in_background(self._write("SET", key(sub, sid), TOMBSTONE, "EX", self._tombstone_seconds))
        elif known:
            self._in_background(self._advance(state))
        else:
            self._in_background(self._write("SET", key(sub, sid), encode(state), "NX", "EX", ENTRY_SECONDS))
        return state

    async def _advance(self, state: SessionState) -> None:
        await self._write("EVAL", ADVANCE, 1, key(state.sub, state.sid), state.gen, encode(state), ENTRY_SECONDS)

    async def _end(self, sub: str, sid: str, now: int) -> bool:
        ended = await self._truth.end(sub, sid, now)
        if ended:
            await self.bury(sub, [sid])
        elif self._breaker.asks():  # it had ended before; whoever ended it may have died before the tombstone
            await self._write("SET", key(sub, sid), TOMBSTONE, "XX", "EX", self._tombstone_seconds)
        return ended

    async def _then_bury(self, sub: str, ending: Coroutine[Any, Any, Sequence[str]]) -> Sequence[str]:
        sids = await ending
        await self.bury(sub, sids)
        return sids

    async def _bury_now(self, sub: str, sids: Sequence[str]) -> bool:
        for start in range(0, len(sids), _AT_ONCE):
            some = sids[start : start + _AT_ONCE]
            keys = [key(sub, sid) for sid in some]
            if not await self._write("EVAL", BURY, len(keys), *keys, self._tombstone_seconds):
                if self._refusal is not None:  # out of memory: what cannot be marked can still be forgotten
                    await self._send("UNLINK", *keys)
                return False
            for sid in some:
                self._unburied.pop((sub, sid), None)
        return True

    async def _bury_the_rest(self) -> None:
        while self._unburied:
            await asyncio.sleep(1)
            await self._bury_round()
        self._gravedigger = None

    async def _bury_round(self) -> None:
        now, by_user = time.monotonic(), defaultdict[str, list[str]](list)
        for (sub, sid), until in [*self._unburied.items()]:
            if until < now:
                del self._unburied[sub, sid]
            else:
                by_user[sub].append(sid)
        for sub, sids in by_user.items():
            if not await self._bury_now(sub, sids):
                return

    async def _write(self, *command: Argument) -> bool:
        """Send a command that changes Redis; tell whether it did."""
        done = await self._send(*command)
        if done:
            self._refusal = None
        return done

    async def _send(self, *command: Argument) -> bool:
        try:
            await self._redis(*command)
        except NoAnswer as error:
            self._note(error)
            return False
        self._breaker.trouble = None
        return True

    def _note(self, error: NoAnswer) -> None:
        if isinstance(error, ErrorReply):
            self._refusal = str(error)
        else:
            self._breaker.failed(str(error))

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        if len(self._tasks) >= _MOST_TASKS:
            work.close()
            return
        self._keep(asyncio.get_running_loop().create_task(work))

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, which goes on when the caller is cancelled: an end in SQL is always followed by its tombstone."""
        task = asyncio.get_running_loop().create_task(work)
        self._keep(task)
        return await asyncio.shield(task)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Breaker:
    """Whether Redis is worth asking: after a failure one caller a second tries, all others go to SQL at once."""

    __slots__ = ("_again", "trouble")

    def __init__(self) -> None:
        self.trouble: str | None = None
        self._again = 0.0

    def asks(self) -> bool:
        now = time.monotonic()
        if self.trouble is not None and now < self._again:
            return False
        self._again = now + 1
        return True

    def failed(self, why: str) -> None:
        self.trouble = why
        self._again = time.monotonic() + 1
