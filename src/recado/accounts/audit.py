"""Security events: when, who, which session, from where. Owns the table `security_event`.

User 0 is nobody: failures for names that no account has are kept there, so that both kinds of failure cost the same.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from recado.accounts.addresses import network_of
from recado.db import Reader, Tx
from recado.db.ids import uuid7

NOBODY = 0
DAY = 86_400_000_000
KNOWN_FOR = 90 * DAY
"""How long a device's address stays known, in microseconds."""
_MAX_TEXT = 200

_COLUMNS = "user_id, id, at, kind, session_id, address, detail"
_PUT = f"INSERT INTO security_event ({_COLUMNS}, network) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
_PAGE = f"SELECT {_COLUMNS} FROM security_event WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
_OF_ALL = f"SELECT {_COLUMNS} FROM security_event WHERE id < $1 ORDER BY id DESC, user_id LIMIT $2"
_OF_KIND = f"""
SELECT {_COLUMNS} FROM security_event WHERE kind = $3 AND id < $1 ORDER BY id DESC, user_id LIMIT $2"""
_LOGIN_FROM = """
SELECT at FROM security_event WHERE user_id = $1 AND network = $2 AND kind = 'login' AND at > $3 LIMIT 1"""
_LOGIN_ON = """
SELECT at FROM security_event
WHERE user_id = $1 AND network = $2 AND kind = 'login' AND at > $3 AND detail = $4 LIMIT 1"""
_ERASE = "DELETE FROM security_event WHERE user_id = $1"
_PURGE = "DELETE FROM security_event WHERE kind = 'login_failed' AND at < $1"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a user; `at` is in epoch microseconds.

    `kind` is one of login, login_failed, logout, reuse, session_ended, password_changed, password_reset, reset_created,
    phone_verified, email_verified, email_removed, disabled, enabled, token_created, totp_added, totp_removed,
    passkey_added, passkey_removed, recovery_codes_made, recovery_code_used, factor_failed, proven, factors_reset. A
    login's `detail` says on what kind of device, a proof's or a failure's which factor, a token's what it is called. A
    text of several lines, or with control characters, is stored as one plain line.
    """

    user_id: int
    id: str
    at: int
    kind: str
    session_id: str = ""
    address: str = ""
    detail: str = ""


def new(user_id: int, at: int, kind: str, *, session_id: str = "", address: str = "", detail: str = "") -> Event:
    """Return an event with an id of its own."""
    return Event(user_id, uuid7(lambda: at), at, kind, session_id, address, detail)


def put(tx: Tx, event: Event) -> None:
    """Record an event. A `login` makes its address known for this user."""
    address = _one_line(event.address)
    texts = (_one_line(event.kind), _one_line(event.session_id), address, _one_line(event.detail))
    tx.put(_PUT, event.user_id, event.id, event.at, *texts, network_of(address))


async def record(tx: Tx, event: Event) -> None:
    """Record an event in a transaction of its own: `await db.write(audit.record, event)`."""
    put(tx, event)


async def page(reader: Reader, user_id: int, limit: int, before: str = "g") -> list[Event]:
    """Return a user's events, newest first; `before` is the id of the last one seen."""
    return [Event(*row) for row in await reader.all(_PAGE, user_id, before, limit)]


async def of_everybody(reader: Reader, limit: int, before: str = "g", *, kind: str = "") -> list[Event]:
    """Return everybody's events, or those of one kind, newest first, for the operator; `before` as for `page`."""
    rows = await (reader.all(_OF_KIND, before, limit, kind) if kind else reader.all(_OF_ALL, before, limit))
    return [Event(*row) for row in rows]


async def signed_in_from(reader: Reader, user_id: int, address: str, now: int) -> bool:
    """Tell whether this user signed in from this address (IPv6: its /64) within the last 90 days."""
    return await reader.one(_LOGIN_FROM, user_id, network_of(_one_line(address)), now - KNOWN_FOR) is not None


async def knows(reader: Reader, user_id: int, address: str, detail: str, now: int) -> bool:
    """Tell whether this user signed in from this network on this kind of device within the last 90 days."""
    network = network_of(_one_line(address))
    return await reader.one(_LOGIN_ON, user_id, network, now - KNOWN_FOR, _one_line(detail)) is not None


def erase(tx: Tx, user_id: int) -> None:
    """Delete all events of a user."""
    tx.put(_ERASE, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete failures older than 90 days; everything else stays."""
    await tx.change(_PURGE, now - KNOWN_FOR)


def _one_line(text: str) -> str:
    """Return at most 200 characters; control and format characters and lone surrogates become `?`."""
    short = text[:_MAX_TEXT]
    return "".join("?" if unicodedata.category(char) in _NOT_PLAIN else char for char in short)


_NOT_PLAIN = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
