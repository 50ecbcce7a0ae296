"""The outbox: text messages on their way out. Owns the table `message`.

    put → queued → sending → sent → delivered
             ↑________|  └→ unknown, then once more      failed, at any step; people may try it again

A row is written in the transaction of what it tells of. A worker leases it (`sending`), and the lease is committed
before anything is sent, so a worker that dies leaves a doubt behind and never a second text without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

from recado.db import Database, Reader, Row, Tx
from recado.errors import Conflict, NotFound
from recado.messages import texts, wording
from recado.messages.channel import ChannelKind, kind_of

Kind = Literal[
    "created",
    "assigned",
    "finished",
    "reminder",
    "digest",
    "security",
    "answer",
    "stopped",
    "new_address",
    "phone_code",
    "email_code",
    "reset",
    "test",
]
"""About a to-do: to who made it, to whom it was left for, to who left it when it is done, and before it is due; then
the day's to-dos and news of a sign-in. The others go to one address only: an answer to a text, the one that confirms
STOP or START; news of a new address to an old one; codes, links that set a password, what the operator tries."""
ONE_ADDRESS: frozenset[Kind] = frozenset(["new_address", "phone_code", "email_code", "reset", "test"])
SECRET: frozenset[Kind] = frozenset(["phone_code", "email_code", "reset"])
"""Their texts open something: they are never shown, kept or sent again."""
State = Literal["queued", "sent", "delivered", "failed"]
"""The states that people are told; `sending` and `unknown` are `queued` to them."""
Stage = Literal["queued", "sending", "unknown", "sent", "delivered", "failed"]

_PRICED_CHANNEL: ChannelKind = "sms"
"""The only channel that costs anything."""
KEPT = 90 * 24 * 3600 * 1_000_000
"""How long a finished message is kept, in microseconds."""

_AT_ONCE = 0
_WAITED_FOR: frozenset[Kind] = frozenset([*SECRET, "answer", "stopped", "security", "new_address"])
_AFTER_ALL_IDS = "g"  # an id begins with a hexadecimal digit
_BATCHES = (1, 10, 50, 200)

_PUT = """
INSERT INTO message
    (user_id, id, todo_id, kind, recipient, text, nonce, state, attempts, doubts, due_at, created_at, channel)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, 0, $8, $9, $10) ON CONFLICT DO NOTHING"""
_STATES = {
    size: f"""
