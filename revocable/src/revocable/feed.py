"""The feed of ended sessions, for services that verify access tokens offline: signed, and resumed where it broke off.

Each event is a Security Event Token (RFC 8417) under the key of access tokens, so whoever can verify those can verify
this. A session that ended is CAEP's `session-revoked`. Control events say that what follows begins from scratch
(`start`), and that everything up to now was told (`current`, every two seconds), which also shows that nobody holds
events back.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Callable
from typing import Any, NamedTuple

from revocable import compact
from revocable.ended import SECOND, EndedLog, Line
from revocable.tokens import Tokens

__all__ = ["CONTROL", "SESSION_REVOKED", "TYP", "Feed", "FeedEvent", "audience"]

TYP = "secevent+jwt"
SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
CONTROL = "urn:revocable:feed"
PAUSE, BEAT = 0.2, 2.0
"""Seconds between two looks into the log, and between two events that say that all was told."""


class FeedEvent(NamedTuple):
    """One event: `kind` is start, ended or current; `token` is signed; resume after it with `place`."""

    kind: str
    place: str
    token: str

    def sse(self) -> bytes:
        """Return it as a Server-Sent Event (HTML Living Standard, 9.2)."""
        return f"event: {self.kind}\nid: {self.place}\ndata: {self.token}\n\n".encode()


def audience(tokens: Tokens) -> str:
    """Return the `aud` of events, which no token of a person has."""
    return f"{tokens.audience('access')}/revocations"


class Feed:
    """The feed of one service. Any process may serve it; each stream reads the log for itself."""

    def __init__(self, log: EndedLog, tokens: Tokens, clock: Callable[[], int]) -> None:
        """`clock` gives epoch microseconds."""
        self._log, self._tokens, self._clock = log, tokens, clock

    async def follow(self, since: str | None) -> AsyncGenerator[FeedEvent, None]:
        """Tell every session that ends, within a fifth of a second, for as long as somebody listens.

        From a place on, or from scratch: then first every ended session of which a token may not be expired yet. So
        does a place that this log does not know, such as one of another database. Raises what the store raises.
        """
        place = await self._known(since)
        if place is None:
            place = await self._log.place()
            yield self._control("start", place)
            for line in await self._log.mattering(self._clock()):
                yield self._ended(line._replace(place=place))
        yield self._control("current", place)
        told, beats = set[int](), asyncio.get_running_loop().time() + BEAT
        while True:
            lines, place = await self._log.since(place)
            for line in lines:
                if line.seq not in told:
                    yield self._ended(line)
            told = {line.seq for line in lines}  # on PostgreSQL some are read again, until older transactions are over
            if asyncio.get_running_loop().time() >= beats:
                beats = asyncio.get_running_loop().time() + BEAT
                yield self._control("current", place)
            await asyncio.sleep(PAUSE)

    async def _known(self, since: str | None) -> int | None:
        if since is None or not (since.isascii() and since.isdigit() and len(since) < 19):
            return None
        place = int(since)
        return place if place <= await self._log.place() else None

    def _ended(self, line: Line) -> FeedEvent:
        until = -(-self._log.until(line) // SECOND)
        return self._signed(
            "ended",
            line.place,
            SESSION_REVOKED,
            {"event_timestamp": line.ended_at // SECOND, "tokens_until": until},
            {
                "sub_id": {
                    "format": "complex",
                    "user": {"format": "opaque", "id": line.sub},
                    "session": {"format": "opaque", "id": line.sid},
                }
            },
        )

    def _control(self, kind: str, place: int) -> FeedEvent:
        return self._signed(kind, place, CONTROL, {"state": kind}, {})

    def _signed(self, kind: str, place: int, event: str, said: dict[str, Any], more: dict[str, Any]) -> FeedEvent:
        key, tokens = self._tokens.access.current, self._tokens
        claims = {"iss": tokens.issuer, "aud": audience(tokens), "iat": self._clock() // SECOND}
        claims |= {"jti": secrets.token_hex(12), **more, "events": {event: said}, "place": str(place)}
        payload = compact.encode(json.dumps(claims, separators=(",", ":")).encode())
        signed = f"{compact.header(key.alg, key.kid, TYP)}.{payload}"
        return FeedEvent(kind, str(place), f"{signed}.{compact.encode(key.sign(signed.encode()))}")
