"""`recado serve`: from the settings to a running service, with a clear word when something stands in the way."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory

from recado.cli.greeting import Greeting, greeting
from recado.cli.stores import database
from recado.datafolder import Hold
from recado.keyfile import with_keys
from recado.server import process, systemd
from recado.server.listening import address_of, allow_many_connections, listen
from recado.server.workers import Workers
from recado.settings import Settings, load


def serve() -> int:
    """Migrate, listen and serve until SIGTERM or Ctrl+C; return the exit code.

    Raises `SettingsError`, `FolderTaken`, `CannotListen`, `Unavailable` or `DatabaseNewer`, each with its sentence.
    """
    settings = with_keys(load())
    with ExitStack() as stack:
        hold = Hold(settings.data) if settings.embedded else None
        if hold:
            stack.callback(hold.release)
        listener = stack.enter_context(systemd.handed_over() or listen(settings.host, settings.port))
        address = settings.public_url or address_of(listener)
        if hold:
            hold.sign(address)
        allow_many_connections()
        stack.enter_context(_counting_together(settings))
        words = asyncio.run(_prepared(settings))

        def started() -> None:
            words.say(address)
            systemd.tell_ready()

        return _run(settings, listener, started)


@contextmanager
def _counting_together(settings: Settings) -> Generator[None]:
    """Give several processes a folder in which they count for `/metrics`."""
    if settings.ops_port is None or settings.workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="recado-metrics-") as folder:
        os.environ["RECADO_COUNTS_FOLDER"] = folder  # `app.COUNTS`; what is wrong is told without loading that
        yield


async def _prepared(settings: Settings) -> Greeting:
    """Bring the database up to date, so that every worker finds it ready, and see what the operator needs to know."""
    async with database(settings) as (db, _):
        return await greeting(settings, db)


def _run(settings: Settings, listener: socket.socket, started: Callable[[], None]) -> int:
    from recado.app import from_environment  # noqa: PLC0415  (what is wrong above is told without loading it)

    if settings.workers == 1:
        return process.run(listener, from_environment, started)
    workers = Workers(
        settings.workers,
        lambda ready, lifeline: process.run(listener, from_environment, ready, lifeline),
        lambda sentence: print(f"recado: {sentence}", file=sys.stderr, flush=True),
    )
    return workers.run(started)
