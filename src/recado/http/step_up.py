"""Step-up: some deeds are for who has shown just now that they are the person. This is the one rule of it.

Whoever signed in within the last ten minutes has shown it. Everybody else gives their password once more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from recado.accounts import accounts
from recado.db import Tx
from recado.errors import RecadoError
from recado.http.call import Call
from revocable import SessionEnded, SessionRecord

RECENT = 10 * 60 * 1_000_000
"""How long a sign-in is recent, in microseconds."""
Confirm = Callable[[Tx], Awaitable[Sequence[SessionRecord]]]


class StepUpRequired(RecadoError):
    """The sign-in was too long ago for this, and nothing else came with the request."""

    def __init__(self) -> None:
        super().__init__("You signed in a while ago: send your password along.")


async def step_up(call: Call, password: str | None) -> Confirm:
    """Return what the transaction of the deed begins with; it returns the person's live sessions.

    It makes a change of the password at the same time wait, which then ends what the deed has opened. Raises
    `BadCredentials` (counted like a failed sign-in), `TooMany` or `Unavailable` for a `password`; what is returned
    raises `StepUpRequired`, `SessionEnded` or `BadCredentials`.
    """
    house, user_id, now = call.house, call.user_id, call.house.clock()
    here, proven = call.session.sid if call.session else "", None
    if password is not None:
        address = house.guard.client_address(call.scope)
        proven = await accounts.prove(
            house.db, house.passwords, house.limits, user_id, password=password, address=address, now=now
        )

    async def confirm(tx: Tx) -> Sequence[SessionRecord]:
        await accounts.hold(tx, user_id, proven)
        live = await house.sessions.within(tx).list(str(user_id))
        current = next((one for one in live if one.state.sid == here), None)
        if current is None:
            raise SessionEnded("the session has ended")
        if proven is None and now - current.created_at > RECENT:
            raise StepUpRequired
        return live

    return confirm
