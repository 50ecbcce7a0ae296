"""`recado import` and `recado export`: to-dos as files."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from recado.cli.use import lists, screen
from recado.cli.use.failures import Failure, Misused
from recado.cli.use.options import NONE, Options
from recado.cli.use.session import Session

Format = Literal["json", "todotxt", "todoist", "ics"]
_SUFFIXES: dict[str, Format] = {".json": "json", ".txt": "todotxt", ".csv": "todoist", ".ics": "ics"}
_TYPES = {"json": "application/json", "todotxt": "text/plain", "todoist": "text/csv", "ics": "text/calendar"}
_SECONDS = 300
_REMARKS = 20


def bring_in(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    kind: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None,
    list_name: Annotated[str | None, Parameter(name=["--list", "-l"])] = None,
    options: Options = NONE,
) -> None:
    """Bring to-dos in from a file of recado, todo.txt, Todoist or a calendar. The same file twice adds nothing twice.

    Parameters
    ----------
    file
        The file; - for standard input.
    kind
        What it is, when its name does not tell.
    list_name
        Put everything into this list.
    """
    kind = kind or _by_name(file)
    body = _read(file)
    with Session(options) as session:
        params = {"format": kind} | ({"list": lists.meant(session, list_name)["id"]} if list_name else {})
        headers = {"Content-Type": _TYPES[kind]}
        report = session.ask("POST", "/import", params=params, content=body, headers=headers, timeout=_SECONDS)
        if options.json:
            screen.data(report)
        else:
            _tell(report)


def export(
    *,
    kind: Annotated[Format | None, Parameter(name=["--format", "-f"])] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"], allow_leading_hyphen=True)] = None,
    list_name: Annotated[str | None, Parameter(name=["--list", "-l"])] = None,
    options: Options = NONE,
) -> None:
    """Write your to-dos to a file or to standard output. Only json holds everything.

    Parameters
    ----------
    kind
        json, todotxt, todoist or ics; by the name of the file, else json.
    output
        The file; it is for you alone (mode 0600), and replaced if it is there.
    list_name
        Only this list.
    """
    kind = kind or _SUFFIXES.get(output.suffix.lower() if output else "", "json")
    with Session(options) as session:
        params = {"format": kind} | ({"list": lists.meant(session, list_name)["id"]} if list_name else {})
        body = session.answer("GET", "/export", params=params, headers={"Accept": "*/*"}, timeout=_SECONDS).body
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    _write(output, body)
    screen.note(f"{output} is written, {len(body):,} bytes.")


def _by_name(file: str) -> Format:
    kind = _SUFFIXES.get(Path(file).suffix.lower())
    if kind is None:
        raise Misused(f"The name of {file} does not tell what it is: add --format json, todotxt, todoist or ics.")
    return kind


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read ({error.strerror}).") from error


def _write(output: Path, body: bytes) -> None:
    """Replace a file, or what a link points to, at once; a device is written as it is."""
    if output.is_dir():
        raise Misused(f"{output} is a folder: name a file in it.")
    place = output.resolve()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        if place.exists() and not place.is_file():
            place.write_bytes(body)
            return
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
        draft.replace(place)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Failure(f"{output} cannot be written ({error.strerror}).") from error


def _tell(report: dict[str, Any]) -> None:
    told = [f"{report['found']} found", f"{report['taken']} taken"]
    told += [f"{report['already']} here before"] if report["already"] else []
    told += [f"{report['changed']} changed on the way"] if report["changed"] else []
    told += [f"{report['skipped']} skipped"] if report["skipped"] else []
    screen.line(", ".join(told) + ".")
    if report["lists"]:
        screen.line("New lists: " + ", ".join(one["name"] for one in report["lists"]) + ".")
    for one in report["remarks"][:_REMARKS]:
        screen.line(f"  line {one['line']}, {one['kind']}: {one['title']}: {one['reason']}")
    left = len(report["remarks"]) - _REMARKS + report["remarks_left_out"]
    if left > 0:
        screen.line(f"  and {left} more; --json lists them.")
