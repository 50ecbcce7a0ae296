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
from revocable.keys import Key, KeyRing, SigningKey, VerifyingKey
from revocable.offline import OfflineVerifier
from revocable.protect import App, Message, Protect, Receive, Refusal, Scope, Send, current_session, refusal
from revocable.sessions import AccessToken, Lifetimes, Sessions, TokenPair, microseconds
from revocable.store import Device, SessionRecord, SessionState, SessionStore
from revocable.tokens import Claims, Tokens

__all__ = [
    "AccessToken",
    "App",
    "Claims",
    "CrossSite",
    "Device",
    "Guard",
    "InvalidClient",
    "InvalidRequest",
    "Key",
    "KeyRing",
    "Lifetimes",
    "Message",
    "OAuthError",
    "OfflineVerifier",
    "Protect",
    "Receive",
    "Refusal",
    "RevocableError",
    "Scope",
    "Send",
    "SessionEnded",
    "SessionRecord",
    "SessionState",
    "SessionStore",
    "Sessions",
    "SigningKey",
    "StoreUnavailable",
    "TokenExpired",
    "TokenInvalid",
    "TokenMissing",
    "TokenPair",
    "TokenReused",
    "Tokens",
    "UnknownHost",
    "UnknownKey",
    "VerifyingKey",
    "WeakKey",
    "current_session",
    "microseconds",
    "refusal",
]
