"""Receipts: what Vonage says became of a text, in words for people. States only move forward.

A receipt names its message by `client_ref`, so it may come before our own transaction knows Vonage's id.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

import msgspec

from recado.db import Tx
from recado.db.ids import is_uuid7
from recado.messages import inbox, outbox, stops
from recado.messages.texts import neutral, without_numbers

STOPPED = "1240"
_NOT_DELIVERED = ("rejected", "undeliverable")
_REASONS = {
    "1000": "Too many texts were sent at once.",
    "1040": "The message service could not process this number.",
    "1050": "The message service does not send to this number.",
    "1070": "The message service's account has no credit left.",
    "1120": "The sender's name or number is not allowed in that country.",
    "1160": "The message service's account may not send to this number yet.",
    "1180": "The phone was off or out of reach.",
    "1190": "This number is no longer in use.",
    "1200": "The number moved to another carrier, which does not deliver to it yet.",
    "1210": "The carrier took the text for spam.",
    "1220": "The phone was busy or out of reach.",
    "1230": "The carrier's network failed.",
    STOPPED: "This number answered STOP to its carrier. Text START from it to get texts again.",
    "1241": "Too many texts were sent to this number.",
    "1250": "No carrier delivers to this number.",
    "1251": "No carrier delivers to this number.",
    "1260": "The carrier could not reach the phone.",
    "1270": "The carrier holds the text back for the owner's age.",
    "1280": "The carrier blocks texts to this number.",
    "1290": "The phone's prepaid account has no credit left.",
}
"""By Vonage's code, from developer.vonage.com/en/api-errors/messages; others are told with their code."""

_PRICE, _CURRENCY = re.compile(r"\d{1,9}(?:\.\d{1,12})?"), re.compile(r"[A-Z]{3}")
_OLDEST = 26 * 3600 * 1_000_000


class Problem(msgspec.Struct):
    """Why a text was not delivered; `title` is a code."""

    title: str | int | None = None
    detail: str | None = None


class Usage(msgspec.Struct):
    """What a text cost, as decimals."""

    price: str | float | None = None
    currency: str | None = None


class Receipt(msgspec.Struct):
    """The body of a status callback, as far as it is used."""

    message_uuid: str
    status: str
    client_ref: str | None = None
    to: str | None = None
    timestamp: str | None = None
    error: Problem | None = None
    usage: Usage | None = None


Settled = Literal["confirmed", "delivered", "undelivered"]


async def apply(tx: Tx, receipt: Receipt, received_at: int) -> Settled | None:
    """Write down what a receipt says; None when it says nothing new, or is about no message that was ever sent."""
    message_id = receipt.client_ref
    if message_id is None or not is_uuid7(message_id) or "\0" in receipt.message_uuid:
        return None
    found = await outbox.attempted(tx, message_id)
    if receipt.to is not None and len(found) > 1:
        found = [one for one in found if one[1].removeprefix("+") == receipt.to.removeprefix("+")]
    if len(found) != 1:
        return None
    user_id, address, kind = found[0]
    why = stops.CODE_REASON if kind == "phone_code" else reason(receipt)
    settled = await _settle(tx, user_id, message_id, receipt, at=_instant(receipt.timestamp, received_at), why=why)
    if receipt.status in _NOT_DELIVERED and _code(receipt) == STOPPED:
        await _remember_stop(tx, receipt, address, received_at)
    if price := _price(receipt.usage):
        outbox.priced(tx, user_id, message_id, *price)
    return settled


def reason(receipt: Receipt) -> str:
    """Return why a text was not delivered, as one sentence."""
    code = _code(receipt)
    if code in _REASONS:
        return _REASONS[code]
    told = " ".join(part for part in (code, receipt.error.detail if receipt.error else None) if part)
    return f"The carrier did not deliver it ({without_numbers(neutral(told, 120))})." if told else _UNSAID


_UNSAID = "The carrier did not deliver it and does not say why."


async def _remember_stop(tx: Tx, receipt: Receipt, address: str, now: int) -> None:
    """Send nothing more to the number, whatever is known of its text by now: it may have gone another way since.

    Once for each text: one that comes again may not undo a START that came meanwhile.
    """
    number = f"+{receipt.to.removeprefix('+')}" if receipt.to else address
    if number.startswith("+") and await inbox.first_time(tx, f"{STOPPED} {receipt.message_uuid[:100]}", now):
        await stops.stop(tx, number, now)


async def _settle(tx: Tx, user_id: int, id_: str, receipt: Receipt, *, at: int, why: str) -> Settled | None:
    vonage_id = receipt.message_uuid[:100]
    match receipt.status:
        case "submitted":
            return "confirmed" if await outbox.confirmed(tx, user_id, id_, vonage_id, at) else None
        case "delivered":
            return "delivered" if await outbox.delivered(tx, user_id, id_, vonage_id, at) else None
        case "rejected" | "undeliverable":
            undelivered = await outbox.undelivered(tx, user_id, id_, vonage_id, why)
            return "undelivered" if undelivered else None
        case _:
            return None


def _code(receipt: Receipt) -> str:
    return str(receipt.error.title or "").strip() if receipt.error else ""


def _instant(timestamp: str | None, received_at: int) -> int:
    """Return when it happened, if that can be: not after it was received, nor long before."""
    try:
        moment = datetime.fromisoformat(timestamp or "")
        at = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError, OSError):
        return received_at
    return at if received_at - _OLDEST <= at <= received_at else received_at


def _price(usage: Usage | None) -> tuple[str, str] | None:
    if usage is None or usage.price is None:
        return None
    price, currency = str(usage.price), usage.currency or "EUR"
    return (price, currency) if _PRICE.fullmatch(price) and _CURRENCY.fullmatch(currency) else None
