"""`recado deliver`: the delivery worker on its own, until a signal."""

from __future__ import annotations

import asyncio
import signal
from functools import partial

from recado import logs
from recado.app import delivering
from recado.cli.stores import database, place
from recado.db.ids import uuid7
from recado.settings import Settings
from recado.todos.reminding import remind
from revocable.sessions import microseconds


async def deliver(settings: Settings) -> None:
    """Deliver until SIGTERM or SIGINT, then finish what is on its way. Raises `Unavailable` or `DatabaseNewer`."""
    logs.configure(settings.log_level, settings.log_form, settings.secrets)
    async with database(settings) as (db, _), delivering(settings, db) as delivery:
        working = asyncio.create_task(delivery.run())
        reminding = asyncio.create_task(remind(db, microseconds, partial(uuid7, microseconds), delivery.wake))
        loop = asyncio.get_running_loop()
        asked = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, asked.set)
        print(f"Delivering from {place(settings)}. Stop with Ctrl+C.", flush=True)
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        reminding.cancel()
        await asyncio.gather(reminding, return_exceptions=True)
        await delivery.stop()
        await working
