"""Invitations to sign up: one-time codes, of which only hashes are kept. Owns the table `invite`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recado.accounts.codes import hash_of, new_code
from recado.db import Database, Reader, Tx

DAYS = 7
_NAMED_BY = 16
"""How much of a hash names an invitation: enough to tell them apart, useless to whoever wants to use one."""

_ADD = "INSERT INTO invite (code_hash, created_by, expires_at) VALUES ($1, $2, $3)"
_GOOD = "SELECT expires_at FROM invite WHERE code_hash = $1 AND expires_at > $2"
_OPEN = "SELECT code_hash, created_by, expires_at FROM invite WHERE expires_at > $1 ORDER BY expires_at DESC LIMIT 200"
_TAKE_BACK = "DELETE FROM invite WHERE code_hash LIKE $1 AND expires_at > $2 RETURNING code_hash"
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


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation that nobody has used yet. `id` names it and opens nothing; instants are epoch microseconds."""

    id: str
    created_by: int
    expires_at: int


async def unused(reader: Reader, now: int) -> list[Invite]:
    """Return what could be used now, the newest 200 first."""
    return [Invite(row[0][:_NAMED_BY], row[1], row[2]) for row in await reader.all(_OPEN, now)]


async def take_back(db: Database, invite_id: str, now: int) -> bool:
    """Make an unused invitation void; False when there is none of that name."""
    if not re.fullmatch(r"[0-9a-f]{16}", invite_id):
        return False
    return bool(await db.change(_TAKE_BACK, f"{invite_id}%", now))


def id_of(code: str) -> str:
    """Return what names the invitation of a code."""
    return hash_of(code)[:_NAMED_BY]


def erase(tx: Tx, created_by: int) -> None:
    """Delete a user's unused invitations."""
    tx.put(_ERASE, created_by)


async def purge(tx: Tx, now: int) -> None:
    """Delete those that have expired."""
    await tx.change(_PURGE, now)
