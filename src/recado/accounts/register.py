"""The register: who there is. Owns the tables `account` and `username`; no other module names them.

Whatever changes who may come in (password, disabling, deletion) updates the account's row first and ends sessions after
it, in one transaction. Opening a session updates the same row. So the two wait for each other, and no session that an
old password opened is overlooked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, cast

from recado.accounts.preferences import Notify, QuietHours, SettingsChange
from recado.accounts.usernames import Username
from recado.db import Database, Reader, Row, Tx
from recado.messages.channel import ChannelKind

Switch = Literal["created", "assigned", "reminders", "security"]

_COLUMNS = ", ".join(
    f"account.{column}"
    for column in (
        *("user_id", "username", "operator", "phone", "phone_verified_at", "locale", "time_zone"),
        *("notify_created", "notify_assigned", "notify_reminders", "notify_security", "quiet_from", "quiet_to"),
        *("created_at", "signed_in_at", "disabled_at", "email", "email_verified_at", "ntfy", "channels", "digest"),
    )
)
_BY_ID = f"SELECT {_COLUMNS} FROM account WHERE account.user_id = $1"
_PROVEN = """
    CASE WHEN phone_verified_at IS NOT NULL THEN phone END,
    CASE WHEN email_verified_at IS NOT NULL THEN email END, ntfy"""
_AUTHOR = f"""
SELECT user_id, username, locale, time_zone, CASE WHEN notify_created = 1 THEN channels END, {_PROVEN}
FROM account WHERE user_id = $1"""
_RECIPIENT = f"""
SELECT user_id, username, locale, time_zone,
    CASE WHEN notify_assigned = 1 AND disabled_at IS NULL THEN channels END, {_PROVEN}
FROM account WHERE user_id = $1"""
_ZONE = "SELECT time_zone FROM account WHERE user_id = $1"
_ALL = f"SELECT {_COLUMNS} FROM account ORDER BY account.user_id"
_SOME = f"SELECT {_COLUMNS} FROM account WHERE account.user_id > $1 ORDER BY account.user_id LIMIT $2"
_NAME = "SELECT username FROM account WHERE user_id = $1"
_COUNT = "SELECT COUNT(*) FROM account"
_SECRET_BY_ID = f"SELECT {_COLUMNS}, account.password_hash FROM account WHERE account.user_id = $1"
_SECRET_BY_NAME = f"""
SELECT {_COLUMNS}, account.password_hash FROM username JOIN account ON account.user_id = username.user_id
WHERE username.name_key = $1"""
_ADD = """
INSERT INTO account (username, password_hash, operator, locale, time_zone, created_at,
                     notify_created, notify_assigned, notify_reminders, notify_security)
VALUES ($1, $2, $3, $4, $5, $6, 0, 1, 1, 1) RETURNING user_id"""
_ADD_NAME = "INSERT INTO username (name_key, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING user_id"
_SIGNED_IN = """
UPDATE account SET signed_in_at = $3 WHERE user_id = $1 AND password_hash = $2 AND disabled_at IS NULL
RETURNING user_id"""
_HOLD = """
UPDATE account SET disabled_at = NULL
WHERE user_id = $1 AND password_hash = COALESCE($2, password_hash) AND disabled_at IS NULL RETURNING user_id"""
_CHANGE_HASH = "UPDATE account SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2 RETURNING user_id"
_SET_HASH = "UPDATE account SET password_hash = $2 WHERE user_id = $1 RETURNING user_id"
_CHANGE = f"""
UPDATE account SET locale = COALESCE($2, locale), time_zone = COALESCE($3, time_zone),
    notify_created = COALESCE($4, notify_created), notify_assigned = COALESCE($5, notify_assigned),
    notify_reminders = COALESCE($6, notify_reminders), notify_security = COALESCE($7, notify_security),
    quiet_from = CASE WHEN $8 = 'keep' THEN quiet_from ELSE $9 END,
    quiet_to = CASE WHEN $8 = 'keep' THEN quiet_to ELSE $10 END,
    channels = COALESCE($11, channels), digest = CASE WHEN $12 = 'keep' THEN digest ELSE $13 END
