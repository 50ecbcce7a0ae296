"""Password resets by the operator or by e-mail: a one-time code for 24 hours. Owns the table `password_reset`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from recado.accounts import audit, register, usernames
from recado.accounts.codes import hash_of, new_code
from recado.accounts.passwords import Passwords
from recado.db import Database, Reader, Tx
from recado.errors import Invalid, NotFound

T = TypeVar("T")
Origin = Literal["operator", "email"]
"""Who asked for a code. Codes of different origins do not make each other void."""

HOURS = 24
_CODE = re.compile(r"([1-9][0-9]{0,15})-([A-Za-z0-9_-]{43})")

_ADD = """
INSERT INTO password_reset (user_id, origin, code_hash, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, origin) DO UPDATE SET code_hash = $3, expires_at = $4"""
_GOOD = "SELECT expires_at FROM password_reset WHERE user_id = $1 AND code_hash = $2 AND expires_at > $3"
_USE = "DELETE FROM password_reset WHERE user_id = $1 AND code_hash = $2 AND expires_at > $3 RETURNING user_id"
_ERASE = "DELETE FROM password_reset WHERE user_id = $1"
_PURGE = "DELETE FROM password_reset WHERE expires_at <= $1"


async def create_reset(db: Database, username: str, now: int) -> str:
    """Return a new code for this user; older ones of the operator are void from now on. Raises `NotFound`."""
    found = await register.by_name(db, usernames.lookup_key(username))
    if found is None:
        raise NotFound(f"There is no user {username!r}.")
    return await _create(db, found.account.user_id, now)


async def create_for(db: Database, user_id: int, now: int, *, first: Callable[[Tx], Awaitable[object]]) -> str:
    """Do the same by id, in a transaction that begins with `first`, which may raise."""
    if await register.profile(db, user_id) is None:
        raise NotFound
    return await _create(db, user_id, now, first)


async def _create(db: Database, user_id: int, now: int, first: Callable[[Tx], Awaitable[object]] | None = None) -> str:
    code = f"{user_id}-{new_code()}"

    async def store(tx: Tx) -> None:
        if first is not None:
            await first(tx)
        put(tx, user_id, "operator", code, now)

    await db.write(store)
    return code


def put(tx: Tx, user_id: int, origin: Origin, code: str, now: int) -> None:
    """Make a whole code good for 24 hours, and earlier ones of that origin void."""
    tx.put(_ADD, user_id, origin, hash_of(_read(code)[1]), now + HOURS * 3_600_000_000)
    audit.put(tx, audit.new(user_id, now, "reset_created"))


async def redeem_reset(
    db: Database,
    passwords: Passwords,
    code: str,
    new: str,
    *,
    address: str,
    now: int,
    then: Callable[[Tx, int], Awaitable[T]],
) -> T:
    """Set a new password with a code; then all of the user's are void. Return what `then(tx, user_id)` returns.

    `then` must end all sessions of the user, in the same transaction. Raises `Invalid` at `/code` or `/new`.
    """
    user_id, secret = _read(code)
    found = await register.by_id(db, user_id)
    if found is None or not await _is_good(db, user_id, secret, now):
        raise _unknown()
    await passwords.check(new, found.account.username, "/new")
    new_hash = await passwords.hash(new)

    async def store(tx: Tx) -> T:
        if not await tx.change(_USE, user_id, hash_of(secret), now) or not await register.set_hash(
            tx, user_id, new_hash
        ):
            raise _unknown()
        erase(tx, user_id)
        audit.put(tx, audit.new(user_id, now, "password_reset", address=address))
        return await then(tx, user_id)

    return await db.write(store)


def erase(tx: Tx, user_id: int) -> None:
    """Make a user's codes void."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete codes that have expired."""
    await tx.change(_PURGE, now)


async def _is_good(reader: Reader, user_id: int, secret: str, now: int) -> bool:
    return await reader.one(_GOOD, user_id, hash_of(secret), now) is not None


def _read(code: str) -> tuple[int, str]:
    """Return the two parts of a code. The user's id leads to the row, which its hash must match."""
    match = _CODE.fullmatch(code.strip())
    if match is None:
        raise _unknown()
    return int(match[1]), match[2]


def _unknown() -> Invalid:
    return Invalid("/code", "This code is not valid, or no longer: ask for a new one.")
