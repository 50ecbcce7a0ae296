"""Numbers that answered STOP: nothing is sent to them until they text START. Owns the table `stopped_number`.

Kept by number and not by account, so that it holds for whoever gives that number later. Only a hash is kept.
"""

from __future__ import annotations

import hashlib

from recado.db import Reader, Tx

REASON = "This number answered STOP. Text START from it to get texts again."
CODE_REASON = "No code could be delivered to this number. If it ever answered STOP, text START from it first."
"""What is told of every code that did not arrive: whoever asks for one may have typed somebody else's number."""

_STOP = "INSERT INTO stopped_number (number, stopped_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING number"
_START = "DELETE FROM stopped_number WHERE number = $1 RETURNING number"
_IS_STOPPED = "SELECT stopped_at FROM stopped_number WHERE number = $1"


async def stop(tx: Tx, number: str, now: int) -> bool:
    """Send nothing more to an E.164 number; False when it had been stopped already."""
    return bool(await tx.change(_STOP, _hashed(number), now))


async def start(tx: Tx, number: str) -> bool:
    """Send to a number again; False when it was not stopped."""
    return bool(await tx.change(_START, _hashed(number)))


async def is_stopped(reader: Reader, number: str) -> bool:
    """Tell whether a number wants no texts at all."""
    return await reader.one(_IS_STOPPED, _hashed(number)) is not None


def _hashed(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
