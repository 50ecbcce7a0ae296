"""What a way out of the house promises: take one text, and say what became of it.

Outcome
├── Sent        it was taken
├── Retry       it was certainly not taken; try this one again later
├── Throttled   it was not taken, and nothing will be for a while
├── Unknown     nobody knows whether it was taken
├── Failed      this one will never be taken
└── Halt        none will be taken until the operator mends something
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text, complete. `recipient` is E.164 with `+`; `id` is the message's own and comes back in its status."""

    id: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken. `vonage_id` is None when the answer said so without a readable id."""

    vonage_id: str | None


@dataclass(frozen=True, slots=True)
class Retry:
    """Not taken, for a reason that may pass."""

    reason: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not taken: too many at once. `retry_after` is in seconds and holds for every message."""

    retry_after: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps taken: the answer was lost."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused for good. `reason` is one sentence for the person."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Refused for what only the operator can mend. `reason` is one sentence for the operator."""

    reason: str


Outcome = Sent | Retry | Throttled | Unknown | Failed | Halt


class Channel(Protocol):
    """A way out. All that share a `name` share one pace and one stop, also across processes."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Outgoing) -> Outcome:
        """Hand over one text. Raises nothing on account of the other side."""
        ...

    async def close(self) -> None:
        """Drop what is open; `send` opens it again."""
        ...
