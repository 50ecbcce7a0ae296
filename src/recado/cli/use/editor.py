"""A to-do as a text in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recado.cli.use.failures import Failure, Misused

_MEMBERS = ("title", "due", "repeat", "priority", "labels")
_RULER = "--- notes below this line ---"


def edited(todo: Mapping[str, Any]) -> dict[str, str]:
    """Open a to-do in $VISUAL or $EDITOR; return the members that were changed there, as texts. Raises `Failure`."""
    before = _written(todo)
    after = _through_editor(before)
    old, new = _read(before), _read(after)
    return {member: text for member, text in new.items() if text != old[member]}


def _written(todo: Mapping[str, Any]) -> str:
    shown = {**todo, "priority": todo["priority"] or "", "labels": " ".join(todo["labels"])}
    heads = [f"{member}: {shown[member] or ''}".rstrip() for member in _MEMBERS]
    return "\n".join([*heads, _RULER, todo["notes"]]).rstrip() + "\n"


def _read(text: str) -> dict[str, str]:
    head, found, notes = text.partition(_RULER)
    if not found:
        raise Misused(f"The line {_RULER!r} is gone, so nothing is changed.")
    members = dict[str, str]()
    for line in filter(str.strip, head.splitlines()):
        member, colon, value = line.partition(":")
        if not colon or member.strip() not in _MEMBERS:
            raise Misused(f"{line.strip()!r} is none of {', '.join(_MEMBERS)}, so nothing is changed.")
        members[member.strip()] = value.strip()
    return {"notes": notes.strip(), **{member: members.get(member, "") for member in _MEMBERS}}


def _through_editor(text: str) -> str:
    program = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="recado-") as folder:
        file = Path(folder) / "to-do.txt"
        file.write_text(text, "utf-8")
        try:
            ended = subprocess.run([*shlex.split(program), str(file)], check=False).returncode  # noqa: S603  (their own editor)
        except (OSError, ValueError) as error:
            raise Failure(f"The editor {program!r} cannot be started ({error}): set EDITOR.") from error
        if ended:
            raise Failure(f"The editor {program!r} ended with {ended}, so nothing is changed.")
        try:
            return file.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise Failure(f"What the editor left cannot be read ({error}), so nothing is changed.") from error
