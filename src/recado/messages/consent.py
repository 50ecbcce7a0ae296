"""What the person who gets a message allows, asked just before it is sent. The answer comes from above: accounts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from recado.messages.channel import kind_of
from recado.messages.outbox import Pending

UNWANTED = "The number is not verified, or its owner wants no such texts."


@dataclass(frozen=True, slots=True)
class Consent:
    """`ways` are the person's proven addresses in their own order, one for each kind of channel at most.

    None at all: nothing may be sent, because of `refusal`, one sentence. `quiet_until` is the end of their quiet hours
    (epoch microseconds), when a message of this kind has to wait for that.
    """

    ways: tuple[str, ...]
    quiet_until: int | None = None
    refusal: str = UNWANTED

    def onward(self, tried: str) -> str | None:
        """Return the first address whose kind of channel is not among those that were tried."""
        gone = tried.split()
        return next((way for way in self.ways if kind_of(way) not in gone), None)


Consult = Callable[[Pending], Awaitable[Consent]]
