"""The index: Redis in front of the truth. It takes reads off SQL and decides nothing.

Every change is made in SQL first. An ended session then leaves a tombstone, which no later write replaces; whatever
else is known of a session lives here for 30 s. So an index that was lost, emptied or brought back from an old snapshot
logs nobody out, and keeps an ended session's access token alive for those 30 s at most; a refresh asks SQL alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from revocable.address import read_addresses
from revocable.entry import ADVANCE, ENTRY_SECONDS, SEEN, TOMBSTONE, decode, encode, key
from revocable.link import Link
from revocable.pipeline import NoAnswer, Pipeline, Redis
from revocable.sql import Connection
from revocable.store import SessionRecord, SessionState, SessionStore
from revocable.tombstones import RETRY_SECONDS, Tombstones

__all__ = ["IndexedSessionStore", "open_index"]

T = TypeVar("T")

_MOST_TASKS = 1_000
_ON_THEIR_WAY = RETRY_SECONDS * 1_000_000
"""For how long after an end, in microseconds, an entry that was read before it may still come."""


def open_index(dsn: str, truth: SessionStore, access_seconds: int, timeout: float = 0.25) -> IndexedSessionStore:
    """Return an index over `truth` in the Redis (6 or newer) at `dsn`; `access_seconds`: an access token's life.

    `timeout`, in seconds, is how long a request waits for Redis before it goes to SQL. `dsn` is `host:port`,
    `redis://…`, `rediss://…`, or several nodes of a cluster, comma-separated: see `revocable.address`. Connects when
    first asked, so a Redis that is down hinders no start. Raises ValueError.
    """
    addresses = read_addresses(dsn)
    if len(addresses) == 1:
        return IndexedSessionStore(truth, Pipeline(addresses[0], timeout), access_seconds)
    from revocable.cluster import Cluster  # noqa: PLC0415 - only a cluster pays for importing redis-py

    return IndexedSessionStore(truth, Cluster(addresses, timeout), access_seconds)


class IndexedSessionStore:
    """A `SessionStore` that asks Redis before `truth`. A Redis in trouble is skipped, not waited for."""

    def __init__(self, truth: SessionStore, redis: Redis, access_seconds: int) -> None:
        self._truth = truth
        self._link = Link(redis)
        self._tombstones = Tombstones(self._link, access_seconds)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def trouble(self) -> str | None:
        """What is wrong with Redis, in a sentence without secrets, as of the last time it was asked; else None."""
        what = self._link.down or self._link.refusal
        return f"Redis is in trouble, so sessions are asked of SQL: {what}" if what else None

    async def probe(self) -> str | None:
        """Ask Redis now; return its `trouble`."""
        await self._link.send("PING")
        return self.trouble

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:
        link = self._link
        if link.down is not None and not link.open():
            return await self._truth.find(sub, sid, gen)
        try:
            raw = await link.redis("GET", key(sub, sid))
        except NoAnswer as error:
            link.failed(error)
            return await self._truth.find(sub, sid, gen)
        link.down = None
        if raw == TOMBSTONE:
            return None
        state = decode(raw) if type(raw) is bytes else None
        if state is not None and state.gen >= gen and state.sid == sid and state.sub == sub:
            return state
        return await self._learn(sub, sid, gen, known=raw is not None)

    async def current(self, sub: str, sid: str) -> SessionState | None:
        state = await self._truth.current(sub, sid)
        if state is not None and state.revoked_at is not None:
            self._in_background(self._tombstones.put(sub, [sid]))
        return state

    async def add(self, record: SessionRecord) -> None:
        await self._truth.add(record)

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int) -> SessionState | None:
        state = await self._truth.rotate(sub, sid, gen, kid=kid, now=now, idle_until=idle_until)
        if state is not None and self._link.open():
            await self._advance(state)
        return state

    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None:
        await self._truth.seen(sub, sid, gen, now)
        if self._link.open():
            await self._link.send("EVAL", SEEN, 1, key(sub, sid), gen, now)

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
        """Leave tombstones. Returns after half a second at most; what failed is tried again in the background."""
        await self._to_its_end(self._tombstones.put(sub, sids))

    async def settle(self) -> None:
        """Wait until everything that is being written in the background has been."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """End the background work and let go of Redis. The truth stays open."""
        await self.settle()
        await self._tombstones.aclose()
        await self._link.redis.aclose()

    async def _learn(self, sub: str, sid: str, gen: int, *, known: bool) -> SessionState | None:
        """Ask the truth and tell Redis, in the background; that never replaces what came meanwhile."""
        state = await self._truth.find(sub, sid, gen)
        if state is None:
            return None
        if state.revoked_at is not None:
            self._in_background(self._tombstones.put(sub, [sid]))
        elif known:
            self._in_background(self._advance(state))
        else:
            self._in_background(self._link.send("SET", key(sub, sid), encode(state), "NX", "EX", ENTRY_SECONDS))
        return state

    async def _advance(self, state: SessionState) -> None:
        entry = encode(state)
        await self._link.send("EVAL", ADVANCE, 1, key(state.sub, state.sid), state.gen, entry, ENTRY_SECONDS)

    async def _end(self, sub: str, sid: str, now: int) -> bool:
        ended = await self._truth.end(sub, sid, now)
        if ended or await self._just_ended(sub, sid, now):
            await self._tombstones.put(sub, [sid])
        else:
            await self._tombstones.put_again(sub, sid)
        return ended

    async def _just_ended(self, sub: str, sid: str, now: int) -> bool:
        """Tell whether who ended it may have died before the tombstone, with an entry of before still on its way."""
        state = await self._truth.current(sub, sid)
        return state is not None and state.revoked_at is not None and now - state.revoked_at < _ON_THEIR_WAY

    async def _then_bury(self, sub: str, ending: Coroutine[Any, Any, Sequence[str]]) -> Sequence[str]:
        sids = await ending
        await self._tombstones.put(sub, sids)
        return sids

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        if len(self._tasks) < _MOST_TASKS:
            self._start(work)
        else:
            work.close()

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, which goes on when the caller is cancelled: after an end in SQL the tombstone must follow."""
        return await asyncio.shield(self._start(work))

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
