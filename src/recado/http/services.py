"""Routes for other services: what a token is worth, ending its session, public keys, and the feed of ended sessions.

Services prove who they are with an id and a secret of `RECADO_CLIENTS`. What is wrong with their requests is told in
the words of RFC 6749, 5.2, as RFC 7662 and RFC 7009 have it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from recado.accounts.addresses import AddressCount, network_of
from recado.errors import TooMany
from recado.http.call import Answer, Call, json_answer
from recado.http.reading import require_form
from recado.http.sessions import end_session
from revocable import InvalidClient, OAuthError
from revocable import introspection as asked
from revocable.clients import Clients, read_form
from revocable.feed import Feed, FeedEvent

FAILURES, FAILURE_SECONDS = 10, 15 * 60
"""How many wrong proofs of one client from one address, before nothing is judged any more for a while."""
MOST_STREAMS = 20
_MOST_SHUT = 10_000
_TYPE = b"text/event-stream"
_KEYS_TYPE = b"application/jwk-set+json"
_KEPT = (b"cache-control", b"public, max-age=300")
_TOO_MANY = "Too many wrong client secrets. Try again later."


@dataclass(frozen=True, slots=True)
class Services:
    """The services that may ask, what they follow, and how often one got its secret wrong."""

    clients: Clients
    feed: Feed
    failures: AddressCount
    _shut: dict[str, float] = field(default_factory=dict[str, float])
    streams: Counter[str] = field(default_factory=Counter[str])

    async def authenticate(self, call: Call, form: Mapping[str, str]) -> str:
        """Return the client that asks. Raises `InvalidClient`, `InvalidRequest` or `TooMany`.

        Failures count by client and address, so nobody keeps others out by guessing; right proofs cost nothing.
        """
        network = network_of(call.house.guard.client_address(call.scope))
        authorization = [value for name, value in call.scope["headers"] if name == b"authorization"]
        try:
            client = self.clients.authenticate(authorization, form)
        except InvalidClient as refused:
            await self._failed(f"{refused.claimed} {network}")
            raise
        self._check(f"{client} {network}")
        return client

    def _check(self, who: str) -> None:
        left = self._shut.get(who, 0) - time.monotonic()
        if left > 0:
            raise TooMany(_TOO_MANY, round(left))
        self._shut.pop(who, None)
        if len(self._shut) > _MOST_SHUT:
            self._shut.clear()

    async def _failed(self, who: str) -> None:
        self._check(who)
        try:
            await self.failures.take(who, _TOO_MANY)
        except TooMany as error:
            self._shut[who] = time.monotonic() + error.retry_after
            raise


async def introspect(call: Call) -> Answer:
    """`POST /token/introspect` (RFC 7662)."""
    try:
        form = await _form(call)
        token = asked.token_of(form)
    except OAuthError as error:
        return _refused(error)
    return json_answer(200, await asked.introspect(call.house.sessions, token))


async def revoke(call: Call) -> Answer:
    """`POST /token/revoke` (RFC 7009): 200 for a client whatever the token was, once it is good no more."""
    try:
        form = await _form(call)
        token = asked.token_of(form)
        client = form["client_id"]
    except OAuthError as error:
        return _refused(error)
    session = asked.session_of(call.house.sessions, token)
    if session is not None:
        await end_session(call, *session, kind="session_ended", detail=f"by the service {client}")
    return Answer(200)


async def revocations(call: Call) -> Answer:
    """`GET /token/revocations`: the feed, as Server-Sent Events."""
    services = call.house.services
    try:
        client = await services.authenticate(call, {})
    except OAuthError as error:
        return _refused(error)
    if call.scope["method"] == "HEAD":
        return Answer(200, content_type=_TYPE)
    if services.streams[client] >= MOST_STREAMS:
        raise TooMany(f"No service can have more than {MOST_STREAMS} streams open.", 30)
    since = call.header(b"last-event-id") or call.query().get("last_event_id")
    events = services.feed.follow(since)
    first = await anext(events)  # what cannot be read is 503, and no stream that ends at once
    return Answer(
        200, b"retry: 500\n\n" + first.sse(), [(b"x-accel-buffering", b"no")], _TYPE, _told(services, client, events)
    )


async def jwks(call: Call) -> Answer:
    """`GET /.well-known/jwks.json` (RFC 7517)."""
    answer = json_answer(200, call.house.sessions.tokens.access.jwks(), [_KEPT])
    return answer._replace(content_type=_KEYS_TYPE)


async def _told(
    services: Services, client: str, events: AsyncGenerator[FeedEvent, None]
) -> AsyncGenerator[bytes, None]:
    services.streams[client] += 1
    try:
        async with aclosing(events):
            async for event in events:
                yield event.sse()
    finally:
        services.streams[client] -= 1


async def _form(call: Call) -> dict[str, str]:
    """Return the form of a service that has proven who it is, with its `client_id`."""
    require_form(call.scope)
    form = read_form(call.body)
    return {**form, "client_id": await call.house.services.authenticate(call, form)}


def _refused(error: OAuthError) -> Answer:
    headers = [(b"www-authenticate", b'Basic realm="recado"')] if error.status == 401 else []
    return json_answer(error.status, {"error": error.error, "error_description": str(error)}, headers)
