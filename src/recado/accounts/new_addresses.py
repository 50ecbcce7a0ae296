"""News of a phone or mailbox that was proven, to the addresses an account had before: the new one may be a thief's."""

from __future__ import annotations

from recado.accounts.register import Account
from recado.db import Tx
from recado.db.ids import uuid7
from recado.messages import outbox, texts
from recado.messages.channel import kind_of
from recado.messages.outbox import NewMessage


def tell(tx: Tx, before: Account, address: str, now: int) -> None:
    """Tell the one that `address` takes the place of, and every other way of `before`, if news of security are wanted.

    Each goes to its one address, since the account's own ways are the new ones by now.
    """
    replaced = _of_kind(before, address)
    if not before.notify.security or replaced == address:
        return
    text = texts.new_address(before.username, address, before.locale)
    told = (replaced, *before.ways) if replaced else before.ways
    for old in dict.fromkeys(told):
        outbox.put(tx, NewMessage(before.user_id, uuid7(lambda: now), "new_address", old, text, now))


def _of_kind(account: Account, address: str) -> str | None:
    """Return the proven address of the same kind."""
    if kind_of(address) == "sms":
        return account.phone if account.phone_verified else None
    return account.email if account.email_verified else None
