"""Ids of our own for what we create, so that the same request once more creates nothing twice."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """Return a new UUIDv7 (RFC 9562, 5.7). The service has its own, which would load its database as well."""
    millis = time.time_ns() // 1_000_000
    text = f"{millis << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
