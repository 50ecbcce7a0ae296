"""Access tokens for scripts and agents: a session of kind `token`, with one token that is never refreshed."""

from __future__ import annotations

import unicodedata
from typing import Annotated

import msgspec

from recado.accounts import audit
from recado.db import Tx
from recado.errors import Conflict, Invalid
from recado.http import scopes
from recado.http.call import Answer, Call, json_answer
from recado.http.scopes import Scope
from recado.http.sessions import MAX_AGENT, MAX_DEVICE
from recado.http.step_up import step_up
from revocable import AccessToken, Device

DAY = 24 * 3600
LIFE, LONGEST = 30 * DAY, 365 * DAY
"""How long a token lives when nobody says, and at most, in seconds."""
MOST = 50
"""How many live tokens one person may have."""
KIND = "token"


class NewAccessToken(msgspec.Struct):
    """The body of `POST /access-token`."""

    name: Annotated[str, msgspec.Meta(max_length=MAX_DEVICE)]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=2)]
    expires_in: Annotated[int, msgspec.Meta(ge=1, le=LONGEST)] | None = None
    password: str | None = None


async def create(call: Call) -> Answer:
    """`POST /access-token`. The token is shown this once; it is stored nowhere."""
    body: NewAccessToken = call.body
    house, now, user_id = call.house, call.house.clock(), call.user_id
    name, granted = _name(body.name), scopes.granted(body.scopes)
    address = house.guard.client_address(call.scope)
    device = Device(name, (call.header(b"user-agent") or "")[:MAX_AGENT], address)
    confirm = await step_up(call, body.password)

    async def issue(tx: Tx) -> AccessToken:
        live = await confirm(tx)
        if sum(one.state.kind == KIND for one in live) >= MOST:
            raise Conflict(f"You have {MOST} access tokens: end one of them first.")
        life = LIFE if body.expires_in is None else body.expires_in
        made = await house.sessions.within(tx).issue(
            str(user_id), life=life, scopes=" ".join(granted), kind=KIND, device=device
        )
        event = audit.new(user_id, now, "token_created", session_id=made.session_id, address=address, detail=name)
        audit.put(tx, event)
        return made

    made = await house.db.write(issue)
    house.counts.opened("token")
    shown = {**made._asdict(), "token_type": "Bearer", "name": name, "scopes": granted}
    return json_answer(201, shown)


def _name(given: str) -> str:
    """Return a name as it is kept. Raises `Invalid`."""
    name = given.strip()
    if not name:
        raise Invalid("/name", "Give it a name, so that you know it in the list of your devices.")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in name):
        raise Invalid("/name", "A name has no line breaks, and no control or invisible characters.")
    return name