WHERE user_id = $1 RETURNING {_COLUMNS}"""
_DIGEST_AT = "UPDATE account SET digest_at = $2 WHERE user_id = $1"
_DIGESTS = """
SELECT user_id, digest_at FROM account WHERE digest_at <= $1 OR digest_at > $2 ORDER BY digest_at LIMIT $3"""
_TAKE_DIGEST = f"""
UPDATE account SET digest_at = NULL WHERE user_id = $1 AND digest_at = $2 RETURNING {_COLUMNS}"""
_SHOW_PHONE = """
UPDATE account SET phone = CASE WHEN phone_verified_at IS NULL THEN $2 ELSE phone END WHERE user_id = $1
RETURNING locale"""
_VERIFY_PHONE = "UPDATE account SET phone = $2, phone_verified_at = $3, notify_created = 1 WHERE user_id = $1"
_SHOW_EMAIL = """
UPDATE account SET email = CASE WHEN email_verified_at IS NULL THEN $2 ELSE email END WHERE user_id = $1
RETURNING locale"""
_VERIFY_EMAIL = "UPDATE account SET email = $2, email_verified_at = $3 WHERE user_id = $1"
_FORGET_EMAIL = "UPDATE account SET email = NULL, email_verified_at = NULL WHERE user_id = $1"
_SET_NTFY = "UPDATE account SET ntfy = $2 WHERE user_id = $1 RETURNING user_id"
_BY_PHONE = f"""
SELECT {_COLUMNS} FROM account
WHERE account.phone = $1 AND account.phone_verified_at IS NOT NULL AND account.disabled_at IS NULL
ORDER BY account.phone_verified_at DESC"""
_DISABLE = f"UPDATE account SET disabled_at = $2 WHERE user_id = $1 RETURNING {_COLUMNS}"
_DELETE = "DELETE FROM account WHERE user_id = $1 AND password_hash = $2 RETURNING user_id"
_DELETE_NAME = "DELETE FROM username WHERE name_key = $1"


@dataclass(frozen=True, slots=True)
class Account:
    """A person with an account. Instants are in epoch microseconds; `phone` is E.164 with `+`, verified or not.

    `ntfy` is what their topic follows from. `channels` are those they want, first choice first. `digest` is `HH:MM`.
    """

    user_id: int
    username: str
    operator: bool
    phone: str | None = field(repr=False)
    phone_verified: bool
    locale: str
    time_zone: str
    notify: Notify
    quiet_hours: QuietHours | None
    created_at: int
    signed_in_at: int | None
    disabled: bool
    email: str | None = field(repr=False)
    email_verified: bool
    ntfy: str | None = field(repr=False)
    channels: tuple[ChannelKind, ...]
    digest: str | None

    @property
    def ways(self) -> tuple[str, ...]:
        """The proven addresses at which they can be reached, in their own order."""
        phone = self.phone if self.phone_verified else None
        return _ways(" ".join(self.channels), phone, self.email if self.email_verified else None, self.ntfy)


class Author(NamedTuple):
    """What is needed of somebody who leaves or gets a to-do. `texted` is the address to text, None for no text.

    A tuple, since one is made for every to-do.
    """

    user_id: int
    username: str
    locale: str
    time_zone: str
    texted: str | None


@dataclass(frozen=True, slots=True)
class Credential:
    """An account and the hash of its password."""

    account: Account
    password_hash: str = field(repr=False)


async def profile(reader: Reader, user_id: int) -> Account | None:
    """Return the account of a user id, in one SELECT."""
    row = await reader.one(_BY_ID, user_id)
    return _account(row) if row else None


async def author(reader: Reader, user_id: int) -> Author | None:
    """Return what a new to-do needs of its author, in one SELECT."""
    row = await reader.one(_AUTHOR, user_id)
    return _author(row) if row else None


async def recipient(reader: Reader, user_id: int) -> Author | None:
    """Return what a text about to-dos between people needs of the one who gets it, in one SELECT."""
    row = await reader.one(_RECIPIENT, user_id)
    return _author(row) if row else None


async def zone(reader: Reader, user_id: int) -> str:
    """Return somebody's time zone; UTC for nobody."""
    row = await reader.one(_ZONE, user_id)
    return row[0] if row else "UTC"


