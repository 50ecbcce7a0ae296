# pyright: strict
"""How the public API is used, for the type checker only: it is never run."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, assert_type

from revocable import (
    AccessToken,
    Claims,
    Guard,
    KeyRing,
    OfflineVerifier,
    Protect,
    SessionRecord,
    Sessions,
    SessionState,
    SessionStore,
    TokenPair,
    Tokens,
)
from revocable.clients import Clients, read_form
from revocable.ended import EndedLog
from revocable.es256 import PrivateKey, from_jwks
from revocable.feed import Feed
from revocable.introspection import introspect, session_of, token_of
from revocable.protect import Receive, Scope, Send
from revocable.redis import IndexedSessionStore, open_index
from revocable.sql import AsyncpgConnection, Connection, SqliteConnection, SqlSessionStore
from revocable.testing import FakeClock, StoreContract

connection: Connection = SqliteConnection(sqlite3.connect(":memory:"))
truth: SessionStore = SqlSessionStore(connection)
index = assert_type(open_index("localhost:6379", truth, 900), IndexedSessionStore)
store: SessionStore = index
sessions = Sessions(store, Tokens(KeyRing(b""), KeyRing(b"", [b""])), clock=FakeClock())
guard = Guard(sessions, public_url="https://todo.example", trusted_proxies=["10.0.0.0/8"])


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """An app."""


protected = Protect(app, guard, public={"/login"})


class TestStore(StoreContract):
    """A store of somebody's own."""


async def use(pool: Any, scope: dict[str, Any]) -> None:
    assert_type(await sessions.open("ana"), TokenPair)
    assert_type(await sessions.refresh(""), TokenPair)
    assert_type(await sessions.issue("ana", life=60, scopes="read"), AccessToken)
    assert_type(await guard.authenticate(scope), SessionState)
    assert_type(await sessions.list("ana"), Sequence[SessionRecord])
    ended = await sessions.within(AsyncpgConnection(pool)).end_others("ana", keep="")
    await sessions.announce("ana", ended)
    headers: list[tuple[bytes, bytes]] = guard.set_cookies(scope, await sessions.open("ana"))
    assert_type(guard.bearer_token(scope), str | None)
    assert_type(index.trouble, str | None)
    assert headers


async def other_services(raw: bytes, authorization: list[bytes]) -> None:
    """What services ask, and how they verify by themselves."""
    clock = FakeClock()
    form = assert_type(read_form(raw), dict[str, str])
    assert_type(Clients([("id", "secret")]).authenticate(authorization, form), str)
    assert_type(await introspect(sessions, token_of(form)), dict[str, Any])
    assert_type(session_of(sessions, ""), tuple[str, str] | None)
    ring = KeyRing.of(PrivateKey.from_secret(b""), [PrivateKey.from_secret(b"")])
    tokens = Tokens(ring, KeyRing(b""))
    tokens.replace(ring, KeyRing(b""))
    feed = Feed(EndedLog(connection, "sqlite", 900), tokens, clock)
    verifier = OfflineVerifier(from_jwks(ring.jwks()), issuer="", audience="", clock=clock)
    async for event in feed.follow(verifier.place):
        verifier.take(event.token)
    assert_type(verifier.verify(""), Claims)
