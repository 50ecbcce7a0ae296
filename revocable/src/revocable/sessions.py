"""Sessions: open, authenticate, refresh, end, end others, list.

A refresh spends one refresh token and gives the next, in one atomic step. Only the direct predecessor of the current
one gets that same successor again, within the grace or while the successor was never used; so two tabs or a lost answer
log nobody out. Every other spent token ends the session, for somebody has a copy (RFC 9700, 4.14.2).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import getrandbits
from typing import NamedTuple

from revocable.errors import SessionEnded, StoreUnavailable, TokenExpired, TokenInvalid, TokenReused
from revocable.sql import Connection
from revocable.store import Device, SessionRecord, SessionState, SessionStore
from revocable.tokens import Claims, Kind, Tokens

SECOND = 1_000_000
EndReused = Callable[[str, str], Awaitable[object]]
_SEEN_AGAIN = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things live, in seconds: an access token, a session nobody refreshes, any session, and the grace."""

    access: int = 15 * 60
    idle: int = 7 * 24 * 3600
    absolute: int = 30 * 24 * 3600
    grace: int = 10


class TokenPair(NamedTuple):
    """What a client gets. `expires_in` is the access token's life in seconds, `refresh_expires_in` the other's."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int
    session_id: str
    gen: int


class AccessToken(NamedTuple):
    """The one token of a session that is never refreshed. `expires_in` is its life, and the session's, in seconds."""

    access_token: str
    expires_in: int
    session_id: str


def _jti() -> str:
    """A name for a token, unique as far as chance goes. It is no secret: the signature is what nobody can make."""
    return f"{getrandbits(96):024x}"


def microseconds() -> int:
    """Return the current instant in epoch microseconds."""
    return time.time_ns() // 1000


