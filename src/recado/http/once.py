"""`Idempotency-Key` on a request: what its answer's body is made by happens once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from recado.db import Tx, idempotency
from recado.errors import Invalid
from recado.http.call import Call

MAX_KEY = 255
Shown = dict[str, Any]
"""What an answer shows, ready to become JSON."""


async def once(call: Call, feature: Callable[[Tx], Awaitable[Shown]]) -> Shown:
    """Run `feature` in a transaction and return what it shows; with a key that was used before, show that again.

    Raises `Invalid` for a malformed key, or one that was used for another request.
    """
    key = call.header(b"idempotency-key")
    if key is None:
        return await call.house.db.write(feature)
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid("/header/Idempotency-Key", f"An Idempotency-Key has 1 to {MAX_KEY} characters.")

    async def answer(tx: Tx) -> str:
        return msgspec.json.encode(await feature(tx)).decode()

    request = f"{call.scope['method']} {call.scope['path']}\0".encode() + call.raw
    use = idempotency.Key(call.user_id, key, hashlib.sha256(request).hexdigest())
    return msgspec.json.decode(await idempotency.once(call.house.db, use, call.house.clock(), answer))
