"""A channel that this service does not have: what waits for it goes another way, or has failed with a clear reason."""

from __future__ import annotations

from recado.messages.channel import ChannelKind, Failed, Outcome, Outgoing

_REASONS: dict[ChannelKind, str] = {
    "sms": "This service sends no texts.",
    "email": "This service sends no e-mail.",
    "ntfy": "This service sends nothing by ntfy.",
}


class Closed:
    """Stands for a kind of channel that the operator has not set up."""

    def __init__(self, kind: ChannelKind) -> None:
        self.kind: ChannelKind = kind
        self.name = f"closed-{kind}"

    async def send(self, message: Outgoing) -> Outcome:  # noqa: ARG002 - whatever it is, it does not go
        return Failed(_REASONS[self.kind])

    async def close(self) -> None:
        return
