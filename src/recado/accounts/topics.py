"""Topics of ntfy, made here so that nobody can guess or choose them: who knows one reads what is sent to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from recado.accounts import derived, register
from recado.db import Database, Tx
from recado.errors import NotFound, Refused


class Topics:
    """Gives people topics on one server. `server` is its address, None where the operator has set none."""

    def __init__(
        self,
        keys: Sequence[bytes],
        server: str | None,
        new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._keys, self._server, self._new_nonce = tuple(keys), server, new_nonce

    async def renew(self, db: Database, user_id: int) -> tuple[str, str]:
        """Give a user a new topic; the old one gets nothing more. Return it and the address to subscribe to.

        Raises `Refused` where there is no server, or `NotFound`.
        """
        if self._server is None:
            raise Refused("This service sends nothing by ntfy; its operator can set NTFY_URL.")
        nonce = derived.new_topic_nonce(self._keys[0], user_id, self._new_nonce())

        async def store(tx: Tx) -> None:
            if not await register.set_ntfy(tx, user_id, nonce):
                raise NotFound

        await db.write(store)
        topic = derived.topic(self._keys, nonce)
        return topic, f"{self._server}/{topic}"

    async def forget(self, db: Database, user_id: int) -> None:
        """Take a user's topic away."""
        await db.write(register.set_ntfy, user_id, None)

    def masked(self, nonce: str | None) -> str | None:
        """Return the beginning and the end of a topic; None for none, or one whose key is gone."""
        topic = derived.topic(self._keys, nonce) if nonce else ""
        return f"{topic[:9]}…{topic[-2:]}" if topic else None
