"""Deletes what nobody may see or use any more, once an hour. Each room knows what that is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from recado.db.ids import Clock
from recado.errors import Unavailable

HOUR = 3600
Chore = Callable[[int], Awaitable[None]]
"""Does its part at an instant (epoch microseconds)."""

_log = structlog.get_logger()


async def keep_house(chores: Sequence[Chore], clock: Clock) -> None:
    """Run every chore now and then once an hour, until cancelled. One that fails is tried again an hour later."""
    while True:
        for chore in chores:
            try:
                await chore(clock())
            except Unavailable as error:
                _log.warning("housekeeping put off", reason=error.detail)
            except Exception:
                _log.exception("housekeeping failed")
        await asyncio.sleep(HOUR)
