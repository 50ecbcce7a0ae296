"""Reminds people: looks for reminders and digests that are due, and queues the texts.

Any number of workers may do so over one database. A row is taken and its text queued in one transaction, so each is
queued once, whoever dies; and what a clock that was set back shows again was taken before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from recado.accounts import accounts, consent, hours
from recado.accounts.accounts import Account
from recado.db import Database, Reader, Tx
from recado.db.ids import Clock, NewId
from recado.errors import Unavailable
from recado.messages import outbox, replies, texts
from recado.messages.channel import kind_of
from recado.messages.outbox import NewMessage
from recado.todos import dates, digest, lists, numbers, reminders, rows
from recado.todos.reminders import Due
from recado.todos.todo import Todo

POLL_SECONDS = 5
_BATCH = 50

_log = structlog.get_logger()


async def remind(db: Database, clock: Clock, new_id: NewId, wake: Callable[[], None]) -> None:
    """Queue what is due, every five seconds, until cancelled. `wake` is called when a text waits to be sent."""
    while True:
        try:
            if await remind_due(db, clock(), new_id):
                wake()
        except Unavailable as error:
            _log.warning("reminders wait for the database", reason=error.detail)
        except Exception:
            _log.exception("reminding stumbled and goes on")
        await asyncio.sleep(POLL_SECONDS)


async def remind_due(db: Database, now: int, new_id: NewId) -> int:
    """Queue every reminder and digest that is due at an instant; return how many texts."""
    queued = await digest.send_due(db, now, new_id)
    while found := await reminders.due(db, now, _BATCH):
        for row in found:
            queued += await _patiently(db, row, now, new_id)
    return queued


async def still_wanted(reader: Reader, todo_id: str | None, asked_at: int) -> bool:
    """Tell whether a reminder that was queued at an instant is still one: its to-do is open, and was not put off."""
    todo = await rows.find(reader, todo_id) if todo_id else None
    if todo is None or todo.done or todo.deleted_at is not None or todo.due is None:
        return False
    return reminders.moment(todo, await reminders.zone_of(reader, todo)) <= asked_at


async def _patiently(db: Database, row: Due, now: int, new_id: NewId) -> int:
    """Judge one row; one that cannot be judged is let go, so that it does not keep the others waiting."""
    try:
        return await db.write(partial(_one, row=row, now=now, new_id=new_id))
    except Unavailable:
        raise
    except Exception:
        _log.exception("a reminder could not be judged", todo_id=row.todo_id)
        await db.write(reminders.take, row)
        return 0


async def _one(tx: Tx, row: Due, now: int, new_id: NewId) -> int:
    todo = await rows.find(tx, row.todo_id)
    account = await _whom(tx, todo) if todo is not None else None
    if todo is None or todo.due is None:
        await reminders.take(tx, row)
        return 0
    zone = await reminders.zone_of(tx, todo)
    if account is not None and (until := _later(todo, account, zone, now)) is not None:
        reminders.hold(tx, row, until)
        return 0
    if not await reminders.take(tx, row):
        return 0
    reminders.follow(tx, todo, zone, now)
    if account is None or not (consent.wants(account, "reminder") and account.ways):
        return 0
    text = await _text(tx, todo, account, now)
    outbox.put(tx, NewMessage(account.user_id, new_id(), "reminder", account.ways[0], text, now, todo.id))
    return 1


async def _text(tx: Tx, todo: Todo, account: Account, now: int) -> str:
    """Return the words; where they can be answered, with the number by which to name the to-do."""
    due = todo.due or ""
    if len(due) > 10 and todo.due_at is not None:
        due = dates.local(todo.due_at, account.time_zone)
    number: int | None = None
    if kind_of(account.ways[0]) == "sms" and await replies.are_possible(tx):
        number = (await numbers.give(tx, account.user_id, [todo.id], now, asked=True))[todo.id]
    today = dates.day(now, account.time_zone).isoformat()
    return texts.reminder(todo.title, due, today, account.locale, number=number)


async def _whom(reader: Reader, todo: Todo) -> Account | None:
    """Return who is reminded of an open to-do: whom it is for, else who made it, else whose list it is.

    The first of them who still takes part in the list, that is.
    """
    if todo.done or todo.deleted_at is not None:
        return None
    for user_id in (todo.for_id, todo.user_id, await lists.owner(reader, todo.list_id)):
        if user_id is not None and await lists.role(reader, todo.list_id, user_id) is not None:
            return await accounts.profile(reader, user_id)
    return None


def _later(todo: Todo, account: Account, zone: str, now: int) -> int | None:
    """Return until when a reminder has to wait: for the end of quiet hours, or the morning of who lives further west.

    A day that was planned in another zone comes when it begins in theirs.
    """
    if todo.due is not None and len(todo.due) == 10 and (morning := reminders.moment(todo, zone)) > now:
        return morning
    return hours.quiet_until(now, account.quiet_hours, account.time_zone)
