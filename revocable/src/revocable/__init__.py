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
    "Key",
    "KeyRing",
    "Lifetimes",
    "Message",
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
    "microseconds",
    "refusal",
]
