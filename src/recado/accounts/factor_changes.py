"""What happens beside a change of somebody's second factors: the event, the text, and the recovery codes.

All of it joins the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recado.accounts import audit, factors, proofs, recovery, register, sign_ins
from recado.accounts.passwords import Passwords
from recado.db import Database, Tx
from recado.db.ids import NewId


@dataclass(frozen=True, slots=True)
class Doer:
    """Who changes something: on which device, from where, when."""

    user_id: int
    session_id: str
    address: str
    now: int


@dataclass(frozen=True, slots=True)
class Codes:
    """Recovery codes, to be shown, and what is kept of them."""

    shown: Sequence[str]
    hashes: Sequence[str]


async def fresh_codes(passwords: Passwords) -> Codes:
    """Return ten new codes. Raises `Unavailable` when too many people are signing in."""
    shown = recovery.new_codes()
    return Codes(shown, await recovery.hashes(passwords, shown))


async def codes_for(db: Database, passwords: Passwords, user_id: int) -> Codes:
    """Return new codes for somebody who has none, else no codes."""
    return Codes((), ()) if await recovery.left(db, user_id) else await fresh_codes(passwords)


async def added(tx: Tx, doer: Doer, kind: str, codes: Codes, *, detail: str = "", new_id: NewId) -> tuple[bool, bool]:
    """Note a new factor, which its owner has just proven, and keep `codes` if they have none.

    Return whether the codes are kept, and whether the owner is texted.
    """
    keep = bool(codes.hashes) and not await recovery.left(tx, doer.user_id)
    if keep:
        recovery.replace(tx, doer.user_id, codes.hashes)
    proofs.put(tx, doer.user_id, doer.session_id, factor=True, now=doer.now)
    return keep, await note(tx, doer, kind, detail=detail, new_id=new_id)


async def removed(tx: Tx, doer: Doer, kind: str, *, detail: str = "", new_id: NewId) -> bool:
    """Note that a factor is gone; with the last one the recovery codes go. Return whether the owner is texted."""
    if not await factors.are_on(tx, doer.user_id):
        factors.erase_rest(tx, doer.user_id)
    return await note(tx, doer, kind, detail=detail, new_id=new_id)


async def note(tx: Tx, doer: Doer, kind: str, *, detail: str = "", new_id: NewId) -> bool:
    """Record a change, and tell its owner if they want to know; True if they are texted."""
    event = audit.new(doer.user_id, doer.now, kind, session_id=doer.session_id, address=doer.address, detail=detail)
    audit.put(tx, event)
    account = await register.profile(tx, doer.user_id)
    return account is not None and await sign_ins.tell_of_factor(tx, account, kind, new_id=new_id, now=doer.now)
