"""Tombstones: what an ended session leaves in the index, so that nothing that is still on its way brings it back."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence

from revocable.entry import BURY, ENTRY_SECONDS, TOMBSTONE, key
from revocable.link import Link

RETRY_SECONDS = ENTRY_SECONDS + 5
_AT_ONCE = 500


class Tombstones:
    """Leaves tombstones, and tries again for as long as an entry of before can be left in Redis."""

    def __init__(self, link: Link, seconds: int) -> None:
        """`seconds`: how long a tombstone stays."""
        self._link = link
        self._seconds = max(seconds, RETRY_SECONDS)
        self._missing: dict[tuple[str, str], float] = {}
        self._task: asyncio.Task[None] | None = None

    async def put(self, sub: str, sids: Sequence[str]) -> None:
        """Replace what is there. Returns after half a second at most; what failed is tried again in the background."""
        until = time.monotonic() + RETRY_SECONDS
        self._missing.update(((sub, sid), until) for sid in sids)
        try:
            await self._put_now(sub, sids)
        finally:
            if self._missing and self._task is None:
                self._task = asyncio.get_running_loop().create_task(self._keep_trying())

    async def put_again(self, sub: str, sid: str) -> None:
        """Do the same, once, for a session that had ended before, if Redis knows it at all."""
        if self._link.open():
            await self._link.send("SET", key(sub, sid), TOMBSTONE, "XX", "EX", self._seconds)

    async def aclose(self) -> None:
        """Try once more, then give up."""
        if self._task is not None:
            self._task.cancel()
            await self._round()

    async def _put_now(self, sub: str, sids: Sequence[str]) -> bool:
        for start in range(0, len(sids), _AT_ONCE):
            some = sids[start : start + _AT_ONCE]
            keys = [key(sub, sid) for sid in some]
            if not await self._link.send("EVAL", BURY, len(keys), *keys, self._seconds):
                if self._link.refusal is not None:  # out of memory: what cannot be marked can still be forgotten
                    await self._forget(keys)
                return False
            for sid in some:
                self._missing.pop((sub, sid), None)
        return True

    async def _forget(self, keys: Sequence[str]) -> None:
        refusal = self._link.refusal
        await self._link.send("UNLINK", *keys)
        self._link.refusal = refusal

    async def _keep_trying(self) -> None:
        while self._missing:
            await asyncio.sleep(1)
            await self._round()
        self._task = None

    async def _round(self) -> None:
        now, by_user = time.monotonic(), defaultdict[str, list[str]](list)
        for (sub, sid), until in [*self._missing.items()]:
            if until < now:
                del self._missing[sub, sid]
            else:
                by_user[sub].append(sid)
        for sub, sids in by_user.items():
            if not await self._put_now(sub, sids):
                return
