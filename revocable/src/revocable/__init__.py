"""JSON Web Tokens that really can be revoked: sessions for any ASGI app."""

from __future__ import annotations

from revocable.errors import (
    CrossSite,
    RevocableError,
    SessionEnded,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenReused,
    UnknownHost,
    WeakKey,
)
from revocable.guard import Guard
from revocable.keys import Key, KeyRing
from revocable.protect import Protect, Refusal, current_session, refusal
from revocable.sessions import AccessToken, Lifetimes, Sessions, TokenPair
from revocable.store import Device, SessionRecord, SessionState, SessionStore
from revocable.tokens import Claims, Tokens

__all__ = [
    "AccessToken",
    "Claims",
    "CrossSite",
    "Device",
    "Guard",
    "Key",
    "KeyRing",
    "Lifetimes",
    "Protect",
    "Refusal",
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
    "WeakKey",
    "current_session",
    "refusal",
]
