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
from typing import Literal, Protocol

ChannelKind = Literal["sms", "email", "ntfy"]
KINDS: tuple[ChannelKind, ...] = ("sms", "email", "ntfy")
NTFY = "ntfy:"
"""What the address of a topic begins with; what follows is no topic, but what the topic is worked out of."""


def kind_of(address: str) -> ChannelKind:
    """Return which kind of channel an address is for: a number with `+`, a mailbox, or what stands for a topic."""
    if address[:1] == "+":
        return "sms"
    return "ntfy" if address.startswith(NTFY) else "email"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text, complete. `recipient` is what the channel understands: a number in E.164 with `+`, a mailbox, a topic.

    `id` is the message's own; on channels that tell one from another by it, a second one with it is no new one.
    `secret` means that the text opens something, so it may not be shown in a list of subjects.
    """

    id: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    secret: bool = False


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

    @property
    def kind(self) -> ChannelKind: ...

    async def send(self, message: Outgoing) -> Outcome:
        """Hand over one text. Raises nothing on account of the other side."""
        ...

    async def close(self) -> None:
        """Drop what is open; `send` opens it again."""
        ...
