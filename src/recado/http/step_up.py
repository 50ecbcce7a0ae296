"""Step-up: some deeds are for who has shown just now that they are the person. This is the one rule of it.

Whoever signed in or proved themselves (`POST /session/proof`) on this device within the last ten minutes has shown it,
with a second factor if they have one. Without a second factor, a password that comes along shows it too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from recado.accounts import accounts, factors, proofs
from recado.db import Reader, Tx
from recado.errors import RecadoError
from recado.http.call import Call
from revocable import SessionEnded, SessionRecord

Confirm = Callable[[Tx], Awaitable[Sequence[SessionRecord]]]


class StepUpRequired(RecadoError):
    """The last proof was too long ago for this, and nothing else came with the request."""

    def __init__(self) -> None:
        super().__init__("You signed in a while ago: prove first that it is you (POST /session/proof).")


async def step_up(call: Call, password: str | None = None) -> Confirm:
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
        if not any(one.state.sid == here for one in live):
            raise SessionEnded("the session has ended")
        await require(tx, user_id, here, password=proven is not None, now=now)
        return live

    return confirm


async def require(reader: Reader, user_id: int, here: str, *, password: bool, now: int) -> None:
    """Raise `StepUpRequired` unless there is a recent proof on the device `here`, or a `password` that is enough."""
    factor = await factors.are_on(reader, user_id)
    if password and not factor:
        return
    if not await proofs.recent(reader, user_id, here, factor=factor, now=now):
        raise StepUpRequired
