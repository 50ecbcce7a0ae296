"""Allowances: so many at once, then one more each so often. Owns the table `allowance`.

A row holds the instant at which its key is back to the full allowance (the generic cell rate algorithm), so one
statement both asks and counts, and no number of parallel requests gets past it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from recado.db import Tx
from recado.errors import TooMany

_TAKE = """
INSERT INTO allowance (key, due) VALUES ($1, $3)
ON CONFLICT (key) DO UPDATE SET due = CASE WHEN allowance.due > $2 THEN allowance.due + $4 ELSE $3 END
WHERE allowance.due <= $5 RETURNING due"""
_DUE = "SELECT due FROM allowance WHERE key = $1"
_GIVE_BACK = "UPDATE allowance SET due = due - $2 WHERE key = $1"
_FORGET = "DELETE FROM allowance WHERE key = $1"
_PURGE = "DELETE FROM allowance WHERE due < $1"


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and as many again, evenly, over each `seconds` that follow."""

    burst: int
    seconds: int

    @property
    def interval(self) -> int:
        """Microseconds until one more is allowed."""
        return self.seconds * 1_000_000 // self.burst


def key(*parts: str) -> str:
    """Return the key for `parts`: a hash, so that the table holds no names, numbers or addresses."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


async def take(tx: Tx, key: str, rate: Rate, now: int, detail: str) -> None:
    """Use one of the allowance of `key`. Raises `TooMany` with `detail` when nothing is left; then nothing is used."""
    latest = now + (rate.burst - 1) * rate.interval
    if not await tx.change(_TAKE, key, now, now + rate.interval, rate.interval, latest):
        row = await tx.one(_DUE, key)
        due: int = row[0] if row else latest
        raise TooMany(detail, -((latest - due) // 1_000_000))


def give_back(tx: Tx, key: str, rate: Rate) -> None:
    """Undo one `take`."""
    tx.put(_GIVE_BACK, key, rate.interval)


def forget(tx: Tx, key: str) -> None:
    """Give `key` its full allowance again."""
    tx.put(_FORGET, key)


async def purge(tx: Tx, now: int) -> None:
    """Delete the rows of keys that have their full allowance."""
    await tx.change(_PURGE, now)
