"""Every way a session can say no.

RevocableError
├── TokenMissing        no token was sent
├── TokenInvalid        not a token of ours, or altered
│   └── UnknownKey      signed by a key that is not known here
├── TokenExpired        it was good once; refresh
├── SessionEnded        the session is over; sign in again
│   └── TokenReused     a spent refresh token came back, so the session was ended now
├── CrossSite           a cookie came with a request another site may have made
├── UnknownHost         the request names a host this service does not answer for
├── StoreUnavailable    nobody can tell now; never treat it as a no
└── OAuthError          what a service asked is wrong, in the words of RFC 6749, 5.2
    ├── InvalidRequest  a parameter is missing, there twice, or malformed
    └── InvalidClient   it did not prove who it is
"""

from __future__ import annotations


class RevocableError(Exception):
    """The parent of all errors of this library. Its text never contains a token."""


class TokenMissing(RevocableError):
    """No token was sent where one is needed."""


class TokenInvalid(RevocableError):
    """The token is malformed, altered, signed by another key, or meant for another use."""


class UnknownKey(TokenInvalid):
    """The header names a key that is not in the ring. Who verifies offline fetches the public keys again, once."""


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


class OAuthError(RevocableError):
    """What a service asked is wrong. `status` and `error` are what RFC 6749, 5.2 says; the text is the description."""

    status = 400
    error = "invalid_request"


class InvalidRequest(OAuthError):
    """A parameter is missing, there twice, or malformed, or there are two proofs of who asks."""


class InvalidClient(OAuthError):
    """Who asks is unknown, or gave no proof or a wrong one. `claimed` is who they say they are, if such exists."""

    status = 401
    error = "invalid_client"

    def __init__(self, detail: str, claimed: str = "") -> None:
        super().__init__(detail)
        self.claimed = claimed


class WeakKey(ValueError):
    """A signing secret is shorter than 32 bytes (RFC 7518, 3.2) or known from a tutorial."""
