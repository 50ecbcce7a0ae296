"""What the handlers work with: the rooms, wired by `app.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recado.accounts.addresses import AddressCount
from recado.accounts.emails import Emails
from recado.accounts.factors import Factors
from recado.accounts.forgotten import Forgotten
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.phones import Phones
from recado.accounts.signup import Policy
from recado.accounts.topics import Topics
from recado.accounts.turns import Turns
from recado.db import Database
from recado.db.ids import Clock, NewId
from recado.messages.caps import Caps
from recado.metrics.counts import Counts, Ending
from revocable import Sessions
from revocable.guard import Guard

if TYPE_CHECKING:
    from recado.http.events import Live
    from recado.http.services import Services
    from recado.http.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class House:
    """Everything a handler may need. `public_url` is where people reach the service, if the operator has said so;
    `wake` tells the delivery worker that a message may be waiting; without `webhooks`, none are taken.
    """

    db: Database
    sessions: Sessions
    guard: Guard
    passwords: Passwords
    phones: Phones
    emails: Emails
    topics: Topics
    forgotten: Forgotten
    limits: Limits
    factors: Factors
    public_url: str | None
    clock: Clock
    new_id: NewId
    wake: Callable[[], None]
    trouble: Callable[[], list[str]]
    ready: Callable[[], Awaitable[bool]]
    signup: Policy
    live: Live
    uploads: Turns
    exchanges: Turns
    feed_counts: AddressCount
    counts: Counts
    caps: Caps
    services: Services
    webhooks: Webhooks | None = None

    async def announce(self, sub: str, sids: Sequence[str], reason: Ending) -> None:
        """After COMMIT, make every index forget the sessions that were ended, and count them."""
        self.counts.ended(reason, len(sids))
        await self.sessions.announce(sub, sids)
