"""What tests of the formats share: where a file is read, and what is looked at of what it becomes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from recado.exchange.fitting import fit
from recado.exchange.formats import FORMATS
from recado.exchange.record import Here, Item, Parsed

FILES = Path(__file__).parent / "files"
HERE = Here("Europe/Lisbon", "en", 1_795_532_400_000_000)
"""2026-11-24 15:00 in Lisbon."""
_PLAIN = Item(0, "", "")


def taken(kind: str, raw: bytes | str, *, into_one_list: bool = False, here: Here = HERE) -> Parsed:
    """Read a file and make it fit, as an import does."""
    parsed = FORMATS[kind].read(raw.encode() if isinstance(raw, str) else raw, here)
    fit(parsed, here, into_one_list=into_one_list)
    return parsed


def said(item: Item) -> dict[str, Any]:
    """Return the members that say something, but for where the item stood and its keys."""
    names = [
        one.name for one in fields(item) if one.name not in ("line", "key", "id", "updated_at", "created_by", "done_by")
    ]
    return {name: getattr(item, name) for name in names if getattr(item, name) != getattr(_PLAIN, name)}


def remarks(parsed: Parsed) -> list[tuple[int, str]]:
    """Return lines and kinds of the remarks."""
    return sorted((one.line, one.kind) for one in parsed.remarks)
