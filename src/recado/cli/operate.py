"""The commands of the operator, as the command line shows them; what they do is in the modules beside this one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError

from recado.cli import outgoing, people
from recado.cli.doctor import examine
from recado.cli.serve import serve as _serve
from recado.cli.stores import database, place
from recado.keyfile import with_keys
from recado.settings import load

_MISUSED = 2

app = App(
    name="recado",
    help="A self-hosted to-do service whose to-dos reach people's phones. "
    "Settings come from the environment or a .env file in this folder; `recado doctor` checks them.",
    help_epilogue="Exit codes: 0 done, or stopped as asked; 1 it failed; 2 wrong usage or a wrong setting.",
    version=lambda: version("recado"),
)
app.command(people.app, name="user")
app.command(outgoing.app, name="messages")


def parse_and_run(arguments: Sequence[str]) -> int:
    """Parse one command line and run it; return its exit code. Wrong usage is told and gives 2."""
    try:
        return app(arguments, exit_on_error=False, result_action="return_int_as_exit_code_else_zero")
    except CycloptsError:
        return _MISUSED


@app.command
def serve() -> int:
    """Serve until Ctrl+C or SIGTERM, which let requests in flight finish.

    Brings the database up to date first. Text messages are delivered from here too. SIGHUP replaces the server
    processes one by one, when RECADO_WORKERS is above 1.
    """
    return _serve()


@app.command
def migrate() -> None:
    """Bring the database up to date and stop. `serve` does the same by itself."""

    async def run() -> None:
        settings = load()
        async with database(settings) as (_, steps):
            for step in steps:
                print(f"{step.version:04} {step.name}")
            print(f"{place(settings)} is up to date.")

    asyncio.run(run())


@app.command
def deliver() -> None:
    """Deliver text messages, and nothing else, until Ctrl+C or SIGTERM.

    Not needed beside `serve`, which delivers too; for a machine of its own, or while serving is down.
    """
    from recado.cli.deliver import deliver as run  # noqa: PLC0415  (loads the whole app, the others do not)

    asyncio.run(run(with_keys(load())))


@app.command
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
    found = examine()
    if send is None or found != 0:
        return found
    from recado.cli.trial import send as try_one  # noqa: PLC0415  (loads the whole app, the others do not)

    return asyncio.run(try_one(with_keys(load()), send, wait))
