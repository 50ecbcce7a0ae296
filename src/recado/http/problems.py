"""Which error becomes which answer: the only table of it, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from recado.errors import (
    BadCredentials,
    ChallengeOver,
    Conflict,
    FactorRequired,
    FactorWrong,
    Invalid,
    NotFound,
    RecadoError,
    Refused,
    TooMany,
    Unavailable,
)
from recado.http.call import Answer, Headers
from recado.http.reading import Malformed, TooLarge, WrongContentType, WrongShape
from recado.http.scopes import InsufficientScope
from recado.http.sessions import RefreshTokenExpired
from recado.http.step_up import StepUpRequired
from recado.http.todos import ChangedMeanwhile
from recado.http.webhooks import Unsigned
from revocable import (
    CrossSite,
    RevocableError,
    SessionEnded,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    UnknownHost,
)

BASE = "/problems"
"""Where the service itself explains its problems; a `type` is relative to the address that was asked."""

_log = structlog.get_logger()


class MethodNotAllowed(RecadoError):
    """The path is there, the method is not; `allow` lists those that are."""

    def __init__(self, allow: str) -> None:
        super().__init__(f"Use one of: {allow}.")
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: the fragment of its `type`, its status, its title, and its `detail` where that is fixed."""

    name: str
    status: int
    title: str
    detail: str | None = None


KINDS: dict[type[Exception], Kind] = {
    TokenMissing: Kind("token-missing", 401, "No token", "unauthorized"),
    TokenInvalid: Kind("token-invalid", 401, "Not a valid token", "unauthorized"),
    TokenExpired: Kind("token-expired", 401, "The token has expired", "unauthorized"),
    RefreshTokenExpired: Kind("token-expired", 401, "The token has expired", "Refresh token expired"),
    SessionEnded: Kind("session-ended", 401, "The session has ended", "unauthorized"),
    BadCredentials: Kind("bad-credentials", 401, "Wrong user name or password"),
    FactorRequired: Kind("second-factor-required", 401, "A second factor is needed"),
    FactorWrong: Kind("second-factor-wrong", 401, "Wrong second factor"),
    ChallengeOver: Kind("challenge-over", 401, "Begin again"),
    CrossSite: Kind("cross-site", 403, "Not from this site", "A cookie counts only for requests of this site's pages."),
    InsufficientScope: Kind("insufficient-scope", 403, "Not for this access token"),
    StepUpRequired: Kind("step-up-required", 403, "Show that it is you"),
    Refused: Kind("refused", 403, "Not allowed"),
    NotFound: Kind("not-found", 404, "Not found"),
    MethodNotAllowed: Kind("method-not-allowed", 405, "Method not allowed"),
    ChangedMeanwhile: Kind("stale", 412, "Changed meanwhile"),
    Conflict: Kind("conflict", 409, "Conflict"),
    TooLarge: Kind("too-large", 413, "Too large"),
    WrongContentType: Kind("unsupported-media-type", 415, "Unsupported media type"),
    UnknownHost: Kind("unknown-host", 421, "Unknown host", "This service does not answer for that host name."),
    Malformed: Kind("invalid-json", 422, "Not valid JSON"),
    WrongShape: Kind("invalid-value", 422, "A value is wrong", "Invalid json provided"),
    Invalid: Kind("invalid-value", 422, "A value is wrong"),
    TooMany: Kind("too-many-attempts", 429, "Too many attempts"),
    Unavailable: Kind("unavailable", 503, "Try again shortly", "A part of the service cannot answer right now."),
    StoreUnavailable: Kind("unavailable", 503, "Try again shortly", "A part of the service cannot answer right now."),
}
INTERNAL = Kind("internal", 500, "Internal error", "Something went wrong here; it was logged with this request_id.")


def problem(error: Exception, request_id: str, *, token_in_header: bool) -> Answer:
    """Return the answer for an error. What is in no table is logged with its traceback and answered with 500."""
    kind = next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)
    if kind is INTERNAL:
        _log.error("request failed", request_id=request_id, exc_info=error)
    elif kind.status == 503 and not isinstance(error, Unsigned):
        _log.warning("unavailable", request_id=request_id, reason=str(error))
    body: dict[str, Any] = {
        "type": f"{BASE}#{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or str(error),
        "request_id": request_id,
        **_members(error),
    }
    headers = _headers(error, kind.status, token_in_header)
    return Answer(kind.status, msgspec.json.encode(body), headers, b"application/problem+json")


def refusal(error: RecadoError) -> dict[str, Any]:
    """Return an error as one result of several: its status, and the problem without a request of its own."""
    kind = next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)
    told = {
        "type": f"{BASE}#{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or str(error),
    }
    return {"status": kind.status, "problem": told | _members(error)}


def _members(error: Exception) -> dict[str, Any]:
    if isinstance(error, Invalid):
        return {"errors": [{"pointer": error.pointer, "detail": error.detail}]}
    if isinstance(error, FactorRequired):
        told = {"challenge": error.challenge, "expires_in": error.expires_in, "factors": error.factors}
        return told if error.passkey is None else {**told, "passkey": error.passkey}
    if isinstance(error, ChangedMeanwhile):
        return {"todo": error.todo}
    return {}


def _headers(error: Exception, status: int, token_in_header: bool) -> Headers:
    if status == 401:
        bad_token = token_in_header and isinstance(error, RevocableError) and not isinstance(error, TokenMissing)
        return [(b"www-authenticate", b'Bearer error="invalid_token"' if bad_token else b"Bearer")]
    if isinstance(error, InsufficientScope):  # RFC 6750, 3.1
        scope = f', scope="{error.needs}"' if error.needs else ""
        return [(b"www-authenticate", f'Bearer error="insufficient_scope"{scope}'.encode())]
    if isinstance(error, TooMany | Unavailable | StoreUnavailable):
        return [(b"retry-after", str(error.retry_after).encode())]
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", error.allow.encode())]
    if isinstance(error, ChangedMeanwhile):
        return [(b"etag", b'"%d"' % error.todo["version"])]
    return []