SELECT id, state, error, price, currency FROM message
WHERE user_id = $1 AND id IN ({", ".join(f"${i}" for i in range(2, size + 2))})"""
    for size in _BATCHES
}
_MESSAGE = (
    "user_id, id, kind, recipient, text, state, error, created_at, sent_at, delivered_at, todo_id, price, currency"
)
_PENDING = (
    "user_id, id, kind, recipient, text, nonce, state, attempts, doubts, due_at, created_at, todo_id, tried, error"
)
_FOR_ONCE = ", ".join(f"'{kind}'" for kind in sorted([*SECRET, "stopped"]))
_LEFT, _QUEUED = "state <> 'queued'", "state = 'queued' AND due_at IS NOT NULL"
"""Where a message is, as SQLite's indexes know it: out of the queue, or in it. There is no third place."""
_OF_USER = f"SELECT {_MESSAGE} FROM message WHERE user_id = $1"
_PAGE = {
    "sqlite": f"""
SELECT * FROM ({_OF_USER} AND id < $2 AND {_LEFT} ORDER BY id DESC LIMIT $3)
UNION ALL SELECT * FROM ({_OF_USER} AND +id < $2 AND {_QUEUED} ORDER BY +id DESC LIMIT $3)
ORDER BY id DESC LIMIT $3""",  # the plus keeps it from walking through everybody's, in the order of ids
    "postgres": f"{_OF_USER} AND id < $2 ORDER BY id DESC LIMIT $3",
}
_FIND = f"SELECT {_MESSAGE} FROM message WHERE user_id = $1 AND id = $2"
_RETRY = f"""
UPDATE message SET state = 'queued', attempts = 0, doubts = 0, due_at = $3, error = NULL, tried = ''
WHERE user_id = $1 AND id = $2 AND state = 'failed' AND kind NOT IN ({_FOR_ONCE}) RETURNING {_MESSAGE}"""
_ERASE = [f"DELETE FROM message WHERE user_id = $1 AND {where}" for where in (_LEFT, _QUEUED)]
_ANY = f"SELECT {_MESSAGE} FROM message WHERE id < $1 AND ($2 = '' OR {{}} = $2) AND ($3 = '' OR channel = $3)"
_STATE_TOLD = "CASE WHEN state IN ('sending', 'unknown') THEN 'queued' ELSE state END"
_RECENT = _ANY.format(_STATE_TOLD) + " ORDER BY id DESC LIMIT $4"
_OWNERS = "SELECT user_id FROM message WHERE id = $1"
_FAILED = f"""
SELECT user_id, id FROM message
WHERE state = 'failed' AND doubts = 0 AND kind NOT IN ({_FOR_ONCE}, 'answer', 'digest') AND created_at >= $1"""
"""Those that may have arrived, and those whose moment has passed, are tried again by their id only."""
_GIVE_UP_ALL = """
UPDATE message SET state = 'failed', due_at = NULL, doubts = doubts + 1, error = $1
WHERE state IN ('queued', 'sending', 'unknown') RETURNING id"""
_COUNTS = f"SELECT channel, {_STATE_TOLD} AS told, COUNT(*) FROM message GROUP BY channel, told"
_OLDEST = "SELECT channel, MIN(created_at) FROM message WHERE due_at IS NOT NULL GROUP BY channel"
_COSTS = """
SELECT sent_at / 86400000000 AS day, channel, currency, price, COUNT(*) FROM message
WHERE sent_at >= $1 GROUP BY day, channel, currency, price ORDER BY day, channel"""
_ONE = f"SELECT {_PENDING} FROM message WHERE user_id = $1 AND id = $2 AND due_at IS NOT NULL"
_STAGE = "SELECT state, error, attempts, price, currency FROM message WHERE user_id = $1 AND id = $2"
_PURGE = "DELETE FROM message WHERE due_at IS NULL AND created_at <= $1"

_WAITING = f"SELECT {_PENDING} FROM message WHERE due_at IS NOT NULL AND channel = $2 ORDER BY due_at LIMIT $1"
_LEASE = """
UPDATE message SET state = 'sending', attempts = attempts + 1, due_at = $5
WHERE user_id = $1 AND id = $2 AND state = $3 AND due_at = $4 RETURNING attempts"""
_SETTLE = """
UPDATE message SET state = $5, due_at = $6, error = $7, attempts = $8, doubts = $9,
    recipient = $10, channel = $11, tried = $12
WHERE user_id = $1 AND id = $2 AND state = $3 AND due_at = $4 RETURNING id"""
_SENT = """
UPDATE message SET state = 'sent', vonage_id = $3, sent_at = $4, due_at = NULL, error = NULL
WHERE user_id = $1 AND id = $2 AND state <> 'delivered'
    AND NOT (state = 'failed' AND COALESCE(vonage_id, '') = COALESCE($3, '-'))"""

_ATTEMPTED = "SELECT user_id, recipient, kind FROM message WHERE id = $1 AND attempts > 0"
_CONFIRMED = """
UPDATE message SET state = 'sent', vonage_id = $3, sent_at = COALESCE(sent_at, $4), due_at = NULL, error = NULL
WHERE user_id = $1 AND id = $2 AND channel = 'sms' AND (state IN ('queued', 'sending', 'unknown')
    OR state = 'failed' AND vonage_id IS NULL AND doubts > 0) RETURNING id"""
