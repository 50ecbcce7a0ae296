"""One-time codes with which somebody joins a list; only hashes are kept. Owns the table `list_invite`."""

from __future__ import annotations

from typing import NamedTuple

from recado.accounts.codes import hash_of, new_code
from recado.db import Reader, Tx
from recado.todos.lists import Role

DAYS = 7

_ADD = "INSERT INTO list_invite (code_hash, list_id, role, created_by, expires_at) VALUES ($1, $2, $3, $4, $5)"
_OPEN = "SELECT COUNT(*) FROM list_invite WHERE list_id = $1 AND expires_at > $2"
_FIND = "SELECT list_id, role FROM list_invite WHERE code_hash = $1 AND expires_at > $2"
_USE = "DELETE FROM list_invite WHERE code_hash = $1 AND expires_at > $2 RETURNING list_id"
_FORGET = "DELETE FROM list_invite WHERE list_id = $1"
_PURGE = "DELETE FROM list_invite WHERE expires_at <= $1"


class Invite(NamedTuple):
    """What a code is good for."""

    list_id: str
    role: Role


def create(tx: Tx, list_id: str, role: Role, by: int, now: int) -> tuple[str, int]:
    """Return a new code, good for one person within 7 days, and the instant at which it expires."""
    code, expires_at = new_code(), now + DAYS * 86_400_000_000
    tx.put(_ADD, hash_of(code), list_id, role, by, expires_at)
    return code, expires_at


async def count(reader: Reader, list_id: str, now: int) -> int:
    """Return how many codes of a list could be used now."""
    row = await reader.one(_OPEN, list_id, now)
    return row[0] if row else 0


async def find(reader: Reader, code: str, now: int) -> Invite | None:
    """Return what a code is good for; None when it was used, has expired or never was."""
    row = await reader.one(_FIND, hash_of(code), now)
    return Invite(*row) if row else None


async def use(tx: Tx, code: str, now: int) -> bool:
    """Use a code up; False when another one was faster."""
    return bool(await tx.change(_USE, hash_of(code), now))


def forget(tx: Tx, list_id: str) -> None:
    """Take every code of a list back."""
    tx.put(_FORGET, list_id)


def purge(tx: Tx, now: int) -> None:
    """Delete those that have expired."""
    tx.put(_PURGE, now)
