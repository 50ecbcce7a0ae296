"""For other services: access tokens are verified offline, and those of ended sessions refused, by the feed.

    verifier = OfflineVerifier(from_jwks(document), issuer="recado", audience="recado")

    async def listen():            # in a loop, with the client's credentials
        headers = {"Last-Event-ID": verifier.place} if verifier.place else {}
        async with http.stream("GET", ".../token/revocations", headers=headers) as answer:
            await verifier.follow(answer.aiter_lines())

    claims = verifier.verify(token)

Whoever cannot say that the feed is up to date does not say yes: `verify` raises `StoreUnavailable` then.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any, cast

from revocable import compact
from revocable.errors import SessionEnded, StoreUnavailable, TokenInvalid, UnknownKey
from revocable.feed import CONTROL, SESSION_REVOKED, TYP, audience
from revocable.keys import KeyRing, VerifyingKey
from revocable.sessions import SECOND, microseconds
from revocable.tokens import MAX_IAT_AHEAD, Claims, Tokens


class OfflineVerifier:
    """Access tokens by their signature and claims alone, but for sessions that the feed says have ended."""

    def __init__(
        self,
        keys: KeyRing,
        *,
        issuer: str,
        audience: str,
        patience: int = 10,
        clock: Callable[[], int] = microseconds,
    ) -> None:
        """`keys`: of `revocable.es256.from_jwks`, or with HS256 a ring of the secrets. `patience`, in seconds: how long
        the feed may have said nothing. `clock` gives epoch microseconds; the two machines' clocks should agree.
        """
        self._tokens = Tokens(keys, KeyRing.verifying(), issuer, audience)
        self._patience = patience
        self._clock = clock
        self._fresh = 0
        self._denied: dict[tuple[str, str], int] = {}
        self.place: str | None = None
        """Where to resume the feed; None is from scratch."""

    def use(self, keys: KeyRing) -> None:
        """Use other keys from now on, as when `UnknownKey` told that there are new ones."""
        self._tokens.replace(keys, KeyRing.verifying())

    def verify(self, access_token: str) -> Claims:
        """Return what a token says. Raises `TokenInvalid`, `UnknownKey`, `TokenExpired`, `SessionEnded`, and
        `StoreUnavailable` while the feed is not up to date.
        """
        now = self._clock() // SECOND
        claims = self._tokens.read("access", access_token, now)
        if (claims.sub, claims.sid) in self._denied:
            raise SessionEnded("the session has ended")
        if now > self._fresh + self._patience:
            raise StoreUnavailable("the feed of ended sessions is not up to date")
        return claims

    async def follow(self, lines: AsyncIterable[str]) -> None:
        """Take the events of a stream, until it ends. Raises `TokenInvalid` for one that is not the service's."""
        async for line in lines:
            name, _, value = line.partition(":")
            if name == "data":
                self.take(value.strip())

    def take(self, token: str) -> None:
        """Take one event, which is its token. Raises `TokenInvalid` or `UnknownKey`, and then nothing has changed."""
        said = self._read(token)
        place, events = said.get("place"), said.get("events")
        if type(place) is not str or not isinstance(events, dict):
            raise TokenInvalid("not an event of this feed")
        known = cast("dict[str, Any]", events)
        if SESSION_REVOKED in known:
            try:
                subject = said["sub_id"]
                session = str(subject["user"]["id"]), str(subject["session"]["id"])
                self._denied[session] = int(known[SESSION_REVOKED]["tokens_until"])
            except (KeyError, TypeError, ValueError):
                raise TokenInvalid("not an event of this feed") from None
        elif known.get(CONTROL) == {"state": "current"}:
            self._fresh = max(self._fresh, said["iat"])
            self._forget()
        self.place = place

    def _read(self, token: str) -> dict[str, Any]:
        head, payload, signature = compact.split(token)
        key = self._key(head)
        if not key.verify(f"{head}.{payload}".encode(), compact.decode(signature)):
            raise TokenInvalid("the signature does not match")
        said = compact.members(compact.decode(payload))
        if said.get("iss") != self._tokens.issuer or said.get("aud") != audience(self._tokens):
            raise TokenInvalid("made by or for somebody else")
        if type(said.get("iat")) is not int or said["iat"] > self._clock() // SECOND + MAX_IAT_AHEAD:
            raise TokenInvalid("made in the future")
        return said

    def _key(self, head: str) -> VerifyingKey:
        said = compact.members(compact.decode(head), compact.without_twins)
        key = self._tokens.access.find(str(said.get("kid")))
        if key is None:
            raise UnknownKey("the header names no key that is known here")
        if said != {"alg": key.alg, "kid": key.kid, "typ": TYP}:
            raise TokenInvalid("not an event of this feed")
        return key

    def _forget(self) -> None:
        """What has expired is refused for that."""
        now = self._clock() // SECOND
        self._denied = {session: until for session, until in self._denied.items() if until > now}
