"""Invitations to sign up: one-time codes, of which only hashes are kept. Owns the table `invite`."""

from __future__ import annotations

from recado.accounts.codes import hash_of, new_code
from recado.db import Database, Reader, Tx

DAYS = 7

_ADD = "INSERT INTO invite (code_hash, created_by, expires_at) VALUES ($1, $2, $3)"
_GOOD = "SELECT expires_at FROM invite WHERE code_hash = $1 AND expires_at > $2"
_USE = "DELETE FROM invite WHERE code_hash = $1 AND expires_at > $2 RETURNING code_hash"
_ERASE = "DELETE FROM invite WHERE created_by = $1"
_PURGE = "DELETE FROM invite WHERE expires_at <= $1"


async def create(db: Database, created_by: int, now: int) -> str:
    """Return a new code, good for one sign-up within 7 days. `created_by` is a user id, 0 for the console."""
    code = new_code()
    await db.change(_ADD, hash_of(code), created_by, now + DAYS * 86_400_000_000)
    return code


async def is_good(reader: Reader, code: str, now: int) -> bool:
    """Tell whether a code could be used now."""
    return await reader.one(_GOOD, hash_of(code), now) is not None


async def use(tx: Tx, code: str, now: int) -> bool:
    """Use a code up; False when it was used already, has expired or never was."""
    return bool(await tx.change(_USE, hash_of(code), now))


def erase(tx: Tx, created_by: int) -> None:
    """Delete a user's unused invitations."""
    tx.put(_ERASE, created_by)


async def purge(tx: Tx, now: int) -> None:
    """Delete those that have expired."""
    await tx.change(_PURGE, now)
