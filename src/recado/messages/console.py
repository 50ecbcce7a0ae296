"""The console channel, for a service without a carrier: each text is one line on standard error.

A phone code is readable there on purpose: whoever sets the service up reads it and types it in. The number is masked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from recado.messages import texts
from recado.messages.channel import ChannelKind, Outcome, Outgoing, Sent

_LINE_LIMIT = 3200


class Console:
    """Sends nothing anywhere; writes each text with `write`, one line at a time."""

    name = "console"
    kind: ChannelKind = "sms"

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write or _to_stderr

    async def send(self, message: Outgoing) -> Outcome:
        text = texts.neutral(message.text, _LINE_LIMIT)
        self._write(f"[text message] to {texts.masked(message.recipient)}: {text}")
        return Sent(None)

    async def close(self) -> None:
        return


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