async def names(reader: Reader, user_ids: Sequence[int]) -> dict[int, str]:
    """Return the user names of those of these ids that there are."""
    found = {user_id: await reader.one(_NAME, user_id) for user_id in dict.fromkeys(user_ids)}
    return {user_id: row[0] for user_id, row in found.items() if row}


async def listing(reader: Reader) -> list[Account]:
    """Return all accounts, oldest first, for the operator."""
    return [_account(row) for row in await reader.all(_ALL)]


async def some(reader: Reader, after: int, limit: int) -> list[Account]:
    """Return up to `limit` accounts with ids above `after`, oldest first."""
    return [_account(row) for row in await reader.all(_SOME, after, limit)]


async def count(reader: Reader) -> int:
    """Return how many accounts there are."""
    row = await reader.one(_COUNT)
    return row[0] if row else 0


async def by_name(reader: Reader, name_key: str) -> Credential | None:
    """Return the account of a user name's key, with its password's hash."""
    return _with_hash(await reader.one(_SECRET_BY_NAME, name_key))


async def by_id(reader: Reader, user_id: int) -> Credential | None:
    """Return the account of a user id, with its password's hash."""
    return _with_hash(await reader.one(_SECRET_BY_ID, user_id))


async def add(
    tx: Tx, name: Username, password_hash: str, *, operator: bool, locale: str, time_zone: str, now: int
) -> int | None:
    """Add an account and return its id; None when the name is taken: then the caller must give the unit up."""
    rows = await tx.change(_ADD, name.shown, password_hash, int(operator), locale, time_zone, now)
    user_id: int = rows[0][0]
    return user_id if await tx.change(_ADD_NAME, name.key, user_id) else None


async def signed_in(tx: Tx, user_id: int, password_hash: str, now: int) -> bool:
    """Note a sign-in; False when the password's hash is another one, or the account is disabled or gone."""
    return bool(await tx.change(_SIGNED_IN, user_id, password_hash, now))


async def hold(tx: Tx, user_id: int, password_hash: str | None) -> bool:
    """Keep an account as it is until the transaction ends; False when it is disabled or gone.

    Or, with a hash, when the password's is another one.
    """
    return bool(await tx.change(_HOLD, user_id, password_hash))


async def change_hash(tx: Tx | Database, user_id: int, old: str, new: str) -> bool:
    """Replace the password's hash; False when it is no longer `old`."""
    return bool(await tx.change(_CHANGE_HASH, user_id, old, new))


async def set_hash(tx: Tx, user_id: int, new: str) -> bool:
    """Replace the password's hash whatever it was; False when there is no such account."""
    return bool(await tx.change(_SET_HASH, user_id, new))


async def change_settings(tx: Tx, user_id: int, change: SettingsChange) -> Account | None:
    """Store checked settings and return the account as it is now."""
    switches = (change.created, change.assigned, change.reminders, change.security)
    quiet = change.quiet_hours if isinstance(change.quiet_hours, QuietHours) else None
    rows = await tx.change(
        _CHANGE,
        user_id,
        change.locale,
        change.time_zone,
        *(None if switch is None else int(switch) for switch in switches),
        "keep" if change.quiet_hours == "keep" else "set",
        quiet.start if quiet else None,
        quiet.end if quiet else None,
        None if change.channels is None else " ".join(change.channels),
        "keep" if change.digest == "keep" else "set",
        change.digest,
    )
    return _account(rows[0]) if rows else None


def set_digest_at(tx: Tx, user_id: int, at: int | None) -> None:
    """Note when somebody's digest is due next; None is never."""
    tx.put(_DIGEST_AT, user_id, at)


async def digests(reader: Reader, now: int, latest: int, limit: int) -> list[tuple[int, int]]:
    """Return whose digest is due, and those that stand later than `latest`, where a wrong clock has put them."""
    return [(row[0], row[1]) for row in await reader.all(_DIGESTS, now, latest, limit)]


