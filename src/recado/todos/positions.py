"""Where a to-do stands among its neighbours: a fractional index, so that moving one changes only that one.

A position is `[0-9a-z]{1,100}` and does not end in `0`, so that between any two different ones there is a third. A new
to-do gets its position from its id, which costs no look-up: turned round, so that the newest comes first, and for a
step straight, so that it comes last.
"""

from __future__ import annotations

import re

from recado.errors import Invalid

_POSITION = re.compile(r"[0-9a-z]{0,99}[1-9a-z]")
_ROUND = str.maketrans("0123456789abcdef", "vutsrqponmlkjihg")


def first(todo_id: str) -> str:
    """Return a position before those of all to-dos that are older."""
    return _digits(todo_id).translate(_ROUND)


def last(todo_id: str) -> str:
    """Return a position after those of all steps that are older."""
    return f"{_digits(todo_id)}i"


def check(position: str) -> None:
    """Raise `Invalid` for what is no position."""
    if not _POSITION.fullmatch(position):
        raise Invalid("/position", "A position is 1 to 100 of 0-9 and a-z, and does not end in 0.")


def beside(position: str, todo_id: str) -> str:
    """Return a position just after one that is taken already, as two moves to one place both give."""
    return f"{position[:80]}{_digits(todo_id)[-4:]}i"


def _digits(todo_id: str) -> str:
    """Milliseconds, their fraction and some of the random part; not the version, which is the same for all."""
    return todo_id[:8] + todo_id[9:13] + todo_id[15:18] + todo_id[19:23]
