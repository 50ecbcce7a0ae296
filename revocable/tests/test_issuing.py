"""Sessions of programs that cannot refresh: one access token that lives as long as its session."""

from __future__ import annotations

import sqlite3

import pytest

from revocable import Device, KeyRing, SessionEnded, Sessions, TokenExpired, TokenInvalid, Tokens
from revocable.sql import SCHEMA, SqliteConnection, SqlSessionStore
from revocable.testing import FakeClock

DAY = 24 * 3600


async def test_it_is_alive_until_its_life_is_over_and_not_a_second_longer(
    sessions: Sessions, clock: FakeClock, user: str
):
    made = await sessions.issue(user, life=90 * DAY, scopes="read write", device=Device("backup"))
    claims = sessions.claims(made.access_token)
    assert (made.expires_in, claims.exp - claims.iat, claims.gen, claims.scope) == (90 * DAY, 90 * DAY, 0, "read write")
    [record] = await sessions.list(user)
    assert (record.state.kind, record.state.scopes, record.device.device) == ("token", "read write", "backup")
    assert record.state.expires_at // 1_000_000 == claims.exp
    for _ in range(89):  # longer than a session that nobody refreshes, or any other, may live
        clock.advance(DAY)
        assert (await sessions.authenticate(made.access_token)).scopes == "read write"
    clock.advance(DAY - 1)
    await sessions.authenticate(made.access_token)
    clock.advance(1)
    with pytest.raises(TokenExpired):
        await sessions.authenticate(made.access_token)
    assert await sessions.list(user) == []


async def test_being_used_shows_when_it_was_seen_last(sessions: Sessions, clock: FakeClock, user: str):
    made = await sessions.issue(user, life=DAY, scopes="read")
    for _ in range(2):
        clock.advance(3600)
        await sessions.authenticate(made.access_token)
        await sessions.settle()
        assert (await sessions.list(user))[0].state.last_seen_at == clock()


async def test_it_is_no_refresh_token(sessions: Sessions, user: str):
    made = await sessions.issue(user, life=DAY, scopes="read")
    with pytest.raises(TokenInvalid):
        await sessions.refresh(made.access_token)


@pytest.mark.parametrize("how", ["end", "end_others", "end_all", "its own token"])
async def test_it_is_ended_like_any_other(sessions: Sessions, user: str, how: str):
    other = await sessions.open(user)
    made = await sessions.issue(user, life=DAY, scopes="read")
    if how == "end":
        await sessions.end(user, made.session_id)
    elif how == "end_others":
        await sessions.end_others(user, other.session_id)
    elif how == "end_all":
        await sessions.end_all(user)
    else:
        await sessions.end_by_token(made.access_token)
    with pytest.raises(SessionEnded):
        await sessions.authenticate(made.access_token)


async def test_long_after_its_end_it_is_still_dead(sessions: Sessions, clock: FakeClock, user: str):
    made = await sessions.issue(user, life=300 * DAY, scopes="read")
    await sessions.end(user, made.session_id)
    for _ in range(3):
        clock.advance(90 * DAY)
        with pytest.raises(SessionEnded):
            await sessions.authenticate(made.access_token)


async def test_within_a_transaction_it_is_there_with_its_commit():
    path = "file:issuing?mode=memory&cache=shared"
    keep, connection = (sqlite3.connect(path, uri=True, isolation_level=None) for _ in range(2))
    connection.executescript(SCHEMA)
    rings = KeyRing(b"a" * 16 + b"Xc5Vb8Nm1Kj6Gf3D"), KeyRing(b"b" * 16 + b"Ty5Ru8Io2Pa6Sd9F")
    sessions = Sessions(SqlSessionStore(SqliteConnection(connection)), Tokens(*rings))
    connection.execute("BEGIN")
    made = await sessions.within(SqliteConnection(connection)).issue("ana", life=60, scopes="read")
    connection.execute("ROLLBACK")
    with pytest.raises(SessionEnded):
        await sessions.authenticate(made.access_token)
    keep.close()
    connection.close()


async def test_a_session_without_scopes_says_nothing_of_them(sessions: Sessions, user: str):
    pair = await sessions.open(user)
    assert sessions.claims(pair.access_token).scope == ""
    limited = await sessions.open(user, scopes='odd " one')
    assert sessions.claims((await sessions.refresh(limited.refresh_token)).access_token).scope == 'odd " one'
