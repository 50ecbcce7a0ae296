"""A store of one's own: sessions in a dictionary, for one process. They end with it, so it is for tests and toys.

Each method is one step, for nothing is awaited that waits: that is what makes `rotate` atomic here. It keeps the whole
contract of `revocable.testing`; there is only no transaction that `within` could join.
"""

from __future__ import annotations

from collections.abc import Sequence

from revocable import SessionRecord, SessionState, SessionStore
from revocable.sql import Connection


class MemoryStore:
    """A `SessionStore` in memory."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], SessionRecord] = {}

    async def add(self, record: SessionRecord) -> None:
        self._records[record.state.sub, record.state.sid] = record

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:  # noqa: ARG002 - a dictionary is never behind
        return await self.current(sub, sid)

    async def current(self, sub: str, sid: str) -> SessionState | None:
        record = self._records.get((sub, sid))
        return record and record.state

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int) -> SessionState | None:
        state = await self.current(sub, sid)
        if state is None or state.gen != gen or not state.alive(now):
            return None
        idle = min(idle_until, state.expires_at)
        return self._put(
            state._replace(gen=gen + 1, used=False, rotated_at=now, kid=kid, idle_expires_at=idle, last_seen_at=now)
        )

    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None:
        state = await self.current(sub, sid)
        if state is not None and state.gen == gen and state.revoked_at is None:
            self._put(state._replace(used=True, last_seen_at=now))

    async def end(self, sub: str, sid: str, now: int) -> bool:
        state = await self.current(sub, sid)
        if state is None or state.revoked_at is not None:
            return False
        self._put(state._replace(revoked_at=now))
        return True

    async def end_all(self, sub: str, now: int, keep: str = "") -> Sequence[str]:
        return [sid for sid in self._sids(sub) if sid != keep and await self.end(sub, sid, now)]

    async def list(self, sub: str, now: int) -> Sequence[SessionRecord]:
        records = [self._records[sub, sid] for sid in self._sids(sub)]
        alive = [record for record in records if record.state.alive(now)]
        return sorted(alive, key=lambda record: (record.created_at, record.state.sid), reverse=True)

    async def erase(self, sub: str) -> Sequence[str]:
        gone = self._sids(sub)
        for sid in gone:
            del self._records[sub, sid]
        return gone

    async def purge(self, before: int) -> None:
        self._records = {key: record for key, record in self._records.items() if record.state.expires_at >= before}

    def within(self, connection: Connection) -> SessionStore:
        raise NotImplementedError("a dictionary has no transactions")

    async def bury(self, sub: str, sids: Sequence[str]) -> None:
        """Nothing to do: no index stands in front."""

    def _sids(self, sub: str) -> Sequence[str]:
        return [sid for owner, sid in self._records if owner == sub]

    def _put(self, state: SessionState) -> SessionState:
        record = self._records[state.sub, state.sid]
        self._records[state.sub, state.sid] = SessionRecord(state, record.device, record.created_at)
        return state
