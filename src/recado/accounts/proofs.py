"""Recent proofs: when somebody last showed on a device that it is them. Owns the table `proof`."""

from __future__ import annotations

from recado.db import Reader, Tx

RECENT = 10 * 60 * 1_000_000
"""How long a proof is recent, in microseconds."""

_PUT = """
INSERT INTO proof (user_id, session_id, at, factor) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, session_id) DO UPDATE SET at = $3, factor = $4"""
_FIND = "SELECT factor FROM proof WHERE user_id = $1 AND session_id = $2 AND at > $3"
_ERASE = "DELETE FROM proof WHERE user_id = $1"
_PURGE = "DELETE FROM proof WHERE at <= $1"


def put(tx: Tx, user_id: int, session_id: str, *, factor: bool, now: int) -> None:
    """Note a proof by password, or by a second factor as well."""
    tx.put(_PUT, user_id, session_id, now, int(factor))


async def recent(reader: Reader, user_id: int, session_id: str, *, factor: bool, now: int) -> bool:
    """Tell whether there is a recent proof on a device; with `factor`, one by a second factor too."""
    row = await reader.one(_FIND, user_id, session_id, now - RECENT)
    return row is not None and (row[0] == 1 or not factor)


def erase(tx: Tx, user_id: int) -> None:
    """Forget a user's proofs."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete proofs that are no longer recent."""
    await tx.change(_PURGE, now - RECENT)
