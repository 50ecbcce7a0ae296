"""Failures per address: counted in memory, or in the storage that all processes share; and which network one is in.

When the shared storage fails or is slow, this process counts for itself: limits fail open to a local count.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from typing import TYPE_CHECKING

from recado.errors import TooMany

if TYPE_CHECKING:
    from limits.aio.storage import Storage
    from limits.aio.strategies import FixedWindowRateLimiter

_PATIENCE_SECONDS = 0.25


class AddressCount:
    """At most `amount` uses of a network in `seconds`. `storage` is one of the library limits; None is memory.

    Counts of different names do not meet in a storage that they share.
    """

    def __init__(self, amount: int, seconds: int, storage: Storage | None = None, name: str = "login") -> None:
        self.failing = False
        """Whether the shared storage did not answer when it was last asked."""
        self._amount, self._seconds, self._storage, self._name = amount, seconds, storage, name
        self._counters: list[FixedWindowRateLimiter] = []

    async def take(self, network: str, detail: str) -> FixedWindowRateLimiter:
        """Count one use and return where it was counted. Raises `TooMany` with `detail` when none is left."""
        *shared, local = self._open()
        for counter in shared:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._count(counter, network, detail)
            except TooMany:
                self.failing = False
                raise
            except Exception:  # whatever a storage raises, nobody is kept out because of it
                self.failing = True
            else:
                self.failing = False
                return counter
        await self._count(local, network, detail)
        return local

    async def give_back(self, counter: FixedWindowRateLimiter, network: str) -> None:
        """Undo one use where `take` has counted it."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await counter.hit(self._limit(), network, cost=-1)
        except Exception:  # the window forgets it anyway
            self.failing = True

    async def _count(self, counter: FixedWindowRateLimiter, network: str, detail: str) -> None:
        if not await counter.hit(self._limit(), network):
            window = await counter.get_window_stats(self._limit(), network)
            raise TooMany(detail, round(window.reset_time - time.time()))

    def _limit(self):
        from limits import RateLimitItemPerSecond  # noqa: PLC0415 - see `_open`

        return RateLimitItemPerSecond(self._amount, self._seconds, namespace=f"recado-{self._name}")

    def _open(self) -> list[FixedWindowRateLimiter]:
        if not self._counters:
            from limits.aio.storage import MemoryStorage  # noqa: PLC0415 - 35 ms that no start should wait for
            from limits.aio.strategies import FixedWindowRateLimiter  # noqa: PLC0415 - the same

            storages = [self._storage, MemoryStorage()] if self._storage else [MemoryStorage()]
            self._counters = [FixedWindowRateLimiter(storage) for storage in storages]
        return self._counters


def network_of(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 of an IPv6 address; anything else as it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
