"""Every way a session can say no.

RevocableError
├── TokenMissing        no token was sent
├── TokenInvalid        not a token of ours, or altered
├── TokenExpired        it was good once; refresh
├── SessionEnded        the session is over; sign in again
│   └── TokenReused     a spent refresh token came back, so the session was ended now
├── CrossSite           a cookie came with a request another site may have made
├── UnknownHost         the request names a host this service does not answer for
└── StoreUnavailable    nobody can tell now; never treat it as a no
"""

from __future__ import annotations


class RevocableError(Exception):
    """The parent of all errors of this library. Its text never contains a token."""


class TokenMissing(RevocableError):
    """No token was sent where one is needed."""


class TokenInvalid(RevocableError):
    """The token is malformed, altered, signed by another key, or meant for another use."""


class TokenExpired(RevocableError):
    """The token is past its `exp`, or its generation was superseded longer ago than the grace."""


class SessionEnded(RevocableError):
    """The session was ended, or is past its idle or absolute life, or is unknown."""


class TokenReused(SessionEnded):
    """A spent refresh token came back outside the grace: its session has just been ended (RFC 9700, 4.14.2)."""

    def __init__(self, sub: str, sid: str) -> None:
        super().__init__("a spent refresh token was used again")
        self.sub = sub
        self.sid = sid


class CrossSite(RevocableError):
    """A cookie authenticated a state-changing request that does not come from the service's own pages."""


class UnknownHost(RevocableError):
    """The `Host` header names none of the hosts this service answers for."""


class StoreUnavailable(RevocableError):
    """The store cannot answer now. `retry_after` is in whole seconds."""

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class WeakKey(ValueError):
    """A signing secret is shorter than 32 bytes (RFC 7518, 3.2) or known from a tutorial."""
