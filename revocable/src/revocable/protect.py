"""ASGI middleware that lets only requests with a live session through."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any, NamedTuple

from revocable.errors import (
    CrossSite,
    OAuthError,
    RevocableError,
    SessionEnded,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    UnknownHost,
)
from revocable.guard import Guard
from revocable.origin import headers
from revocable.store import SessionState

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI app. Frameworks type its three arguments each in their own way, so they are not told apart here."""

_PROBLEMS: dict[type[RevocableError], tuple[int, str, str]] = {
    TokenMissing: (401, "token-missing", "No token"),
    TokenInvalid: (401, "token-invalid", "Not a valid token"),
    TokenExpired: (401, "token-expired", "The token has expired"),
    SessionEnded: (401, "session-ended", "The session has ended"),
    CrossSite: (403, "cross-site", "Not from this site"),
    UnknownHost: (421, "unknown-host", "Unknown host"),
    StoreUnavailable: (503, "unavailable", "Try again shortly"),
}
_NO_STORE = (b"cache-control", b"no-store")


def current_session(scope: Mapping[str, object]) -> SessionState:
    """Return the session that `Protect` put into a request's scope. Raises `TokenMissing` on a public path."""
    state = scope.get("revocable")
    if not isinstance(state, SessionState):
        raise TokenMissing("this path is open to everybody")
    return state


class Refusal(NamedTuple):
    """The answer to a request that is refused, with the names and in the order of the frameworks' own responses."""

    content: bytes
    status_code: int
    headers: dict[str, str]


def refusal(error: Exception, *, problems: str = "/problems", challenge: str = "Bearer") -> Refusal:
    """Return a problem (RFC 9457) for an error: 401 with `challenge`, 403, 421, or 503 with `Retry-After`.

    What another service asked wrongly is told in the words of RFC 6749, 5.2.

    For a framework's handler of `RevocableError`, where the app itself calls `Sessions`; any other error is raised as
    it is. `problems` is the page that the `type` points into.
    """
    if not isinstance(error, RevocableError):
        raise error
    if isinstance(error, OAuthError):
        return _told_to_a_service(error)
    status, name, title = next(_PROBLEMS[kind] for kind in type(error).__mro__ if kind in _PROBLEMS)
    problem = {"type": f"{problems}#{name}", "title": title, "status": status, "detail": str(error)}
    fields = {"content-type": "application/problem+json", "cache-control": "no-store"}
    if status == 401:
        fields["www-authenticate"] = challenge
    elif isinstance(error, StoreUnavailable):
        fields["retry-after"] = str(error.retry_after)
    return Refusal(json.dumps(problem).encode(), status, fields)


def _told_to_a_service(error: OAuthError) -> Refusal:
    fields = {"content-type": "application/json", "cache-control": "no-store"}
    if error.status == 401:
        fields["www-authenticate"] = "Basic"
    told = {"error": error.error, "error_description": str(error)}
    return Refusal(json.dumps(told).encode(), error.status, fields)


class Protect:
    """Wraps an ASGI app: the session of each request is in `scope["revocable"]`; without one the app is not called.

    What is refused is answered with a problem (RFC 9457): 401 with `WWW-Authenticate` (RFC 6750, 3), 403, 421, or 503
    with `Retry-After`; a WebSocket is closed with 1008. Every answer has a `Cache-Control`: the app's, else `no-store`.
    """

    def __init__(self, app: App, guard: Guard, *, public: Collection[str] = (), problems: str = "/problems") -> None:
        """`public`: exact paths that need no session; `problems`: the page that the `type` of a problem points into."""
        self._app = app
        self._guard = guard
        self._public = frozenset(public)
        self._types = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        try:
            self._guard.check_host(scope)
            if scope["path"] not in self._public:
                scope["revocable"] = await self._guard.authenticate(scope)
        except RevocableError as error:
            return await self._refuse(error, scope, send)
        return await self._app(scope, receive, _private(send))

    async def _refuse(self, error: RevocableError, scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        sent = bool(headers(scope, b"authorization")) and not isinstance(error, TokenMissing)
        challenge = 'Bearer error="invalid_token"' if sent else "Bearer"
        body, status, fields = refusal(error, problems=self._types, challenge=challenge)
        lines = [(name.encode(), value.encode()) for name, value in fields.items()]
        lines.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": lines})
        return await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _private(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            fields = list(message.get("headers", ()))
            if not any(name.lower() == b"cache-control" for name, _ in fields):
                message["headers"] = [*fields, _NO_STORE]
        await send(message)

    return wrapped
