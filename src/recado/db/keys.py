"""Which signing keys this service has, by name. Owns the table `signing_key`.

Machines that share a database must share the keys too: what one of them signs, every other must be able to verify. The
table holds names and no keys, so a machine without one is noticed before it serves.
"""

from __future__ import annotations

from collections.abc import Mapping

from recado.db.database import Reader, Tx
from recado.errors import RecadoError

_LOCK = 0x6B65_7973
"""The key of the advisory lock: `keys`."""
_NEEDED = "SELECT kid, kind FROM signing_key WHERE until IS NULL OR until > $1 ORDER BY kid"
_KEEP = """
INSERT INTO signing_key (kid, kind, until) VALUES ($1, $2, $3) ON CONFLICT (kid) DO UPDATE SET until = CASE
    WHEN excluded.until < signing_key.until THEN excluded.until
    WHEN excluded.until IS NULL OR signing_key.until IS NULL THEN excluded.until
    ELSE signing_key.until END"""
_FORGET = "DELETE FROM signing_key WHERE kid = $1 RETURNING kid"


class KeyMissing(RecadoError):
    """Another machine signs with a key that this one does not have."""


async def agree(tx: Tx, held: Mapping[str, tuple[str, int | None]], now: int) -> None:
    """Note the keys of this machine: name → kind, and until when it verifies (epoch seconds), None for no end yet.

    Raises `KeyMissing` when one is missing here that another machine has noted.
    """
    await tx.one(f"SELECT pg_advisory_xact_lock({_LOCK})")  # two new machines at once
    for kid, kind in await needed(tx, now):
        if kid not in held:
            raise KeyMissing(_missing(kid, kind))
    note(tx, held)


def note(tx: Tx, held: Mapping[str, tuple[str, int | None]]) -> None:
    """Note keys without asking which are missing."""
    for kid, (kind, until) in held.items():
        tx.put(_KEEP, kid, kind, until)


async def needed(reader: Reader, now: int) -> list[tuple[str, str]]:
    """Return name and kind of every key of which a token may be about."""
    return [(row[0], row[1]) for row in await reader.all(_NEEDED, now)]


async def forget(tx: Tx, kid: str) -> bool:
    """Forget a key; tell whether it was known."""
    return bool(await tx.change(_FORGET, kid))


def _missing(kid: str, kind: str) -> str:
    name = f"{kind.upper()}_SECRET"
    return (
        f"The {kind} key {kid} is missing on this machine, and tokens of it are about: give every machine the same "
        f"{name} (or {kind}.key), with the one before it in {name}_PREVIOUS; "
        f"if it is lost, `recado keys drop {kid}` signs out whoever has a token of it."
    )
