"""Ids of what is imported: computed from whose it is and what it is, so that the same file imports once."""

from __future__ import annotations

import hashlib

_UNKNOWN = 946_684_800_000
"""The day of an item that does not say when it was made: 2000-01-01, in milliseconds."""
_DAY = 86_400_000
_TOLERANCE = 2 * _DAY * 1000
"""How far ahead of now (in microseconds) a day may be: that of another zone, or of a clock that is wrong."""
_SHAPE = 0x7000_8000_0000_0000_0000
_RANDOM = 0x0FFF_3FFF_FFFF_FFFF_FFFF


def imported_id(user_id: int, kind: str, key: str, made_at: int | None = None, now: int = 0) -> str:
    """Return the UUIDv7 of an item of a user's file: its time is the day it was made, the rest is a hash.

    Instants are epoch microseconds; one before 1970 or days ahead of `now` counts as not said.

    Two imports at once come to the same id, so the database keeps one of them. Times differ even where a format knows
    only days, since what is made of them (the order of search) wants them apart.
    """
    digest = hashlib.sha256(f"{user_id}\0{kind}\0{key}".encode("utf-8", "surrogatepass")).digest()
    millis = _UNKNOWN if made_at is None or not 0 <= made_at <= now + _TOLERANCE else made_at // 1000
    millis = millis // _DAY * _DAY + int.from_bytes(digest[:8]) % _DAY
    bits = int.from_bytes(digest[8:18]) & _RANDOM
    text = f"{millis << 80 | _SHAPE | bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
