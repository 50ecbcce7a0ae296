"""When to remind of what. Owns the table `reminder`, which has a row for each to-do with a date, and none for others.

The row is written with every change of what its moment follows from, in the same transaction. Whether the to-do is
still open is asked when its moment comes, so finishing or deleting one costs nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from recado.accounts import accounts
from recado.db import Database, Reader, Tx
from recado.todos import dates, recurrence
from recado.todos.todo import Todo

DEPENDS_ON = frozenset(["due", "due_at", "remind", "repeat", "for_id"])
"""The columns of a to-do from which its moment follows."""
MORNING = "T09:00"
"""When a day without a time is reminded of; `remind` counts back from there."""

_TOLD_FOR = 60 * 24 * 3600 * 1_000_000
_MINUTE = 60_000_000

_PLAN = """
INSERT INTO reminder (todo_id, at, moment) VALUES ($1, $2, $3)
ON CONFLICT (todo_id) DO UPDATE SET
    at = CASE WHEN reminder.told = excluded.moment THEN NULL ELSE excluded.at END, moment = excluded.moment"""
_DROP = "UPDATE reminder SET at = NULL WHERE todo_id = $1 AND at IS NOT NULL"
_DUE = "SELECT todo_id, at FROM reminder WHERE at <= $1 ORDER BY at LIMIT $2"
_TAKE = "UPDATE reminder SET at = NULL, told = moment WHERE todo_id = $1 AND at = $2 RETURNING moment"
_HOLD = "UPDATE reminder SET at = $3 WHERE todo_id = $1 AND at = $2"
_FOLLOW = "UPDATE reminder SET at = $2, moment = $2 WHERE todo_id = $1"
_FORGET = "DELETE FROM reminder WHERE todo_id = $1"
_PURGE = "DELETE FROM reminder WHERE at IS NULL AND (told IS NULL OR told < $1)"


class Due(NamedTuple):
    """A row whose instant has come."""

    todo_id: str
    at: int


async def plan(tx: Tx, todo: Todo, now: int) -> None:
    """Note when to remind of a to-do, within the transaction that changes it; a moment that was told is not told twice.

    A moment that is over already gives way to the due time itself, or to nine o'clock of its day; if that is over too,
    nobody is reminded.
    """
    if todo.due is None:
        tx.put(_DROP, todo.id)
        return
    zone = await zone_of(tx, todo)
    wanted, latest = moment(todo, zone), moment(todo, zone, at_once=True)
    at = wanted if wanted > now else latest if latest > now else None
    tx.put(_PLAN, todo.id, at, wanted)


async def zone_of(reader: Reader, todo: Todo) -> str:
    """Return the zone in which a to-do's day begins: its own for a time, that of whom it is for when it is a day."""
    if todo.due is not None and len(todo.due) > 10:
        return todo.zone or "UTC"
    return await accounts.zone(reader, todo.for_id or todo.user_id)


def moment(todo: Todo, zone: str, *, at_once: bool = False) -> int:
    """Return the instant to remind of a to-do with a date; `at_once` leaves `remind` out.

    A time is counted back from its instant. A day is counted back on the clock from nine in the morning, so that a day
    before is nine o'clock too when the clocks have changed.
    """
    if todo.due is None:
        raise AssertionError("only what has a date is reminded of")
    minutes = 0 if at_once or todo.remind is None else todo.remind
    if len(todo.due) > 10:
        return dates.instant(todo.due, todo.zone or zone) - minutes * _MINUTE
    morning = datetime.fromisoformat(todo.due + MORNING) - timedelta(minutes=minutes)
    return dates.instant(f"{morning:%Y-%m-%dT%H:%M}", zone)


async def due(db: Database, now: int, limit: int) -> list[Due]:
    """Return the rows whose instant has come, the longest due first."""
    return [Due(*row) for row in await db.all(_DUE, now, limit)]


async def take(tx: Tx, row: Due) -> bool:
    """Take a row that was found due; False when another worker has it, or its to-do was changed since."""
    return bool(await tx.change(_TAKE, row.todo_id, row.at))


def hold(tx: Tx, row: Due, until: int) -> None:
    """Look at a row again at an instant."""
    tx.put(_HOLD, row.todo_id, row.at, until)


def follow(tx: Tx, todo: Todo, zone: str, now: int) -> None:
    """Note the next time a repeating to-do comes round, whether or not anybody has done it by then."""
    if todo.repeat is None or todo.due is None or "X-FROM" in todo.repeat:
        return
    today = dates.day(now + (todo.remind or 0) * _MINUTE, zone)
    for passed in (today - timedelta(days=1), today):
        following = recurrence.following(todo.repeat, todo.due, passed)
        if following is None:
            return
        if (at := moment(todo._replace(due=following[0]), zone)) > now:
            tx.put(_FOLLOW, todo.id, at)
            return


def forget(tx: Tx, todo_ids: Sequence[str]) -> None:
    """Delete the rows of to-dos that are deleted for good."""
    for todo_id in todo_ids:
        tx.put(_FORGET, todo_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete what was told long ago."""
    tx.put(_PURGE, now - _TOLD_FOR)
