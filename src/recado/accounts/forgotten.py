"""A link by e-mail for who forgot their password. Whether somebody gets one is told to nobody else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from recado.accounts import addresses, allowances, derived, register, resets, usernames
from recado.accounts.allowances import Rate
from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.errors import TooMany
from recado.messages import outbox, texts

_PER_NAME, _PER_NETWORK = Rate(3, 86_400), Rate(20, 3600)
"""A mailbox is not flooded by whoever knows a name; a link is good for a day anyway."""


class Forgotten:
    """Sends links. `keys` as in `Phones`; `address` is where people reach the service, None where nobody has said."""

    def __init__(
        self,
        keys: Sequence[bytes],
        address: str | None,
        *,
        sends: bool,
        new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._keys, self._address, self._sends, self._new_nonce = tuple(keys), address, sends, new_nonce

    async def send(self, db: Database, username: str, *, client: str, now: int) -> None:
        """Queue a one-time link to the verified mailbox of a user. The same, for a caller, whoever that is.

        Nothing is sent to an unknown or disabled user, one without a mailbox, or over the limits (three a day for a
        name, twenty an hour for a network).
        """
        try:
            await db.write(self._store, usernames.lookup_key(username), addresses.network_of(client), now)
        except TooMany:
            return

    async def _store(self, tx: Tx, name_key: str, network: str, now: int) -> None:
        await allowances.take(tx, allowances.key("forgot from", network), _PER_NETWORK, now, "")
        await allowances.take(tx, allowances.key("forgot", name_key), _PER_NAME, now, "")
        found = await register.by_name(tx, name_key)
        if found is None or found.account.disabled or not found.account.email_verified or not self._sends:
            return
        account = found.account
        nonce = f"{derived.RESET}{account.user_id}:{self._new_nonce()}"
        resets.put(tx, account.user_id, "email", derived.reset_code(self._keys[0], nonce), now)
        text = texts.reset(account.username, resets.HOURS, self._address, account.locale)
        id_, mailbox = uuid7(lambda: now), account.email or ""
        outbox.put(tx, outbox.NewMessage(account.user_id, id_, "reset", mailbox, text, now, nonce=nonce))
