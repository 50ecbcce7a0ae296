"""Sign-ins: recorded, and told when they come from a new device. Owns the table `sign_in_notice`.

A device is new when nobody signed in to the account from its network on its kind of device for 90 days. The news goes
the account's ways, in their order; whoever gets it as a text may end that one session within an hour, by a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from recado.accounts import allowances, audit, register
from recado.accounts.allowances import Rate
from recado.accounts.register import Account
from recado.db import Reader, Tx
from recado.db.ids import NewId
from recado.errors import TooMany
from recado.messages import outbox, replies, texts
from recado.messages.outbox import NewMessage

HOUR = 3600 * 1_000_000
_RATE = Rate(5, 3600)
"""News of sign-ins for one account: whoever makes them happen cannot flood its phone."""
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,29}")

_NUMBERS = "SELECT number FROM sign_in_notice WHERE user_id = $1 AND told_at > $2"
_PUT = """
INSERT INTO sign_in_notice (user_id, session_id, number, device, ended, told_at) VALUES ($1, $2, $3, $4, 0, $5)"""
_OPEN = """
SELECT session_id, number, device FROM sign_in_notice
WHERE user_id = $1 AND told_at > $2 AND ended = 0 ORDER BY number"""
_CLOSE = "UPDATE sign_in_notice SET ended = 1 WHERE user_id = $1 AND session_id = $2"
_ERASE = "DELETE FROM sign_in_notice WHERE user_id = $1"
_PURGE = "DELETE FROM sign_in_notice WHERE told_at <= $1"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in. `kind` is the session's, `device` what the client calls itself."""

    session_id: str
    kind: str
    device: str
    user_agent: str = field(repr=False)
    address: str

    @property
    def family(self) -> str:
        """What kind of device it is, the same after an update: `browser Firefox Linux`."""
        return f"{self.kind} {_family(self.user_agent)}".strip()

    @property
    def shown(self) -> str:
        """What to call the device to its owner."""
        return texts.neutral(self.device or _family(self.user_agent) or self.kind, 30)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sign-in that its owner was told of within the last hour."""

    session_id: str
    number: int
    device: str


async def record(
    tx: Tx, account: Account, sign_in: SignIn, *, address: str | None = None, new_id: NewId, now: int
) -> bool:
    """Record a sign-in, and tell its owner if the device is new and they want to know; True if they are told.

    `address` is where people reach the service, if that is known.
    """
    told = _wanted(account) and not await audit.knows(tx, account.user_id, sign_in.address, sign_in.family, now)
    event = audit.new(
        account.user_id, now, "login", session_id=sign_in.session_id, address=sign_in.address, detail=sign_in.family
    )
    audit.put(tx, event)
    return told and await _tell(tx, account, sign_in, address, new_id=new_id, now=now)


async def tell_of_reuse(tx: Tx, account: Account, *, new_id: NewId, now: int) -> bool:
    """Tell somebody that a spent token of theirs was used and its session is over; True if they are told."""
    if not _wanted(account) or not await _within_rate(tx, account.user_id, now):
        return False
    _queue(tx, account, texts.token_reused(account.username, account.locale), new_id, now)
    return True


async def tell_of_factor(tx: Tx, account: Account, change: str, *, new_id: NewId, now: int) -> bool:
    """Tell somebody that a second factor of theirs was changed or spent, as `texts` names it; True if told."""
    if not _wanted(account) or not await _within_rate(tx, account.user_id, now):
        return False
    _queue(tx, account, texts.factor_changed(account.username, change, account.locale), new_id, now)
    return True


async def open_notices(reader: Reader, user_id: int, now: int) -> list[Notice]:
    """Return the sign-ins that may still be ended by text."""
    return [Notice(*row) for row in await reader.all(_OPEN, user_id, now - HOUR)]


def close(tx: Tx, user_id: int, notice: Notice) -> None:
    """Use a notice up; its number stands for nothing else while it could be answered."""
    tx.put(_CLOSE, user_id, notice.session_id)


def erase(tx: Tx, user_id: int) -> None:
    """Delete what a user was told."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete notices that can no longer be answered."""
    await tx.change(_PURGE, now - HOUR)


def _wanted(account: Account) -> bool:
    return account.notify.security and bool(account.ways)


async def _tell(tx: Tx, account: Account, sign_in: SignIn, address: str | None, *, new_id: NewId, now: int) -> bool:
    if not await _within_rate(tx, account.user_id, now):
        return False
    clock = f"{datetime.fromtimestamp(now // 1_000_000, ZoneInfo(account.time_zone)):%H:%M}"
    reply = await _number(tx, account, sign_in, now) if account.phone_verified else None
    text = texts.new_sign_in(account.username, sign_in.shown, clock, account.locale, reply=reply, address=address)
    _queue(tx, account, text, new_id, now)
    return True


async def _number(tx: Tx, account: Account, sign_in: SignIn, now: int) -> int | None:
    """Keep what a text from the account's phone may end, and return its number; None where nobody can reply."""
    taken = await _numbers(tx, account, now)
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    tx.put(_PUT, account.user_id, sign_in.session_id, number, sign_in.shown, now)
    return number if await replies.are_possible(tx) else None


async def _numbers(tx: Tx, account: Account, now: int) -> set[int]:
    """Return the numbers of the last hour, of every account with that phone: an answer tells no other one apart."""
    sharing = {account.user_id, *(one.user_id for one in await register.by_phone(tx, account.phone or ""))}
    return {row[0] for user_id in sharing for row in await tx.all(_NUMBERS, user_id, now - HOUR)}


async def _within_rate(tx: Tx, user_id: int, now: int) -> bool:
    try:
        await allowances.take(tx, allowances.key("news of sign-ins", str(user_id)), _RATE, now, "")
    except TooMany:
        return False
    return True


def _queue(tx: Tx, account: Account, text: str, new_id: NewId, now: int) -> None:
    outbox.put(tx, NewMessage(account.user_id, new_id(), "security", account.ways[0], text, now))


def _family(user_agent: str) -> str:
    """Return browser and system of a user agent, else the first product it names, without versions."""
    browser = next((name for sign, name in _FAMILIES if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser:
        return f"{browser} {system}".strip()
    product = _PRODUCT.match(user_agent)
    return product[0] if product else ""
