"""The daily digest: one text with what somebody has to do that day, at an hour of their choice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from recado.accounts import consent, hours, register
from recado.accounts.accounts import Account
from recado.db import Database, Reader, Tx
from recado.db.ids import NewId
from recado.messages import outbox, texts
from recado.messages.outbox import NewMessage
from recado.todos import dates, listing
from recado.todos.listing import Wanted
from recado.todos.todo import Todo

_BATCH, _MOST = 50, 100
_TWO_DAYS = 48 * 3600 * 1_000_000


async def send_due(db: Database, now: int, new_id: NewId) -> int:
    """Queue the digests that are due at an instant; return how many.

    Each is taken and the next one noted in one transaction. One that falls into quiet hours comes at their end, with
    what is to be done then; one that is late by the day it was for is left out.
    """
    queued = 0
    while found := await register.digests(db, now, now + _TWO_DAYS, _BATCH):
        for user_id, at in found:
            queued += await db.write(partial(_one, user_id=user_id, at=at, now=now, new_id=new_id))
    return queued


async def _one(tx: Tx, user_id: int, at: int, now: int, new_id: NewId) -> int:
    account = await register.take_digest(tx, user_id, at)
    if account is None or account.digest is None:
        return 0
    register.set_digest_at(tx, user_id, hours.next_time(now, account.digest, account.time_zone))
    zone = account.time_zone
    if at <= now and (end := hours.quiet_until(now, account.quiet_hours, zone)) is not None:
        register.set_digest_at(tx, user_id, end)
        return 0
    if at > now or dates.day(at, zone) != dates.day(now, zone) or not consent.wants(account, "digest"):
        return 0
    todos = await _todays(tx, account, now)
    if not todos or not account.ways:
        return 0
    text = texts.digest([todo.title for todo in todos], len(todos), account.locale)
    outbox.put(tx, NewMessage(user_id, new_id(), "digest", account.ways[0], text, now))
    return 1


async def _todays(reader: Reader, account: Account, now: int) -> list[Todo]:
    """Return what is due today or overdue in somebody's lists and not left for somebody else, the first due first."""
    tomorrow = dates.day(now, account.time_zone) + timedelta(days=1)
    until = (None, None, tomorrow.isoformat(), dates.start(tomorrow, account.time_zone))
    found = await listing.page(reader, account.user_id, Wanted(due=until), after=None, limit=_MOST)
    return [todo for todo in found if todo.for_id in (None, account.user_id)]
