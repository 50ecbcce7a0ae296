"""What people write in options, as members of a to-do: dates and repeats in their own words, read by the server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from recado.cli.use.failures import Misused
from recado.cli.use.session import Session

NOTHING = ("", "none", "never")
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?\Z")
_TITLE = "recado"


def members(
    session: Session,
    *,
    due: str | None = None,
    repeat: str | None = None,
    priority: int | None = None,
    labels: Sequence[str] | None = None,
    notes: str | None = None,
) -> dict[str, Any]:
    """Return the members that these options stand for; what is None is left out. Raises `Misused`."""
    found = dict[str, Any]()
    if due is not None:
        found |= when(session, due)
    if repeat is not None:
        found["repeat"] = _repeat(session, repeat)
    if priority is not None:
        if not 0 <= priority <= 4:
            raise Misused(f"Priority {priority} is not one of 1 (highest) to 4, or 0 for none.")
        found["priority"] = priority
    if labels is not None:
        found["labels"] = [one.lstrip("#") for text in labels for one in text.replace(",", " ").split()]
    if notes is not None:
        found["notes"] = notes
    return found


def when(session: Session, text: str) -> dict[str, Any]:
    """Return `due`, and `repeat` if the words say one, for a date as people write it. Raises `Misused`."""
    if text.strip().lower() in NOTHING:
        return {"due": None}
    written = text.strip().replace(" ", "T", 1).upper()
    if _WRITTEN.match(written):
        return {"due": written}
    read = _read(session, text)
    if read is None or read["due"] is None:
        raise Misused(f"{text!r} is no date I understand: write it like tomorrow 9am, friday or 2026-12-01.")
    return {"due": read["due"], **({"repeat": read["repeat"]} if read["repeat"] else {})}


def _repeat(session: Session, text: str) -> str | None:
    if text.strip().lower() in NOTHING:
        return None
    if text.upper().startswith("FREQ="):
        return text.upper()
    read = _read(session, text)
    if read is None or read["repeat"] is None:
        raise Misused(f"{text!r} is no repeat I understand: write it like every monday, or as an RRULE (FREQ=WEEKLY).")
    return str(read["repeat"])


def _read(session: Session, text: str) -> dict[str, Any] | None:
    """Have the server read words as it reads a line, beside a title; None when some of them are left over."""
    read = session.ask("POST", "/todo/parse", json={"quick": f'"{_TITLE}" {text}'})
    return read if read["title"] == _TITLE else None
