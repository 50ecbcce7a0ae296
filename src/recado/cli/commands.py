"""Every command, as the command line shows it. Each is loaded when it is used, so that none waits for the others."""

from __future__ import annotations

from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group

from recado.cli.use.failures import NOT_FOUND, SIGNED_OUT, UNREACHABLE, Misused
from recado.cli.use.options import NONE, Options

EXIT_CODES = (
    "Exit codes: 0 done, or stopped as asked; 1 it failed; 2 wrong usage or a wrong setting; "
    f"{SIGNED_OUT} signed out; {NOT_FOUND} not found; {UNREACHABLE} the server cannot be reached."
)
_TODOS = Group("To-dos", sort_key=1)
_SHARING = Group("Lists and files", sort_key=2)
_DEVICE = Group("This device", sort_key=3)
_SERVER = Group("The server", sort_key=4)


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  (takes a while)

    return version("recado")


app = App(
    name="recado",
    help="To-dos that you keep and leave for others. Alone it shows your day. "
    "`recado login SERVER` signs you in, `recado serve` is a server.",
    help_epilogue=EXIT_CODES,
    version=_version,
)

FOR_PEOPLE = {
    "add": ("use.adding:add", _TODOS),
    "ls": ("use.looking:ls", _TODOS),
    "show": ("use.looking:show", _TODOS),
    "search": ("use.looking:search", _TODOS),
    "done": ("use.changing:done", _TODOS),
    "edit": ("use.changing:edit", _TODOS),
    "rm": ("use.changing:rm", _TODOS),
    "undo": ("use.undoing:undo", _TODOS),
    "lists": ("use.lists:app", _SHARING),
    "invite": ("use.lists:invite", _SHARING),
    "join": ("use.lists:join", _SHARING),
    "import": ("use.exchange:bring_in", _SHARING),
    "export": ("use.exchange:export", _SHARING),
    "login": ("use.signing:login", _DEVICE),
    "signup": ("use.signing:signup", _DEVICE),
    "logout": ("use.signing:logout", _DEVICE),
    "devices": ("use.devices:app", _DEVICE),
    "tokens": ("use.tokens:app", _DEVICE),
    "profiles": ("use.servers:app", _DEVICE),
    "completion": ("use.completion:completion", _DEVICE),
}
FOR_OPERATORS = {
    "serve": ("operate:serve", _SERVER),
    "deliver": ("operate:deliver", _SERVER),
    "migrate": ("operate:migrate", _SERVER),
    "backup": ("backup:backup", _SERVER),
    "restore": ("backup:restore", _SERVER),
    "events": ("events:events", _SERVER),
    "user": ("people:app", _SERVER),
    "messages": ("outgoing:app", _SERVER),
    "keys": ("keys:app", _SERVER),
    "doctor": ("operate:doctor", _SERVER),
    "demo": ("operate:demo", _SERVER),
}
_GROUPS = {
    "user": "Make, list, disable, enable and invite people, and reset their passwords.",
    "keys": "List and replace the keys that sign tokens.",
    "messages": "List messages, send failed ones again, and count what they cost.",
}
for _name, (_place, _group) in (FOR_PEOPLE | FOR_OPERATORS).items():
    app.command(f"recado.cli.{_place}", name=_name, group=_group, help=_GROUPS.get(_name))


@app.default
def today(*, options: Options = NONE) -> int:
    """Show what is overdue and what is due today."""
    from recado.cli.use import looking, welcome  # noqa: PLC0415  (loaded when used, like the others)
    from recado.cli.use.session import NobodyYet  # noqa: PLC0415

    try:
        looking.today(options)
    except NobodyYet as nobody:
        welcome.welcome()
        return nobody.code
    return 0


def parse_and_run(arguments: Sequence[str]) -> int:
    """Parse one command line and run it; return its exit code. Raises `Misused` for wrong usage."""
    if arguments and arguments[0] == "help":
        arguments = [*arguments[1:], "--help"]
    first = arguments[0] if arguments else ""
    if first in ("--help", "-h"):
        for name in app:  # its page shows what each does, which loads them
            if name != "user":
                app[name]
    elif first and not first.startswith("-") and first not in app:
        raise Misused(_unknown(first))
    try:
        return app(arguments, exit_on_error=False, print_error=False, result_action="return_int_as_exit_code_else_zero")
    except CycloptsError as error:
        raise Misused(_sentence(error)) from error


def _unknown(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only for a slip)

    near = get_close_matches(name, [*FOR_PEOPLE, *FOR_OPERATORS], 1)
    meant = f"Did you mean {near[0]}?" if near else "`recado --help` lists them."
    return f"There is no command {name!r}. {meant}"


def _sentence(error: CycloptsError) -> str:
    told = " ".join(str(error).split())
    command = " ".join(error.command_chain or ())
    told = told.rstrip(".").replace("?.", "?")
    return f"{told}{'' if told.endswith('?') else '.'} `{' '.join(['recado', *command.split()])} --help` tells more"
