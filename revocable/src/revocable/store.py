"""What a session is, as a row, and what a place that keeps sessions must do.

`revocable.testing` has a contract suite that every store must pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from revocable.sql import Connection


class SessionState(NamedTuple):
    """What must be known of a session to judge a token. Instants are epoch microseconds.

    `gen` counts rotations; `rotated_at` is when the last one was, `kid` the key its refresh token was signed with, and
    `used` tells whether an access token of this generation was seen. A tuple, since one is made for every request.
    """

    sub: str
    sid: str
    gen: int
    used: bool
    rotated_at: int
    kid: str
    idle_expires_at: int
    expires_at: int
    revoked_at: int | None
    last_seen_at: int
    kind: str
    scopes: str

    def alive(self, now: int) -> bool:
        """Tell whether the session is neither ended nor past its idle or absolute life."""
        return self.revoked_at is None and now < self.idle_expires_at and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session lives, for people to recognise it."""

    device: str = ""
    user_agent: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A whole row."""

    state: SessionState
    device: Device
    created_at: int


class SessionStore(Protocol):
    """Keeps sessions. Every method raises `StoreUnavailable` when it cannot answer, and never guesses.

    What a method has acknowledged is durable, and is seen by every later call of any process.
    """

    async def add(self, record: SessionRecord) -> None:
        """Store a new session."""
        ...

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:
        """Return the session, for a request with an access token of `gen`; never an older generation of it.

        None when it is unknown. An ended one is either None or has its `revoked_at`.
        """
        ...

    async def current(self, sub: str, sid: str) -> SessionState | None:
        """Return the session, alive or ended, as the truth has it: no index is asked."""
        ...

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int) -> SessionState | None:
        """Move a live session from `gen` to `gen + 1` in one atomic step and return it.

        None when it is not at `gen` or not alive; of many concurrent callers exactly one succeeds. The idle end becomes
        `idle_until`, never later than the absolute end.
        """
        ...

    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None:
        """Note that an access token of `gen` was seen at `now`; without effect when the session moved on.

        `find` may show it a little later; then it is noted once more.
        """
        ...

    async def end(self, sub: str, sid: str, now: int) -> bool:
        """End one session; tell whether it was alive. Afterwards no token of it is good, in any process."""
        ...

    async def end_all(self, sub: str, now: int, keep: str = "") -> Sequence[str]:
        """End all sessions of `sub` but `keep`; return the ids of those that were not ended before."""
        ...

    async def list(self, sub: str, now: int) -> Sequence[SessionRecord]:
        """Return the live sessions of `sub`, newest first."""
        ...

    async def erase(self, sub: str) -> Sequence[str]:
        """Delete every row of `sub`; return their ids."""
        ...

    async def purge(self, before: int) -> None:
        """Delete rows whose absolute end was before this instant."""
        ...

    def within(self, connection: Connection) -> SessionStore:
        """Return this store over the caller's own transaction. What it ends is announced with `bury` after COMMIT."""
        ...

    async def bury(self, sub: str, sids: Sequence[str]) -> None:
        """Tell every index that these sessions have ended. A store without an index has nothing to do."""
        ...
