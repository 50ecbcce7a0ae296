"""Callbacks of Vonage: judged, stored, answered. What they do happens afterwards, in the worker of `texting`.

The order of judgement is fixed: size, signature over the raw body, then whether it came before; what fails leaves no
trace but a count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from recado.errors import NotFound, Unavailable
from recado.http.call import Answer, Call
from recado.http.reading import Malformed, WrongShape, decode
from recado.messages import inbox
from recado.messages.inbox import Kind
from recado.messages.receipts import Receipt
from recado.messages.signature import BadSignature, NotSigned, Signed
from recado.metrics.counts import Callback
from recado.texting.conversation import Inbound
from revocable import TokenInvalid


class Unsigned(Unavailable):
    """A callback without a signature: Vonage is asked to send it again. Not logged, since anybody can cause it."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Whose callbacks are taken, what is done when one was stored, and what counts each of them.

    Counted are `taken`, `repeated`, `unsigned`, `forged` and `unreadable`.
    """

    signed: Signed
    wake: Callable[[], None]
    count: Callable[[Callback], None]


async def status(call: Call) -> Answer:
    """`POST /webhook/vonage/status`."""
    return await _take(call, "status", Receipt)


async def inbound(call: Call) -> Answer:
    """`POST /webhook/vonage/inbound`."""
    return await _take(call, "inbound", Inbound)


async def _take(call: Call, kind: Kind, shape: type[Receipt | Inbound]) -> Answer:
    webhooks, now = call.house.webhooks, call.house.clock()
    if webhooks is None:
        raise NotFound
    raw: bytes = call.body
    try:
        jti = webhooks.signed.jti(call.header(b"authorization"), raw, now // 1_000_000)
    except NotSigned:
        webhooks.count("unsigned")
        raise Unsigned("Sign callbacks with the signature secret.") from None
    except BadSignature as error:
        webhooks.count("forged")
        raise TokenInvalid(str(error)) from None
    body = _readable(webhooks, raw, shape)
    first = await inbox.keep(call.house.db, jti, kind, msgspec.json.encode(body).decode(), now)
    webhooks.count("taken" if first else "repeated")
    webhooks.wake()
    return Answer(204)


def _readable(webhooks: Webhooks, raw: bytes, shape: type[Receipt | Inbound]) -> Receipt | Inbound:
    try:
        return decode(raw, shape)
    except (Malformed, WrongShape):
        webhooks.count("unreadable")
        raise