async def take_digest(tx: Tx, user_id: int, at: int) -> Account | None:
    """Take a digest that was found due; None when another worker has it, or it was changed since."""
    rows = await tx.change(_TAKE_DIGEST, user_id, at)
    return _account(rows[0]) if rows else None


async def show_phone(tx: Tx, user_id: int, phone: str) -> str | None:
    """Show a number that is not verified yet, unless a verified one is there; return the user's locale."""
    rows = await tx.change(_SHOW_PHONE, user_id, phone)
    return rows[0][0] if rows else None


def verify_phone(tx: Tx, user_id: int, phone: str, now: int) -> None:
    """Store a verified number, and switch the text for created to-dos on."""
    tx.put(_VERIFY_PHONE, user_id, phone, now)


async def show_email(tx: Tx, user_id: int, email: str) -> str | None:
    """Show an address that is not verified yet, unless a verified one is there; return the user's locale."""
    rows = await tx.change(_SHOW_EMAIL, user_id, email)
    return rows[0][0] if rows else None


def verify_email(tx: Tx, user_id: int, email: str, now: int) -> None:
    """Store a verified address."""
    tx.put(_VERIFY_EMAIL, user_id, email, now)


def forget_email(tx: Tx, user_id: int) -> None:
    """Drop the address, verified or not."""
    tx.put(_FORGET_EMAIL, user_id)


async def set_ntfy(tx: Tx, user_id: int, nonce: str | None) -> bool:
    """Store what somebody's topic follows from, or drop it; False when there is no such account."""
    return bool(await tx.change(_SET_NTFY, user_id, nonce))


async def by_phone(reader: Reader, phone: str) -> list[Account]:
    """Return whose verified number this is, the one who verified it last first; disabled accounts are left out."""
    return [_account(row) for row in await reader.all(_BY_PHONE, phone)]


async def set_disabled(tx: Tx, user_id: int, at: int | None) -> Account | None:
    """Disable an account from `at` on, or with None enable it."""
    rows = await tx.change(_DISABLE, user_id, at)
    return _account(rows[0]) if rows else None


async def delete(tx: Tx, user_id: int, password_hash: str, name_key: str) -> bool:
    """Delete the account and free its name; False when the password's hash is another one."""
    if not await tx.change(_DELETE, user_id, password_hash):
        return False
    tx.put(_DELETE_NAME, name_key)
    return True


def _with_hash(row: Row | None) -> Credential | None:
    return Credential(_account(row), row[-1]) if row else None


def _account(row: Row) -> Account:
    # Asked for with each to-do that is created: names and places instead of keywords and loops save 1.6 of 4 µs.
    user_id, name, operator, phone, phone_verified_at, locale, time_zone = row[:7]
    created, assigned, reminders, security, quiet_from, quiet_to, created_at, signed_in_at, disabled_at = row[7:16]
    email, email_verified_at, ntfy, channels, digest = row[16:21]
    return Account(
        user_id,
        name,
        operator == 1,
        phone,
        phone_verified_at is not None,
        locale,
        time_zone,
        Notify(created == 1, assigned == 1, reminders == 1, security == 1),
        QuietHours(quiet_from, quiet_to) if quiet_from is not None else None,
        created_at,
        signed_in_at,
        disabled_at is not None,
        email,
        email_verified_at is not None,
        ntfy,
        cast("tuple[ChannelKind, ...]", tuple(channels.split())),
        digest,
    )


def _author(row: Row) -> Author:
    user_id, name, locale, time_zone, channels, phone, email, ntfy = row
    if channels is None:
        return Author(user_id, name, locale, time_zone, None)
    if phone is not None and channels[:3] == "sms":  # nearly everybody, with each to-do that is created
        return Author(user_id, name, locale, time_zone, phone)
    ways = _ways(channels, phone, email, ntfy)
    return Author(user_id, name, locale, time_zone, ways[0] if ways else None)


def _ways(channels: str, phone: str | None, email: str | None, ntfy: str | None) -> tuple[str, ...]:
    addresses = {"sms": phone, "email": email, "ntfy": ntfy}
    return tuple(address for kind in channels.split() if (address := addresses[kind]))
