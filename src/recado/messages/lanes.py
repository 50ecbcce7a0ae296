"""A delivery worker for each channel, side by side: when one is slow or stopped, the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from recado.messages.channel import ChannelKind
from recado.messages.delivery import Delivery


class Lanes:
    """Several workers as one."""

    def __init__(self, workers: Sequence[Delivery]) -> None:
        self._workers = tuple(workers)

    @property
    def trouble(self) -> list[str]:
        """What the operator must mend before messages can go again, a sentence for each channel that has stopped."""
        return [worker.trouble for worker in self._workers if worker.trouble]

    @property
    def stopped(self) -> list[ChannelKind]:
        """The kinds of channel that wait for the operator."""
        return [worker.kind for worker in self._workers if worker.trouble]

    async def run(self) -> None:
        """Send what is due until stopped or cancelled, on every channel; see `Delivery.run`."""
        await asyncio.gather(*(worker.run() for worker in self._workers))

    def wake(self) -> None:
        """Look for due messages now."""
        for worker in self._workers:
            if worker.open:
                worker.wake()

    async def stop(self) -> None:
        """Begin nothing more, and return when what is on its way has been written down."""
        await asyncio.gather(*(worker.stop() for worker in self._workers))
