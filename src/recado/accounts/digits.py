"""Six digits that prove an address, a phone number or a mailbox, to whoever has it.

They are never stored: they follow from a nonce and a key outside the database (HMAC-SHA256, shortened as in RFC 4226,
5.3). The message holds `{code}` and the nonce, and whoever delivers it asks for the digits.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence

from recado.db import Database, Tx
from recado.errors import Invalid

MINUTES, ATTEMPTS = 10, 5
TOO_MANY = "Too many codes were asked for. Try again later."

Try = Callable[[Tx, str], Awaitable[str | None]]
"""Counts an attempt with the digits that were typed, and compares; returns the address that they prove."""


def code_for(key: bytes, nonce: str) -> str:
    """Return the six digits that belong to a nonce under a key."""
    digest = hmac.digest(key, b"recado phone code\0" + nonce.encode(), hashlib.sha256)
    offset = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def match(keys: Sequence[bytes], nonce: str, typed: str) -> bool:
    """Tell whether digits belong to a nonce under any of these keys, in the same time whichever it is."""
    return any([hmac.compare_digest(code_for(key, nonce), typed) for key in keys])  # noqa: C419 - all, always


async def prove(db: Database, code: str, attempt: Try) -> str:
    """Return the address that a code proves. Raises `Invalid` at `/code` for any other.

    `attempt` raises nothing, since what it counts must stay.
    """
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        raise Invalid("/code", "The code has six digits.")
    address = await db.write(attempt, typed)
    if address is None:
        raise Invalid("/code", "This code is wrong, or no longer good. Ask for a new one if it goes on.")
    return address
