"""What is printed, and how. Every text passes `clean`, so that a title of somebody else cannot steer the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

_STYLES = {"strong": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_HIDDEN = dict.fromkeys([*range(32), *range(127, 160), 1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298)], "�")
"""Control characters (C0, C1) and those that turn the direction of writing."""
_ESCAPED = {code: f"\\u{code:04x}" for code in _HIDDEN if code >= 0x7F}


class Ink(NamedTuple):
    """A text in a style, where there are styles."""

    text: str
    style: str


Part = str | Ink


def clean(text: str) -> str:
    """Return a text of one line without what a terminal would obey."""
    return text.replace("\n", " ").replace("\t", " ").translate(_HIDDEN)


def line(*parts: Part) -> None:
    """Print one line on standard output; parts are joined without a space."""
    print("".join(_shown(part) for part in parts))


def paragraph(text: str) -> None:
    """Print a text of several lines."""
    for one in text.splitlines():
        line("     ", one)


def note(text: str) -> None:
    """Print a remark on standard error, so that standard output holds just what was asked for."""
    print(clean(text), file=sys.stderr)


def data(value: Any) -> None:
    """Print JSON."""
    indent = 2 if sys.stdout.isatty() else None
    print(json.dumps(value, ensure_ascii=False, indent=indent).translate(_ESCAPED))


def spaced(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that say something, with two spaces between them."""
    said = [part for part in parts if (part.text if isinstance(part, Ink) else part)]
    return [piece for part in said for piece in ("  ", part)][1:]


def _shown(part: Part) -> str:
    if isinstance(part, str):
        return clean(part)
    text = clean(part.text)
    return f"\x1b[{_STYLES[part.style]}m{text}\x1b[0m" if colours() else text


@cache
def colours() -> bool:
    """Whether standard output takes colours: a terminal, and no NO_COLOR (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
