"""Identifiers: UUIDv7 (RFC 9562, 5.7), which sort by time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

NewId = Callable[[], str]
Clock = Callable[[], int]
"""Returns the current instant in epoch microseconds."""

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


def uuid7(clock: Clock, random: Callable[[int], bytes] = os.urandom) -> str:
    """Return a new UUIDv7 in lower case: 48 bits of milliseconds, then 74 random bits."""
    bits = int.from_bytes(random(10), "big")
    a, b = 0x7000 | bits >> 64 & 0xFFF, 1 << 63 | bits & 0x3FFFFFFFFFFFFFFF
    head, tail = f"{clock() // 1000 & 0xFFFFFFFFFFFF:012x}", f"{b:016x}"
    return f"{head[:8]}-{head[8:]}-{a:04x}-{tail[:4]}-{tail[4:]}"


def is_uuid7(text: str) -> bool:
    """Tell whether `text` is a UUIDv7 in the canonical lower-case form."""
    return _UUID7.match(text) is not None