class Sessions:
    """The sessions of one service. Safe for any number of processes over one store."""

    def __init__(
        self,
        store: SessionStore,
        tokens: Tokens,
        lifetimes: Lifetimes | None = None,
        *,
        clock: Callable[[], int] = microseconds,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        """`clock` gives epoch microseconds; `new_id` gives ids of letters, digits, `-`, `_` and `.`."""
        self.store = store
        self.tokens = tokens
        self.lifetimes: Lifetimes = lifetimes or Lifetimes()
        self._clock = clock
        self._new_id = new_id
        self._marks: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def open(self, sub: str, *, kind: str = "app", scopes: str = "", device: Device | None = None) -> TokenPair:
        """Start a session for the user `sub` and return its first pair. It is stored when this returns."""
        now, life = self._clock(), self.lifetimes
        ends = now + life.absolute * SECOND
        idle = min(now + life.idle * SECOND, ends)
        state = SessionState(
            sub, self._new_id(), 0, False, now, self.tokens.refresh_kid, idle, ends, None, now, kind, scopes
        )
        await self.store.add(SessionRecord(state, device or Device(), now))
        return self._pair(state, now)

    async def issue(
        self, sub: str, *, life: int, scopes: str, kind: str = "token", device: Device | None = None
    ) -> AccessToken:
        """Start a session for a program that cannot refresh: it has one access token, and both live `life` seconds.

        It is stored when this returns, listed and ended like any other, and its token dies with it at once. The token
        is good for as long as the key ring holds the key that signed it.
        """
        now = self._clock()
        ends = now // SECOND + life
        until, kid = ends * SECOND, self.tokens.refresh_kid
        state = SessionState(sub, self._new_id(), 0, False, now, kid, until, until, None, now, kind, scopes)
        await self.store.add(SessionRecord(state, device or Device(), now))
        claims = Claims(sub, state.sid, 0, _jti(), now // SECOND, ends, scopes)
        return AccessToken(self.tokens.sign_access(claims), life, state.sid)

    async def authenticate(self, access_token: str, connection: Connection | None = None) -> SessionState:
        """Return the live session of an access token; the store is asked each time.

        With a `connection` the truth is asked over it, so that a transaction of the host's begins with this.
        Raises `TokenInvalid`, `TokenExpired`, `SessionEnded` or `StoreUnavailable`.
        """
        now = self._clock()
        claims = self.tokens.read("access", access_token, now // SECOND)
        store = self.store if connection is None else self.store.within(connection)
        state = await store.find(claims.sub, claims.sid, claims.gen)
        if state is None or not state.alive(now) or claims.gen > state.gen:
            raise SessionEnded("the session has ended")
        if claims.gen < state.gen and not self._in_grace(claims, state, now):
            raise TokenExpired("a newer token was given out")
        if claims.gen == state.gen and (not state.used or now - state.last_seen_at > _SEEN_AGAIN):
            self._mark_seen(state, now)
        return state

    async def refresh(self, refresh_token: str, *, end_reused: EndReused | None = None) -> TokenPair:
        """Spend a refresh token and return the next pair, atomically.

        With `end_reused(sub, sid)` the host ends the session of a token that somebody has a copy of, for instance in
        one transaction with a row that says so.

        Raises `TokenInvalid`, `TokenExpired`, `SessionEnded`, `TokenReused` (the session was just ended) or
        `StoreUnavailable` (nothing was spent; try again).
        """
        now = self._clock()
        claims = self.tokens.read("refresh", refresh_token, now // SECOND)
        state = await self.store.rotate(
            claims.sub,
            claims.sid,
            claims.gen,
            kid=self.tokens.refresh_kid,
            now=now,
            idle_until=now + self.lifetimes.idle * SECOND,
        )
        return self._pair(state or await self._successor(claims, now, end_reused), now)

    async def look_at(self, refresh_token: str) -> tuple[Claims, SessionState]:
        """Return what a refresh token says and its session, if a refresh with it would succeed now; spend nothing.

        Raises as `refresh`, but a spent token is `SessionEnded` and ends nothing.
        """
        now = self._clock()
        claims = self.tokens.read("refresh", refresh_token, now // SECOND)
        state = await self.store.current(claims.sub, claims.sid)
        if state is None or not state.alive(now) or claims.gen > state.gen:
            raise SessionEnded("the session has ended")
        before = claims.gen == state.gen - 1 and (self._in_grace(claims, state, now) or not state.used)
        if claims.gen < state.gen and not before:
            raise SessionEnded("the token was spent")
        return claims, state

    async def end_by_token(self, token: str) -> tuple[str, str]:
        """End the session of any validly signed, unexpired token of either kind, even if it has ended already.

        Returns its `sub` and `sid`. Raises `TokenInvalid`, `TokenExpired` or `StoreUnavailable`.
        """
        claims = self.read_either(token)
        await self.end(claims.sub, claims.sid)
        return claims.sub, claims.sid

    def claims(self, access_token: str) -> Claims:
        """Return what an access token says, without asking whether its session lives. Raises as `authenticate`."""
        return self.tokens.read("access", access_token, self._clock() // SECOND)

    def read_either(self, token: str) -> Claims:
        """Return the claims of an access or a refresh token without asking the store. Raises as `end_by_token`."""
        now = self._clock() // SECOND
        kinds: tuple[Kind, Kind] = ("access", "refresh")
        try:
            return self.tokens.read(kinds[0], token, now)
        except TokenInvalid:
            return self.tokens.read(kinds[1], token, now)

    async def end(self, sub: str, sid: str) -> bool:
        """End one session; tell whether it was alive. All its tokens are dead at once, in every process."""
        return await self.store.end(sub, sid, self._clock())

    async def end_others(self, sub: str, keep: str) -> Sequence[str]:
        """End all sessions of a user but one; return the ids of those ended."""
        return await self.store.end_all(sub, self._clock(), keep)

    async def end_all(self, sub: str) -> Sequence[str]:
        """End all sessions of a user; return their ids."""
        return await self.store.end_all(sub, self._clock())

    async def list(self, sub: str) -> Sequence[SessionRecord]:
        """Return the live sessions of a user, newest first."""
        return await self.store.list(sub, self._clock())

    def within(self, connection: Connection) -> Sessions:
        """Return these sessions over the host's own open transaction.

        What ends there ends with its COMMIT; call `announce` with the returned ids afterwards.
        """
        return Sessions(
            self.store.within(connection), self.tokens, self.lifetimes, clock=self._clock, new_id=self._new_id
        )

    async def announce(self, sub: str, sids: Sequence[str]) -> None:
        """After COMMIT of a transaction used with `within`: make every index forget the sessions it ended."""
        if sids:
            await self.store.bury(sub, sids)

    async def settle(self) -> None:
        """Wait until everything noted in the background is stored. Call it before the store is closed."""
        await asyncio.gather(*self._marks.values())

    async def _successor(self, claims: Claims, now: int, end_reused: EndReused | None) -> SessionState:
        """Judge a refresh token that is not the current one. An index may be behind, so the truth is asked."""
        state = await self.store.current(claims.sub, claims.sid)
        if state is None or not state.alive(now) or claims.gen > state.gen:
            raise SessionEnded("the session has ended")
        if claims.gen == state.gen - 1 and (self._in_grace(claims, state, now) or not state.used):
            return state
        if claims.gen == state.gen:
            raise StoreUnavailable("the session moved on while it was read", retry_after=1)
        await (end_reused(claims.sub, claims.sid) if end_reused else self.store.end(claims.sub, claims.sid, now))
        raise TokenReused(claims.sub, claims.sid)

    def _in_grace(self, claims: Claims, state: SessionState, now: int) -> bool:
        return claims.gen == state.gen - 1 and now < state.rotated_at + self.lifetimes.grace * SECOND

    def _pair(self, state: SessionState, now: int) -> TokenPair:
        now_s = now // SECOND
        end = min(now_s + self.lifetimes.access, state.expires_at // SECOND)
        access = Claims(state.sub, state.sid, state.gen, _jti(), now_s, end, state.scopes)
        refresh_end = state.idle_expires_at // SECOND
        refresh = Claims(
            state.sub, state.sid, state.gen, f"{state.sid}.{state.gen}", state.rotated_at // SECOND, refresh_end
        )
        return TokenPair(
            self.tokens.sign_access(access),
            self.tokens.sign_refresh(refresh, state.kid),
            end - now_s,
            refresh_end - now_s,
            state.sid,
            state.gen,
        )

    def _mark_seen(self, state: SessionState, now: int) -> None:
        """Note the first use of a generation in the background; if that fails, the next request notes it."""
        key = (state.sid, state.gen)
        if key not in self._marks:
            task = asyncio.get_running_loop().create_task(self._seen(state, now))
            self._marks[key] = task
            task.add_done_callback(lambda _: self._marks.pop(key, None))

    async def _seen(self, state: SessionState, now: int) -> None:
        with suppress(Exception):
            await self.store.seen(state.sub, state.sid, state.gen, now)
