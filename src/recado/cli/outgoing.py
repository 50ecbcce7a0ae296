"""`recado messages …`: what became of the messages that left or wait, what they cost, and failed ones again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from cyclopts import App, Parameter

from recado.cli.stores import database
from recado.db import Database
from recado.db.ids import is_uuid7
from recado.errors import Conflict, Invalid, NotFound
from recado.messages import outbox
from recado.messages.channel import KINDS, ChannelKind
from recado.messages.outbox import State
from recado.settings import load
from revocable.sessions import microseconds

R = TypeVar("R")
_DAY = 24 * 3600 * 1_000_000

app = App(name="messages")


@app.command(name="list")
def listing(
    *,
    state: Literal["queued", "sent", "delivered", "failed"] | None = None,
    channel: Literal["sms", "email", "ntfy"] | None = None,
    limit: int = 50,
) -> None:
    """List messages of everybody, newest first. What they say is not shown.

    Parameters
    ----------
    state
        Only those: queued, sent, delivered or failed.
    channel
        Only those: sms, email or ntfy.
    limit
        How many at most.
    """
    found = _over_the_database(
        lambda db: outbox.recent(db, state=state or "", channel=channel or "", limit=max(1, limit))
    )
    print(
        f"{'id':<36}  {'created (UTC)':<16}  {'user':>6}  {'kind':<11}  {'channel':<7}  {'state':<9}  to, and why not"
    )
    for one in found:
        about = f"{one.user_id:>6}  {one.kind:<11}  {one.channel:<7}  {one.state:<9}"
        print(f"{one.id}  {_minute(one.created_at)}  {about}  {one.to}  {one.error or ''}".rstrip())


@app.command
def retry(
    ids: Annotated[list[str] | None, Parameter(negative=())] = None, /, *, failed_within: str | None = None
) -> None:
    """Send failed messages again: those named, or every one that failed within a time. Codes are never sent again.

    Parameters
    ----------
    ids
        Ids as `recado messages list` shows them.
    failed_within
        Such as 2h or 1d: all failed messages that are not older.
    """
    since = None if failed_within is None else microseconds() - _duration(failed_within)
    if (since is None) != bool(ids):
        raise Invalid("/ids", "Name messages by their ids, or give --failed-within, and not both.")
    done, left = _over_the_database(lambda db: _retry(db, ids or [], since))
    print(f"{done} queued again{f', {left} could not be' if left else ''}.")


@app.command
def stats(*, days: int = 30) -> None:
    """Count messages by state and channel, and what each day cost, as far as receipts told a price.

    Parameters
    ----------
    days
        How far back the costs go.
    """

    async def read(db: Database) -> tuple[list[str], list[str]]:
        since = (microseconds() // _DAY - max(1, days) + 1) * _DAY
        return _states(await outbox.counts(db)), [_cost(cost) for cost in await outbox.costs(db, since)]

    states, costs = _over_the_database(read)
    print("\n".join([f"{'channel':<9}{'queued':>9}{'sent':>9}{'delivered':>11}{'failed':>9}", *states]))
    print("\n".join(["", f"{'day (UTC)':<12}{'channel':<9}{'sent':>7}{'priced':>8}  cost", *costs]))


async def _retry(db: Database, ids: list[str], since: int | None) -> tuple[int, int]:
    chosen = [(await _owner(db, id_), id_) for id_ in ids] if since is None else await outbox.failed(db, since)
    done = left = 0
    for user_id, id_ in chosen:
        try:
            await db.write(outbox.retry, user_id, id_, microseconds())
            done += 1
        except (Conflict, NotFound):  # it was sent again meanwhile, or is a code
            if since is None:
                raise
            left += 1
    return done, left


async def _owner(db: Database, id_: str) -> int:
    user_id = await outbox.owner(db, id_) if is_uuid7(id_) else None
    if user_id is None:
        raise NotFound(f"There is no message {id_!r}.")
    return user_id


def _states(counts: Mapping[tuple[ChannelKind, State], int]) -> list[str]:
    found = list[str]()
    for channel in KINDS:
        queued, sent = counts.get((channel, "queued"), 0), counts.get((channel, "sent"), 0)
        delivered, failed = counts.get((channel, "delivered"), 0), counts.get((channel, "failed"), 0)
        found.append(f"{channel:<9}{queued:>9}{sent:>9}{delivered:>11}{failed:>9}")
    return found


def _cost(cost: outbox.Cost) -> str:
    price = f"{cost.amount.normalize():f} {cost.currency}".strip() if cost.priced else "unknown"
    return f"{_minute(cost.day * _DAY)[:10]:<12}{cost.channel:<9}{cost.sent:>7}{cost.priced:>8}  {price}"


def _duration(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,5})([mhd])", text)
    if match is None:
        raise Invalid("/failed_within", f"{text!r} is no time: write such as 30m, 2h or 1d.")
    return int(match[1]) * {"m": 60, "h": 3600, "d": 86400}[match[2]] * 1_000_000


def _minute(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant / 1_000_000, UTC):%Y-%m-%d %H:%M}"


def _over_the_database(work: Callable[[Database], Awaitable[R]]) -> R:
    async def run() -> R:
        async with database(load()) as (db, _):
            return await work(db)

    return asyncio.run(run())
