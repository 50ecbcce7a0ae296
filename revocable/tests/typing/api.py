# pyright: strict
"""How the public API is used, for the type checker only: it is never run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, assert_type

from sqlalchemy import MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from revocable import (
    AccessToken,
    App,
    Claims,
    Device,
    Guard,
    Key,
    KeyRing,
    Lifetimes,
    Message,
    OfflineVerifier,
    Protect,
    Refusal,
    RevocableError,
    SessionEnded,
    SessionRecord,
    Sessions,
    SessionState,
    SessionStore,
    StoreUnavailable,
    TokenPair,
    TokenReused,
    Tokens,
    current_session,
    microseconds,
    refusal,
)
from revocable.clients import Clients, read_form
from revocable.ended import EndedLog
from revocable.es256 import PrivateKey, from_jwks
from revocable.feed import Feed
from revocable.introspection import introspect, session_of, token_of
from revocable.protect import Receive, Scope, Send
from revocable.redis import IndexedSessionStore, open_index
from revocable.sql import AsyncpgConnection, Connection, Row, SqliteConnection, SqlSessionStore, Value
from revocable.sqlalchemy import SqlalchemyConnection, session_table
from revocable.testing import FakeClock, StoreContract, added, new_record

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


class Driver:
    """A connection of somebody's own."""

    async def one(self, sql: str, /, *args: Value) -> Row | None:
        return None

    async def all(self, sql: str, /, *args: Value) -> list[Row]:
        return [(sql, *args)]

    async def change(self, sql: str, /, *args: Value) -> list[Row]:
        return []


class Kept:
    """A store of somebody's own: every method of the protocol, and no base class."""

    async def add(self, record: SessionRecord) -> None: ...
    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None: ...
    async def current(self, sub: str, sid: str) -> SessionState | None: ...
    async def rotate(
        self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int
    ) -> SessionState | None: ...
    async def seen(self, sub: str, sid: str, gen: int, now: int) -> None: ...
    async def end(self, sub: str, sid: str, now: int) -> bool:
        return False

    async def end_all(self, sub: str, now: int, keep: str = "") -> Sequence[str]:
        return ()

    async def list(self, sub: str, now: int) -> Sequence[SessionRecord]:
        return ()

    async def erase(self, sub: str) -> Sequence[str]:
        return ()

    async def purge(self, before: int) -> None: ...
    def within(self, connection: Connection) -> SessionStore:
        return SqlSessionStore(connection)

    async def bury(self, sub: str, sids: Sequence[str]) -> None: ...


async def hosts(engine: AsyncEngine, connection: AsyncConnection, session: AsyncSession) -> None:
    """Everything that `within` takes, and a store and a driver that nobody here wrote."""
    for host in (engine, connection, session):
        await sessions.within(SqlalchemyConnection(host)).open("ana", device=Device("laptop"))
    assert_type(session_table(MetaData()), Table)
    assert_type(sessions.within(Driver()), Sessions)
    mine = Sessions(Kept(), sessions.tokens, Lifetimes(access=60), clock=microseconds, new_id=lambda: "x")
    assert_type(mine.lifetimes, Lifetimes)
    assert_type(await added(Kept(), "ana"), SessionState)
    assert_type(new_record(), SessionRecord)


def answers(request: dict[str, Any], framework: App, message: Message, keys: Iterable[Key]) -> None:
    """What a framework's own handlers use."""
    assert_type(current_session(request), SessionState)
    answer = assert_type(refusal(StoreUnavailable("away"), problems="/help"), Refusal)
    assert_type((answer.content, answer.status_code, answer.headers), tuple[bytes, int, dict[str, str]])
    assert_type(Protect(framework, guard), Protect)
    assert_type(sessions.claims(""), Claims)
    assert_type(TokenReused("ana", "x").sid, str)
    ended: RevocableError = SessionEnded("over")
    assert [ended, message, *keys]


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
