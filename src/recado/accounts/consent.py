"""What somebody allows: which kinds of message, by which ways in which order, and when not."""

from __future__ import annotations

from collections.abc import Collection

from recado.accounts import hours, register
from recado.accounts.register import Account, Switch
from recado.db import Reader
from recado.messages.channel import ChannelKind, kind_of
from recado.messages.consent import UNWANTED, Consent
from recado.messages.outbox import Kind, Pending

_SWITCHES: dict[Kind, Switch] = {
    "created": "created",
    "assigned": "assigned",
    "finished": "assigned",
    "reminder": "reminders",
    "security": "security",
}
_ANSWERS: frozenset[Kind] = frozenset(["answer", "stopped"])
"""What somebody asked for themselves."""
_HEEDS_QUIET: frozenset[Kind] = frozenset(["created", "assigned", "finished", "reminder", "digest"])
_NOTHING = Consent(())


async def consent(reader: Reader, message: Pending, *, open_kinds: Collection[ChannelKind], now: int) -> Consent:
    """Return what somebody allows for a message of theirs. `open_kinds` are the channels that this service has.

    An answer goes to the number that asked and nowhere else. A digest is wanted on its own day only.
    """
    account, kind = await register.profile(reader, message.user_id), message.kind
    if account is None or not wants(account, kind):
        return _NOTHING
    texted = account.phone if account.phone_verified else None
    if kind in _ANSWERS:
        return Consent((texted,)) if texted and texted == message.recipient else _NOTHING
    if kind == "digest" and not hours.same_day(message.created_at, now, account.time_zone):
        return Consent((), refusal="The day that it was for was over.")
    ways = tuple(way for way in account.ways if kind_of(way) in open_kinds)
    quiet = hours.quiet_until(now, account.quiet_hours, account.time_zone) if kind in _HEEDS_QUIET else None
    return Consent(ways, quiet, UNWANTED)


def wants(account: Account, kind: Kind) -> bool:
    """Tell whether somebody who is not disabled wants messages of a kind."""
    if account.disabled:
        return False
    if kind in _ANSWERS:
        return True
    if kind == "digest":
        return account.digest is not None
    switch = _SWITCHES.get(kind)
    return switch is not None and bool(getattr(account.notify, switch))
