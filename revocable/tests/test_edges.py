"""What `make mutate` found no other test to notice: words, instants between two seconds, and what is handed on."""

from __future__ import annotations

import base64
import hmac
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from revocable import (
    Claims,
    KeyRing,
    Lifetimes,
    SessionEnded,
    Sessions,
    SessionState,
    StoreUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenReused,
    Tokens,
    WeakKey,
    microseconds,
)
from revocable.sql import SqliteConnection, SqlSessionStore
from revocable.testing import SECOND, START, FakeClock

ACCESS, REFRESH = b"a" * 32, b"r" * 32
NOW = START // SECOND


@pytest.fixture
def other_connection(sqlite_connection: sqlite3.Connection, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A second connection to the file of `sqlite_connection`."""
    connection = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def sessions(sqlite_truth: SqlSessionStore, sessions_of: Callable[..., Sessions]) -> Sessions:
    return sessions_of(sqlite_truth)


class Listening(SqlSessionStore):
    """The SQL store, which remembers what an index would be asked and told."""

    __slots__ = ("buried", "seen_from")

    def __init__(self, connection: SqliteConnection) -> None:
        super().__init__(connection)
        self.buried: list[tuple[str, Sequence[str]]] = []
        self.seen_from: list[int] = []

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:
        self.seen_from.append(gen)
        return await super().find(sub, sid, gen)

    async def bury(self, sub: str, sids: Sequence[str]) -> None:
        self.buried.append((sub, sids))


class Behind(SqlSessionStore):
    """Somebody else was faster each time, and is not to be seen yet."""

    async def rotate(self, *_: object, **__: object) -> None:
        return None


class Unmarked(SqlSessionStore):
    """It cannot note that a token was seen."""

    async def seen(self, *_: object) -> None:
        raise StoreUnavailable("away")


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_clock_of_the_library_is_in_whole_microseconds():
    before, now, after = time.time_ns() // 1000, microseconds(), time.time_ns() // 1000
    assert type(now) is int
    assert before <= now <= after


async def test_between_two_seconds_everything_in_a_token_is_a_whole_second(
    sessions: Sessions, clock: FakeClock, user: str
):
    clock.advance(0.75)
    pair = await sessions.open(user)
    issued = await sessions.issue(user, life=60, scopes="read")
    for token in (pair.access_token, pair.refresh_token, issued.access_token):
        told = payload(token)
        assert (type(told["iat"]), type(told["exp"])) == (int, int)
    assert (payload(issued.access_token)["iat"], payload(issued.access_token)["exp"]) == (NOW, NOW + 60)
    state = next(record.state for record in await sessions.list(user) if record.state.sid == issued.session_id)
    assert state.expires_at == state.idle_expires_at == (NOW + 60) * SECOND
    assert state.used is False


async def test_a_session_is_asked_for_by_the_generation_of_the_token(
    sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions], user: str
):
    store = Listening(SqliteConnection(sqlite_connection))
    sessions = sessions_of(store)
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await sessions.authenticate(first.access_token)
    await sessions.authenticate(second.access_token)
    assert store.seen_from == [0, 1]


async def test_a_request_within_a_transaction_sees_what_that_has_done(
    sessions: Sessions, other_connection: sqlite3.Connection, user: str
):
    pair = await sessions.open(user)
    await sessions.authenticate(pair.access_token)
    await sessions.settle()
    other_connection.execute("BEGIN IMMEDIATE")
    host = SqliteConnection(other_connection)
    await sessions.within(host).end(user, pair.session_id)
    with pytest.raises(SessionEnded, match=r"^the session has ended$"):
        await sessions.authenticate(pair.access_token, host)
    assert (await sessions.authenticate(pair.access_token)).sid == pair.session_id
    other_connection.execute("ROLLBACK")


async def test_sessions_within_a_transaction_are_made_as_those_outside(
    sqlite_truth: SqlSessionStore, sqlite_connection: sqlite3.Connection, user: str
):
    lifetimes, ids = Lifetimes(access=60, idle=120, absolute=180), iter(["one", "two"])
    outside = Sessions(
        sqlite_truth,
        Tokens(KeyRing(ACCESS), KeyRing(REFRESH)),
        lifetimes,
        clock=FakeClock(START - SECOND),
        new_id=lambda: next(ids),
    )
    pair = await outside.within(SqliteConnection(sqlite_connection)).open(user)
    assert (pair.session_id, pair.expires_in, pair.refresh_expires_in) == ("one", 60, 120)
    assert payload(pair.access_token)["iat"] == NOW - 1


async def test_an_index_is_told_whose_sessions_ended(
    sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions]
):
    store = Listening(SqliteConnection(sqlite_connection))
    sessions = sessions_of(store)
    await sessions.announce("ana", [])
    assert store.buried == []
    await sessions.announce("ana", ["laptop", "phone"])
    assert store.buried == [("ana", ["laptop", "phone"])]


async def test_a_host_may_end_the_session_of_a_stolen_token_itself(sessions: Sessions, clock: FakeClock, user: str):
    told: list[tuple[str, str]] = []

    async def end_reused(sub: str, sid: str) -> None:
        told.append((sub, sid))

    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await sessions.authenticate(second.access_token)
    await sessions.settle()
    clock.advance(11)
    with pytest.raises(TokenReused):
        await sessions.refresh(first.refresh_token, end_reused=end_reused)
    assert told == [(user, first.session_id)]
    assert len(await sessions.list(user)) == 1  # the host has not ended it here
    with pytest.raises(TokenReused):
        await sessions.refresh(first.refresh_token)
    assert await sessions.list(user) == []
    assert told == [(user, first.session_id)]


async def test_a_session_that_moves_while_it_is_read_is_asked_for_again(
    sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions], user: str
):
    sessions = sessions_of(Behind(SqliteConnection(sqlite_connection)))
    pair = await sessions.open(user)
    with pytest.raises(StoreUnavailable, match=r"^the session moved on while it was read$") as caught:
        await sessions.refresh(pair.refresh_token)
    assert caught.value.retry_after == 1


async def test_the_first_use_of_each_session_is_noted_each_by_itself(sessions: Sessions, user: str):
    pairs = [await sessions.open(user) for _ in range(3)]
    for pair in pairs:
        await sessions.authenticate(pair.access_token)
    await sessions.settle()
    assert [record.state.used for record in await sessions.list(user)] == [True, True, True]


async def test_a_use_is_noted_again_after_more_than_a_minute(sessions: Sessions, clock: FakeClock, user: str):
    pair = await sessions.open(user)

    async def last_seen(after: float) -> int:
        clock.advance(after)
        await sessions.authenticate(pair.access_token)
        await sessions.settle()
        return (await sessions.list(user))[0].state.last_seen_at - START

    assert await last_seen(1) == 1 * SECOND
    assert await last_seen(60) == 1 * SECOND
    assert await last_seen(0.000_001) == 61 * SECOND + 1


async def test_a_use_that_cannot_be_noted_disturbs_nobody(
    sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions], user: str
):
    sessions = sessions_of(Unmarked(SqliteConnection(sqlite_connection)))
    pair = await sessions.open(user)
    assert (await sessions.authenticate(pair.access_token)).used is False
    await sessions.settle()
    assert (await sessions.authenticate(pair.access_token)).used is False


async def test_what_is_said_of_a_session(sessions: Sessions, clock: FakeClock, user: str):
    """People read it: it is the `detail` of a refusal."""
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    clock.advance(10)
    with pytest.raises(TokenExpired, match=r"^a newer token was given out$"):
        await sessions.authenticate(first.access_token)
    await sessions.end(user, first.session_id)
    for attempt in (sessions.authenticate(second.access_token), sessions.refresh(second.refresh_token)):
        with pytest.raises(SessionEnded, match=r"^the session has ended$"):
            await attempt


def reader() -> Tokens:
    """Another process with the same keys: it has verified nothing yet."""
    return Tokens(KeyRing(ACCESS), KeyRing(REFRESH), issuer="here", audience="todo")


def signed(header: object, members: object) -> str:
    """A token with the access key of any header and claims; what is already text stays as it is."""
    texts = (part if isinstance(part, str) else json.dumps(part) for part in (header, members))
    start = ".".join(base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in texts)
    mac = hmac.digest(ACCESS, start.encode(), "sha256")
    return f"{start}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


KID = KeyRing(ACCESS).current.kid
MEMBERS = {"iss": "here", "aud": "todo", "sub": "42", "sid": "s", "gen": 0, "jti": "j", "iat": NOW, "exp": NOW + 9}
HEADER = {"alg": "HS256", "kid": KID, "typ": "at+jwt"}
REFRESH_TOKEN = reader().sign_refresh(Claims("42", "s", 0, "j", NOW, NOW + 9), reader().refresh_kid)


@pytest.mark.parametrize("scope", ["", "read write", 'read "quoted"'])
def test_another_process_reads_every_claim(scope: str):
    claims = Claims("42", "session-1", 3, "jti-1", NOW, NOW + 900, scope)
    access = reader().sign_access(claims)
    assert reader().read("access", access, NOW) == claims
    assert payload(access).get("scope", "") == scope
    assert reader().read("refresh", reader().sign_refresh(claims, reader().refresh_kid), NOW) == claims


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"iss": "elsewhere"}, "made by or for somebody else"),
        ({"aud": "other"}, "made by or for somebody else"),
        ({"sub": ""}, "a claim is missing or is no text"),
        ({"jti": 1}, "a claim is missing or is no text"),
        ({"gen": "0"}, "a claim is missing or is no whole number"),
        ({"exp": 1.5}, "a claim is missing or is no whole number"),
        ({"gen": -1}, "a claim has an impossible value"),
        ({"scope": 1}, "a claim has an impossible value"),
        ({"iat": NOW + 61}, "made in the future"),
    ],
)
def test_what_is_said_of_a_claim(wrong: dict[str, Any], said: str):
    token = signed(HEADER, MEMBERS | wrong)
    with pytest.raises(TokenInvalid, match=f"^{said}$"):
        reader().read("access", token, NOW)


def test_what_is_said_of_a_token_that_is_over():
    with pytest.raises(TokenExpired, match=r"^the token has expired$"):
        reader().read("access", signed(HEADER, MEMBERS), NOW + 9)


def test_what_is_said_of_a_weak_key():
    with pytest.raises(WeakKey, match=r"^a signing secret needs at least 32 bytes, this one has 31$"):
        KeyRing(b"a" * 31)


def test_the_members_of_a_header_may_stand_in_any_order():
    token = signed({"typ": "at+jwt", "kid": KID, "alg": "HS256"}, MEMBERS)
    assert reader().read("access", token, NOW) == Claims("42", "s", 0, "j", NOW, NOW + 9)


def test_a_token_of_exactly_8_kib_is_read():
    short = len(signed(HEADER, json.dumps(MEMBERS)))
    longest = json.dumps(MEMBERS) + " " * ((8192 - short) * 3 // 4)
    while len(signed(HEADER, longest)) < 8192:
        longest += " "
    assert len(signed(HEADER, longest)) == 8192
    assert reader().read("access", signed(HEADER, longest), NOW).sub == "42"
    with pytest.raises(TokenInvalid):
        reader().read("access", signed(HEADER, longest + " "), NOW)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("x", "not a token"),
        ("a.b", "not a token"),
        (signed(HEADER, "x"), "not JSON"),
        (signed(HEADER, []), "not a JSON object"),
        (signed('{"alg": "HS256", "alg": "HS256"}', MEMBERS), "not JSON"),
        (signed(HEADER | {"typ": "jwt"}, MEMBERS), "the header is not one of ours"),
        (signed(HEADER, MEMBERS)[:-1] + "~", "not base64url"),
        (signed(HEADER, MEMBERS)[:-43] + "A" * 42 + "B", "not canonical base64url"),
        (signed(HEADER, MEMBERS)[:-2], "not base64url"),
        (signed(HEADER, MEMBERS)[:-43] + "A" * 43, "the signature does not match"),
        (REFRESH_TOKEN, "not a token for access"),
    ],
    ids=[
        "a letter",
        "two parts",
        "no JSON",
        "a list",
        "twins",
        "another type",
        "no base64",
        "stray bits",
        "cut",
        "forged",
        "of the other kind",
    ],
)
def test_what_is_said_of_a_token(token: str, said: str):
    with pytest.raises(TokenInvalid, match=f"^(?:{said})$"):
        reader().read("access", token, NOW)
