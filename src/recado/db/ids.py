"""Identifiers: UUIDv7 (RFC 9562, 5.7), which sort by time."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import getrandbits

NewId = Callable[[], str]
Clock = Callable[[], int]
"""Returns the current instant in epoch microseconds."""

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_SHAPE = 0x7000_8000_0000_0000_0000
"""Version 7 and the variant of RFC 9562, in the lower 80 bits."""


def uuid7(clock: Clock, random: Callable[[int], int] = getrandbits) -> str:
    """Return a new UUIDv7 in lower case: 48 bits of milliseconds, 12 of their fraction (6.2, method 3), 62 random ones.

    So the ids of one process sort by creation down to the microsecond. An id is no secret: knowing one opens nothing.
    """
    millis, micros = divmod(clock(), 1000)
    text = f"{(millis & 0xFFFFFFFFFFFF) << 80 | micros * 4096 // 1000 << 64 | _SHAPE | random(62):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_uuid7(text: str) -> bool:
    """Tell whether `text` is a UUIDv7 in the canonical lower-case form."""
    return _UUID7.match(text) is not None