_DELIVERED = """
UPDATE message SET state = 'delivered', vonage_id = $3, sent_at = COALESCE(sent_at, $4), delivered_at = $4,
    due_at = NULL, error = NULL
WHERE user_id = $1 AND id = $2 AND channel = 'sms' AND state <> 'delivered' RETURNING id"""
_UNDELIVERED = """
UPDATE message SET state = 'failed', vonage_id = $3, due_at = 0, error = $4
WHERE user_id = $1 AND id = $2 AND channel = 'sms' AND (state IN ('sending', 'unknown')
    OR state IN ('queued', 'sent') AND (vonage_id IS NULL OR vonage_id = $3)) RETURNING id"""
_PRICED = "UPDATE message SET price = $3, currency = $4 WHERE user_id = $1 AND id = $2"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A text to be sent. `recipient` is an address as `channel.kind_of` knows them: usually a number in E.164 with `+`.

    A code's `text` holds `{code}`, and `nonce` makes it.
    """

    user_id: int
    id: str
    kind: Kind
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    created_at: int
    todo_id: str | None = None
    nonce: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its user may see it. Instants are epoch microseconds; `error` is set when it failed."""

    user_id: int
    id: str
    kind: Kind
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    state: State
    error: str | None
    created_at: int
    sent_at: int | None
    delivered_at: int | None
    todo_id: str | None
    price: str | None
    currency: str | None

    @property
    def to(self) -> str:
        """The address, masked."""
        return texts.masked(self.recipient)

    @property
    def channel(self) -> ChannelKind:
        """How it goes, or went, or was tried last."""
        return kind_of(self.recipient)


@dataclass(frozen=True, slots=True)
class MessageState:
    """What became of the text about a to-do; `error` is set when it failed, `price` (a decimal) once it is known."""

    state: State
    error: str | None
    price: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A message as a worker sees it. `state` and `due_at` together say whether somebody else changed it meanwhile.

    `tried` are the kinds of channel that gave it up, joined by spaces.
    """

    user_id: int
    id: str
    kind: Kind
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    nonce: str | None = field(repr=False)
    state: Stage
    attempts: int
    doubts: int
    due_at: int
    created_at: int
    todo_id: str | None = None
    tried: str = ""
    error: str | None = field(default=None, repr=False)

    @property
    def channel(self) -> ChannelKind:
        """Which kind of channel it waits for."""
        return kind_of(self.recipient)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one day (UTC, counted from 1970) cost on a channel: how many went out, and for how many a price came back.

    Without a price the currency is empty.
    """

    day: int
    channel: ChannelKind
    currency: str
    sent: int
    priced: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has come. `price` is as the receipt has it."""

    stage: Stage
    error: str | None
    attempts: int
    price: str | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What an unsent message becomes. `due_at` None means that no worker looks at it again.

    With a `recipient` it goes another way from now on; with `tried`, those gave it up by now.
    """

    state: Stage
    due_at: int | None
    error: str | None
    attempts: int
    doubts: int
    recipient: str | None = field(default=None, repr=False)
    tried: str | None = None


def put(tx: Tx, message: NewMessage) -> None:
    """Queue a text within the caller's transaction, unless its user has one with that id already.

    Those that somebody waits for go before all others: codes, links, answers, news of a sign-in.
    """
    tx.put(
        _PUT,
        message.user_id,
        message.id,
        message.todo_id,
        message.kind,
        message.recipient,
        message.text,
        message.nonce,
        _AT_ONCE if message.kind in _WAITED_FOR else message.created_at,
        message.created_at,
        kind_of(message.recipient),
    )


async def states(reader: Reader, user_id: int, ids: Sequence[str]) -> dict[str, MessageState]:
    """Return what became of a user's texts with these ids; those that there are not are absent.

    The text about a new to-do has the to-do's id, so that no second index has to be kept for it.
    """
    found: dict[str, MessageState] = {}
    for start in range(0, len(ids), _BATCHES[-1]):
        chosen = list(ids[start : start + _BATCHES[-1]])
        size = next(size for size in _BATCHES if size >= len(chosen))
        chosen += chosen[-1:] * (size - len(chosen))
        for id_, state, error, price, currency in await reader.all(_STATES[size], user_id, *chosen):
            found[id_] = MessageState(_told(state), _told_error(state, error), price, currency)
    return found


