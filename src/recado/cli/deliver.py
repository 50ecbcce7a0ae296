"""`recado deliver`: the delivery worker on its own, until a signal."""

from __future__ import annotations

import asyncio
import signal

from recado.app import deliverer
from recado.cli.stores import database, place
from recado.settings import Settings
from revocable.sessions import microseconds


async def deliver(settings: Settings) -> None:
    """Deliver until SIGTERM or SIGINT, then finish what is on its way. Raises `Unavailable` or `DatabaseNewer`."""
    async with database(settings) as (db, _):
        delivery = deliverer(settings, db, microseconds)
        working = asyncio.create_task(delivery.run())
        loop = asyncio.get_running_loop()
        asked = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, asked.set)
        print(f"Delivering from {place(settings)}. Stop with Ctrl+C.", flush=True)
        await asked.wait()
        await delivery.stop()
        await working
