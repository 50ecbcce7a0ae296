"""The feed of ended sessions: nothing is missed, it is resumed, and who follows it refuses what has ended."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import asyncpg
import jwt as pyjwt
import pytest

from revocable import (
    KeyRing,
    Lifetimes,
    OfflineVerifier,
    SessionEnded,
    Sessions,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    Tokens,
    UnknownKey,
)
from revocable.ended import SCHEMA as LOG_SCHEMA
from revocable.ended import EndedLog
from revocable.es256 import PrivateKey, from_jwks
from revocable.feed import SESSION_REVOKED, Feed, FeedEvent
from revocable.sql import SCHEMA, AsyncpgConnection, SqliteConnection, SqlSessionStore
from revocable.testing import FakeClock
from tests.servers import Postgres

RING = KeyRing.of(PrivateKey.from_secret(b"a" * 32))
SECOND = 1_000_000


class Told:
    """A database with sessions, its log, and the feed of it."""

    def __init__(self, connection: SqliteConnection | AsyncpgConnection, engine: str, clock: FakeClock) -> None:
        self.tokens = Tokens(RING, KeyRing(b"r" * 32))
        self.clock = clock
        self.sessions = Sessions(SqlSessionStore(connection), self.tokens, Lifetimes(access=900), clock=clock)
        self.log = EndedLog(connection, engine, 900)
        self.feed = Feed(self.log, self.tokens, clock)

    def verifier(self) -> OfflineVerifier:
        return OfflineVerifier(from_jwks(RING.jwks()), issuer="revocable", audience="app", clock=self.clock)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The file of a SQLite database, or the address of a new one of PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "told.db")
    server: Postgres = request.getfixturevalue("postgres_server")
    return asyncio.run(server.new_database())


@pytest.fixture
async def told(database: str, clock: FakeClock) -> AsyncIterator[Told]:
    if "://" not in database:
        connection = sqlite3.connect(database, isolation_level=None)
        connection.executescript(SCHEMA + LOG_SCHEMA["sqlite"])
        yield Told(SqliteConnection(connection), "sqlite", clock)
        connection.close()
        return
    async with asyncpg.create_pool(database, min_size=1, max_size=4) as pool:
        await pool.execute(SCHEMA + LOG_SCHEMA["postgres"])
        yield Told(AsyncpgConnection(pool), "postgres", clock)


async def take(events: AsyncGenerator[FeedEvent, None], count: int) -> list[FeedEvent]:
    async with asyncio.timeout(10):
        return [await anext(events) for _ in range(count)]


async def until_current(events: AsyncGenerator[FeedEvent, None]) -> list[FeedEvent]:
    found: list[FeedEvent] = []
    async with asyncio.timeout(10):
        async for event in events:
            found.append(event)
            if event.kind == "current":
                break
    return found


def sids(events: list[FeedEvent]) -> list[str]:
    """The sessions that events tell of, by PyJWT, which nobody here wrote."""
    found: list[str] = []
    for event in events:
        key = next(key for key in pyjwt.PyJWKSet.from_dict(RING.jwks()).keys)
        said = pyjwt.decode(event.token, key.key, ["ES256"], options={"verify_iat": False}, audience="app/revocations")
        if SESSION_REVOKED in said["events"]:
            found.append(said["sub_id"]["session"]["id"])
    return found


async def test_every_way_to_end_a_session_is_told(told: Told):
    user, other = secrets.token_hex(4), secrets.token_hex(4)
    pairs = [await told.sessions.open(user) for _ in range(4)]
    kept = await told.sessions.open(other)
    events = told.feed.follow(None)
    assert [event.kind for event in await take(events, 2)] == ["start", "current"]
    await told.sessions.end(user, pairs[0].session_id)
    await told.sessions.end_others(user, pairs[1].session_id)
    await told.sessions.store.erase(user)
    found = sids(await take(events, 4))
    assert sorted(found) == sorted(pair.session_id for pair in pairs)
    assert kept.session_id not in found
    await events.aclose()


async def test_a_refresh_and_a_second_end_are_not_told(told: Told):
    pair = await told.sessions.open("42")
    await told.sessions.refresh(pair.refresh_token)
    events = told.feed.follow(None)
    await take(events, 2)
    await told.sessions.end("42", pair.session_id)
    await told.sessions.end("42", pair.session_id)
    assert sids([event for event in await until_current(events) if event.kind != "current"]) == [pair.session_id]
    await events.aclose()


async def test_what_ended_meanwhile_is_told_at_the_place_where_it_broke_off(told: Told):
    pairs = [await told.sessions.open("42") for _ in range(3)]
    events = told.feed.follow(None)
    place = (await take(events, 2))[-1].place
    await events.aclose()
    for pair in pairs:
        await told.sessions.end("42", pair.session_id)
    resumed = told.feed.follow(place)
    first, *rest = await take(resumed, 4)
    assert first.kind == "current"
    assert sids(rest) == [pair.session_id for pair in pairs]
    await resumed.aclose()
    again = told.feed.follow(rest[0].place)
    found = sids(await until_current(again)) + sids(await until_current(again))
    assert {pair.session_id for pair in pairs[1:]} <= set(found)
    await again.aclose()


@pytest.mark.parametrize("place", ["999999999999", "", "x", "-1", "1" * 30, "٣"])
async def test_an_unknown_place_begins_from_scratch(told: Told, place: str):
    pair = await told.sessions.open("42")
    await told.sessions.end("42", pair.session_id)
    events = told.feed.follow(place)
    found = await until_current(events)
    assert [event.kind for event in found] == ["start", "ended", "current"]
    assert sids(found) == [pair.session_id]
    await events.aclose()


async def test_only_what_may_be_alive_elsewhere_is_told_from_scratch_and_kept(told: Told):
    old, _ = await told.sessions.open("42"), await told.sessions.open("42")
    await told.sessions.end("42", old.session_id)
    script = await told.sessions.open("42", kind="token")
    await told.sessions.end("42", script.session_id)
    told.clock.advance(901)
    assert [line.sid for line in await told.log.mattering(told.clock())] == [script.session_id]
    told.clock.advance(3600)
    await told.log.purge(told.clock())
    assert [line.sid for line in (await told.log.since(0))[0]] == [script.session_id]
    told.clock.advance(31 * 86400)
    await told.log.purge(told.clock())
    assert (await told.log.since(0))[0] == []
    place = str(await told.log.place())
    events = told.feed.follow(place)
    assert [event.kind for event in await take(events, 1)] == ["current"], "a place stays known when its lines are gone"
    await events.aclose()


async def test_a_thousand_ends_in_one_transaction_are_all_told(told: Told):
    pairs = [await told.sessions.open("42") for _ in range(1_100)]
    place = await told.log.place()
    await told.sessions.end_all("42")
    lines, _ = await told.log.since(place)
    assert {line.sid for line in lines} >= {pair.session_id for pair in pairs}


async def test_an_end_that_commits_late_is_not_missed(postgres_server: Postgres, clock: FakeClock):
    """On PostgreSQL a line may be written before another, and be committed after it."""
    url = await postgres_server.new_database()
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        await pool.execute(SCHEMA + LOG_SCHEMA["postgres"])
        told = Told(AsyncpgConnection(pool), "postgres", clock)
        late, early = await told.sessions.open("42"), await told.sessions.open("43")
        events = told.feed.follow(None)
        await take(events, 2)
        async with pool.acquire() as slow:
            transaction = slow.transaction()
            await transaction.start()
            within = told.sessions.within(AsyncpgConnection(slow))
            await within.end("42", late.session_id)
            await told.sessions.end("43", early.session_id)
            (first,) = await take(events, 1)
            assert sids([first]) == [early.session_id], "it does not wait for the transaction of another"
            await transaction.commit()
        (second,) = await take(events, 1)
        assert sids([second]) == [late.session_id]
        await events.aclose()
        resumed = told.feed.follow(first.place)
        found = sids(await until_current(resumed)) + sids(await until_current(resumed))
        assert late.session_id in found, "the place that was given out with the first does not skip it"
        await resumed.aclose()


async def test_who_verifies_offline_refuses_what_has_ended(told: Told):
    pair, other = await told.sessions.open("42"), await told.sessions.open("42")
    verifier = told.verifier()
    with pytest.raises(StoreUnavailable):
        verifier.verify(pair.access_token)
    events = told.feed.follow(None)

    async def lines(count: int) -> AsyncIterator[str]:
        for event in await take(events, count):
            for line in event.sse().decode().splitlines():
                yield line

    await verifier.follow(lines(2))
    assert verifier.verify(pair.access_token).sid == pair.session_id
    await told.sessions.end("42", pair.session_id)
    await verifier.follow(lines(1))
    with pytest.raises(SessionEnded):
        verifier.verify(pair.access_token)
    assert verifier.verify(other.access_token).sid == other.session_id
    assert verifier.place is not None
    told.clock.advance(11)
    with pytest.raises(StoreUnavailable):
        verifier.verify(other.access_token)
    with pytest.raises(SessionEnded):
        verifier.verify(pair.access_token)
    await verifier.follow(lines(1))
    assert verifier.verify(other.access_token)
    told.clock.advance(900)
    with pytest.raises(TokenExpired):
        verifier.verify(other.access_token)
    await events.aclose()


async def test_an_event_that_is_not_the_services_changes_nothing(told: Told):
    pair = await told.sessions.open("42")
    events = told.feed.follow(None)
    start, current = await take(events, 2)
    await told.sessions.end("42", pair.session_id)
    (ended,) = await take(events, 1)
    await events.aclose()
    verifier = told.verifier()
    verifier.take(current.token)
    head, payload, signature = ended.token.split(".")
    stranger = Told(SqliteConnection(sqlite3.connect(":memory:")), "sqlite", told.clock)
    stranger.tokens.replace(KeyRing.of(PrivateKey.from_secret(b"s" * 32)), KeyRing(b"r" * 32))
    forged = stranger.feed._control("current", 1).token
    other = Feed(told.log, Tokens(RING, KeyRing(b"r" * 32), audience="other"), told.clock)._control("current", 1).token
    for wrong in (
        *[f"{head}.{current.token.split('.')[1]}.{signature}", f"{head}.{payload}.", "x", pair.access_token, other],
        *[pair.refresh_token, json.dumps({"events": {}})],
    ):
        with pytest.raises(TokenInvalid):
            verifier.take(wrong)
    with pytest.raises(UnknownKey):
        verifier.take(forged)
    assert verifier.verify(pair.access_token), "none of them was taken"
    assert verifier.place == current.place
    with pytest.raises(TokenInvalid):
        told.tokens.read("access", current.token, told.clock() // SECOND)
    assert start.kind == "start"


async def test_with_hs256_services_verify_with_the_secret(told: Told):
    told.tokens.replace(KeyRing(b"h" * 32), KeyRing(b"r" * 32))
    pair = await told.sessions.open("42")
    verifier = OfflineVerifier(KeyRing(b"h" * 32), issuer="revocable", audience="app", clock=told.clock)
    events = told.feed.follow(None)
    for event in await take(events, 2):
        verifier.take(event.token)
    assert verifier.verify(pair.access_token)
    await events.aclose()