async def page(db: Database, user_id: int, limit: int, before: str | None = None) -> list[Message]:
    """Return up to `limit` messages of a user with ids below `before`, newest first."""
    return [_message(row) for row in await db.all(_PAGE[db.engine], user_id, before or _AFTER_ALL_IDS, limit)]


async def retry(tx: Tx, user_id: int, message_id: str, now: int) -> Message:
    """Queue a failed message again and return it. Raises `NotFound`, or `Conflict` when it has not failed."""
    rows = await tx.change(_RETRY, user_id, message_id, now)
    if rows:
        return _message(rows[0])
    found = await tx.one(_FIND, user_id, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    if _message(found).kind in SECRET:
        raise Conflict("A code is not sent again; ask for a new one.")
    raise Conflict("Only a message that failed can be sent again.")


async def recent(
    reader: Reader, *, state: str = "", channel: str = "", limit: int, before: str | None = None
) -> list[Message]:
    """Return messages of everybody, newest first, for the operator; with `state` or `channel` only such."""
    return [_message(row) for row in await reader.all(_RECENT, before or _AFTER_ALL_IDS, state, channel, limit)]


async def owner(reader: Reader, message_id: str) -> int | None:
    """Return whose message it is, the first such if an id is there twice."""
    row = await reader.one(_OWNERS, message_id)
    return row[0] if row else None


async def failed(reader: Reader, since: int) -> list[tuple[int, str]]:
    """Return user and id of every failed message since an instant that may be sent again."""
    return [(row[0], row[1]) for row in await reader.all(_FAILED, since)]


async def counts(reader: Reader) -> dict[tuple[ChannelKind, State], int]:
    """Return how many messages are kept, for each channel and state."""
    return {(row[0], row[1]): row[2] for row in await reader.all(_COUNTS)}


async def oldest(reader: Reader) -> dict[ChannelKind, int]:
    """Return since when the oldest unfinished message of each channel waits (epoch microseconds)."""
    return {row[0]: row[1] for row in await reader.all(_OLDEST)}


async def costs(reader: Reader, since: int) -> list[Cost]:
    """Return what the messages sent since an instant cost, by day, channel and currency, as their receipts said.

    A text that had its price and then went another way counts on both: what it cost as a text, and once more as sent.
    """
    found: dict[tuple[int, ChannelKind, str], Cost] = {}
    for day, channel, currency, price, many in await reader.all(_COSTS, since):
        amount = _amount(price)
        shares: list[tuple[ChannelKind, str, Decimal | None]] = [(channel, currency or "", amount)]
        if amount is not None and channel != _PRICED_CHANNEL:
            shares = [(channel, "", None), (_PRICED_CHANNEL, currency or "", amount)]
        for way, money, each in shares:
            so_far = found.get((day, way, money), Cost(day, way, money, 0, 0, Decimal(0)))
            found[day, way, money] = replace(
                so_far,
                sent=so_far.sent + many,
                priced=so_far.priced + (many if each is not None else 0),
                amount=so_far.amount + (each or 0) * many,
            )
    return sorted(found.values(), key=lambda cost: (cost.day, cost.channel, cost.currency))


async def unfinished(reader: Reader, user_id: int, message_id: str) -> Pending | None:
    """Return one message as a worker sees it; None when it is finished or gone."""
    row = await reader.one(_ONE, user_id, message_id)
    return Pending(*row) if row else None


async def stage(reader: Reader, user_id: int, message_id: str) -> Progress | None:
    """Return how far one message has come, for the operator."""
    row = await reader.one(_STAGE, user_id, message_id)
    return Progress(*row) if row else None


async def give_up_all(tx: Tx) -> int:
    """Give up everything unfinished after a backup was restored, since it may have been sent meanwhile; how many."""
    return len(await tx.change(_GIVE_UP_ALL, "A backup was restored: this may have been sent before."))


async def erase(tx: Tx, user_id: int) -> None:
    """Delete every message of a user."""
    for where_it_is in _ERASE:
        tx.put(where_it_is, user_id)


async def purge(tx: Tx, now: int) -> None:
    """Delete what was finished and is older than 90 days."""
    tx.put(_PURGE, now - KEPT)


async def waiting(reader: Reader, limit: int, channel: ChannelKind = "sms") -> list[Pending]:
    """Return a channel's unfinished messages that are due first, also those due only later."""
    return [Pending(*row) for row in await reader.all(_WAITING, limit, channel)]


async def lease(tx: Tx, message: Pending, until: int) -> Pending | None:
    """Take a message for sending until an instant and count the attempt; None if it was changed since it was read."""
    rows = await tx.change(_LEASE, message.user_id, message.id, message.state, message.due_at, until)
    return replace(message, state="sending", attempts=rows[0][0], due_at=until) if rows else None


async def settle(tx: Tx, message: Pending, fate: Fate) -> bool:
    """Write down what an unsent message becomes; False if anybody changed it since it was read or leased."""
    as_read = (message.user_id, message.id, message.state, message.due_at)
    way = fate.recipient or message.recipient
    tried = message.tried if fate.tried is None else fate.tried
    became = (fate.state, fate.due_at, fate.error, fate.attempts, fate.doubts, way, kind_of(way), tried)
    return bool(await tx.change(_SETTLE, *as_read, *became))


def sent(tx: Tx, message: Pending, vonage_id: str | None, now: int) -> None:
    """Write down that a message went out; that holds whatever else happened to the row meanwhile."""
    tx.put(_SENT, message.user_id, message.id, vonage_id, now)


async def attempted(tx: Tx, message_id: str) -> list[tuple[int, str, Kind]]:
    """Return whose messages have this id, their addresses and kinds, of those that were ever on their way: for these a
    receipt may come. There is more than one only if a to-do's id was used anew.
    """
    return [(row[0], row[1], row[2]) for row in await tx.all(_ATTEMPTED, message_id)]


async def confirmed(tx: Tx, user_id: int, message_id: str, vonage_id: str, at: int) -> bool:
    """Write down that a message in doubt went out. False when that was known, or more."""
    return bool(await tx.change(_CONFIRMED, user_id, message_id, vonage_id, at))


async def delivered(tx: Tx, user_id: int, message_id: str, vonage_id: str, at: int) -> bool:
    """Write down that a text arrived, whatever was thought of it before. False when that was known, or when the message
    goes another way by now.
    """
    return bool(await tx.change(_DELIVERED, user_id, message_id, vonage_id, at))


async def undelivered(tx: Tx, user_id: int, message_id: str, vonage_id: str, reason: str) -> bool:
    """Write down that a text will not arrive. A worker looks at it once more, for another way, and never texts it
    again. False when it has failed or arrived, or was sent once more under another id.
    """
    return bool(await tx.change(_UNDELIVERED, user_id, message_id, vonage_id, reason))


def priced(tx: Tx, user_id: int, message_id: str, price: str, currency: str) -> None:
    """Write down what a text cost, also if the message goes another way by now."""
    tx.put(_PRICED, user_id, message_id, price, currency)


def _amount(price: str | None) -> Decimal | None:
    try:
        amount = Decimal(price) if price else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None


def _told(stage: str) -> State:
    return "queued" if stage in ("sending", "unknown") else cast("State", stage)


def _told_error(stage: str, error: str | None) -> str | None:
    return error if stage == "failed" else None


def _message(row: Row) -> Message:
    message = Message(*row)
    error = _told_error(message.state, message.error)
    text = texts.hidden(wording.of(message.channel, message.text))
    return replace(message, text=text, state=_told(message.state), error=error)
