"""The commands of the operator, as the command line shows them; what they do is in the modules beside this one.

What a command needs is loaded when it runs, so that the page of help, which shows them all, does not load the service.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio


def serve() -> int:
    """Serve until Ctrl+C or SIGTERM, which let requests in flight finish.

    Brings the database up to date first. Text messages are delivered from here too. SIGHUP replaces the server
    processes one by one, when RECADO_WORKERS is above 1.
    """
    from recado.cli.serve import serve as run

    return run()


def demo() -> int:
    """Show a temporary household of three with its phones, until Ctrl+C; needs no account and keeps nothing.

    The service listens on PORT, the page with the phones on the port after it.
    """
    from recado.cli.demo.run import demonstrate

    return demonstrate()


def migrate() -> None:
    """Bring the database up to date and stop. `serve` does the same by itself."""
    from recado.cli.stores import database, place
    from recado.settings import load

    async def run() -> None:
        settings = load()
        async with database(settings) as (_, steps):
            for step in steps:
                print(f"{step.version:04} {step.name}")
            print(f"{place(settings)} is up to date.")

    asyncio.run(run())


def deliver() -> None:
    """Deliver text messages, and nothing else, until Ctrl+C or SIGTERM.

    Not needed beside `serve`, which delivers too; for a machine of its own, or while serving is down.
    """
    from recado.cli.deliver import deliver as run
    from recado.keyfile import with_keys
    from recado.settings import load

    asyncio.run(run(with_keys(load())))


def doctor(*, send: str | None = None, wait: float = 120) -> int:
    """Check settings, stores, keys and clock, and say what to do.

    Changes nothing, unless it is to send. The exit code is 1 when something is wrong, and 2 when that is a setting.

    Parameters
    ----------
    send
        Send one real text to this number, with its country code, and print each state it gets to.
    wait
        For how many seconds to wait for its receipt.
    """
    from recado.cli.doctor import examine

    found = examine()
    if send is None or found != 0:
        return found
    from recado.cli.trial import send as try_one
    from recado.keyfile import with_keys
    from recado.settings import load

    return asyncio.run(try_one(with_keys(load()), send, wait))
