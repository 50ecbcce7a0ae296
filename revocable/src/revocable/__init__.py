"""JSON Web Tokens that really can be revoked: sessions for any ASGI app."""

from __future__ import annotations

from revocable.errors import (
    CrossSite,
    InvalidClient,
    InvalidRequest,
    OAuthError,
    RevocableError,
    SessionEnded,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenReused,
    UnknownHost,
    UnknownKey,
    WeakKey,
)
from revocable.guard import Guard
from revocable.keys import Key, KeyRing
from revocable.offline import OfflineVerifier
from revocable.protect import Protect
from revocable.sessions import AccessToken, Lifetimes, Sessions, TokenPair
from revocable.store import Device, SessionRecord, SessionState, SessionStore
from revocable.tokens import Claims, Tokens

__all__ = [
    "AccessToken",
    "Claims",
    "CrossSite",
    "Device",
    "Guard",
    "InvalidClient",
    "InvalidRequest",
    "Key",
    "KeyRing",
    "Lifetimes",
    "OAuthError",
    "OfflineVerifier",
    "Protect",
    "RevocableError",
    "SessionEnded",
    "SessionRecord",
    "SessionState",
    "SessionStore",
    "Sessions",
    "StoreUnavailable",
    "TokenExpired",
    "TokenInvalid",
    "TokenMissing",
    "TokenPair",
    "TokenReused",
    "Tokens",
    "UnknownHost",
    "UnknownKey",
    "WeakKey",
]
