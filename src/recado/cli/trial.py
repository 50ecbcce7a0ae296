"""`recado doctor --send NUMBER`: one real text, followed from the outbox to the phone."""

from __future__ import annotations

import asyncio
import time

from recado.accounts.phone_numbers import normalise
from recado.app import trial
from recado.cli.findings import Finding
from recado.cli.stores import database
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.messages import outbox, texts
from recado.messages.dispatch import Dispatch
from recado.messages.gate import Shut
from recado.messages.outbox import NewMessage, Progress
from recado.settings import Settings
from revocable.sessions import microseconds

NOBODY = 0
_TEXT = "recado works: this is the test you asked for."
_ENDS = ("delivered", "failed")
_STEP = 0.5


async def send(settings: Settings, number: str, seconds: float) -> int:
    """Send one text to a number and print each state it gets to; return 0 when it went out.

    Waits so many seconds for its receipt, which the running service takes in. Raises `Invalid` for a number that cannot
    be, and what `database` raises.
    """
    to = normalise(number, "/send")
    if settings.nexmo_api_key is None:
        print(Finding("wrong", "send", "there is no carrier", "Set NEXMO_API_KEY, NEXMO_API_SECRET and VONAGE_FROM."))
        return 1
    async with database(settings) as (db, _):
        message = NewMessage(NOBODY, uuid7(microseconds), "test", to, _TEXT, microseconds())
        await db.write(_queue, message)
        print(Finding("ok", "send", f"queued for {texts.masked(to)} as {message.id}"))
        async with trial(settings, db) as dispatch:
            return await _followed(db, dispatch, message, time.monotonic() + seconds)


async def _queue(tx: Tx, message: NewMessage) -> None:
    outbox.put(tx, message)


async def _followed(db: Database, dispatch: Dispatch, message: NewMessage, until: float) -> int:
    told: Progress | None = None
    while time.monotonic() < until:
        await _attempt(db, dispatch, message)
        now = await outbox.stage(db, message.user_id, message.id)
        if now is not None and (told is None or now.stage != told.stage):
            told = now
            print(_shown(now), flush=True)
        if dispatch.trouble:
            print(Finding("wrong", "send", dispatch.trouble, "Mend that; the text waits and goes out then."))
            return 1
        if now is None or now.stage in _ENDS:
            break
        await asyncio.sleep(_STEP)
    return _judged(told)


async def _attempt(db: Database, dispatch: Dispatch, message: NewMessage) -> None:
    """Send it if it is due; where the service runs too, whichever comes first does."""
    due = await outbox.unfinished(db, message.user_id, message.id)
    if due is None or due.due_at > microseconds():
        return
    try:
        leased = await dispatch.lease(due)
    except Shut:
        return
    if leased is not None:
        await dispatch.send(leased)


def _shown(now: Progress) -> Finding:
    if now.stage == "failed":
        return Finding("wrong", "send", f"failed: {now.error}")
    price = f", for {now.price} {now.currency or ''}".rstrip() if now.price else ""
    return Finding("ok" if now.stage in ("sent", "delivered") else "note", "send", f"{now.stage}{price}")


def _judged(told: Progress | None) -> int:
    if told is not None and told.stage == "delivered":
        return 0
    if told is not None and told.stage == "sent":
        advice = 'See docs/vonage.md, "Replies and receipts": receipts come to the running service.'
        print(Finding("note", "send", "the carrier took it, and no receipt came in time", advice))
        return 0
    if told is None or told.stage != "failed":
        print(Finding("wrong", "send", "it has not gone out yet", "It stays queued; `recado messages list` shows it."))
    return 1
