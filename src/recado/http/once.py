"""`Idempotency-Key` on a request: what its answer's body is made by happens once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from recado.db import Reader, Tx, idempotency
from recado.errors import Invalid
from recado.http.call import Call

A = TypeVar("A")

MAX_KEY = 255
Shown = dict[str, Any]
"""What an answer shows, ready to become JSON."""


async def once(call: Call, feature: Callable[[Tx], Awaitable[Shown]]) -> Shown:
    """Run `feature` in a transaction and return what it shows; with a key that was used before, show that again.

    Raises `Invalid` for a malformed key, or one that was used for another request.
    """
    use = _use(call)
    if use is None:
        return await call.house.db.write(feature)

    async def answer(tx: Tx) -> str:
        return msgspec.json.encode(await feature(tx)).decode()

    return msgspec.json.decode(await idempotency.once(call.house.db, use, call.house.clock(), answer))


async def once_after(
    call: Call, ask: Callable[[Reader], Awaitable[A]], feature: Callable[[Tx, A], Awaitable[Shown]]
) -> Shown:
    """The same, with what `ask` reads handed to `feature` (see `Database.write_after`)."""
    use, db, now = _use(call), call.house.db, call.house.clock()
    if use is None:
        return await db.write_after(ask, feature)

    async def stored(tx: Tx, asked: A) -> str:
        async def answer(tx: Tx) -> str:
            return msgspec.json.encode(await feature(tx, asked)).decode()

        return await idempotency.once_in(tx, use, now, answer)

    return msgspec.json.decode(await db.write_after(ask, stored))


def _use(call: Call) -> idempotency.Key | None:
    """Return the key of a request, with what stands for the request itself."""
    key = call.header(b"idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid("/header/Idempotency-Key", f"An Idempotency-Key has 1 to {MAX_KEY} characters.")
    request = f"{call.scope['method']} {call.scope['path']}\0".encode() + call.raw
    return idempotency.Key(call.user_id, key, hashlib.sha256(request).hexdigest())
