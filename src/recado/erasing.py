"""Erasing somebody: everything of theirs, in every room but `accounts`, in one transaction."""

from __future__ import annotations

from recado.db import Tx, idempotency
from recado.exchange import feeds
from recado.messages import outbox
from recado.texting import changes
from recado.todos import numbers, sharing


async def everywhere(tx: Tx, user_id: int, now: int) -> None:
    """Erase what is theirs: to-dos and lists of their own, feeds, messages, and what stands for requests of theirs."""
    await sharing.erase(tx, user_id, now)
    await feeds.erase(tx, user_id)
    await outbox.erase(tx, user_id)
    numbers.erase(tx, user_id)
    changes.erase(tx, user_id)
    await idempotency.erase(tx, user_id)
