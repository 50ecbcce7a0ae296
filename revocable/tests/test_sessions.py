"""The rules of sessions: rotation, grace, reuse, lives, ends. Each on every store, with a clock that stands still."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from revocable import (
    Device,
    KeyRing,
    Lifetimes,
    RevocableError,
    SessionEnded,
    Sessions,
    SessionStore,
    TokenExpired,
    TokenInvalid,
    TokenPair,
    TokenReused,
    Tokens,
)
from revocable.sql import SqlSessionStore
from revocable.testing import FakeClock

DAY = 24 * 3600


async def is_refused(sessions: Sessions, pair: TokenPair, error: type[RevocableError] = SessionEnded) -> None:
    """Both tokens of the pair are refused, the access token with `error`."""
    with pytest.raises(error):
        await sessions.authenticate(pair.access_token)
    with pytest.raises(RevocableError):
        await sessions.refresh(pair.refresh_token)


async def used(sessions: Sessions, pair: TokenPair) -> None:
    """The access token was seen, and that is stored."""
    await sessions.authenticate(pair.access_token)
    await sessions.settle()


async def test_a_new_session_lets_its_user_in(sessions: Sessions, user: str):
    pair = await sessions.open(user, kind="cli", scopes="read", device=Device("laptop", "agent", "192.0.2.7"))
    state = await sessions.authenticate(pair.access_token)
    assert (state.sub, state.sid, state.gen, state.kind, state.scopes) == (user, pair.session_id, 0, "cli", "read")
    assert (pair.expires_in, pair.refresh_expires_in, pair.gen) == (15 * 60, 7 * DAY, 0)
    [record] = await sessions.list(user)
    assert record.device == Device("laptop", "agent", "192.0.2.7")


async def test_two_logins_never_share_a_session(sessions: Sessions, user: str):
    one, two = await sessions.open(user), await sessions.open(user)
    assert one.session_id != two.session_id
    assert one.access_token != two.access_token


async def test_a_refresh_gives_the_next_pair(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    clock.advance(60)
    second = await sessions.refresh(first.refresh_token)
    assert (second.gen, second.session_id) == (1, first.session_id)
    assert (await sessions.authenticate(second.access_token)).gen == 1
    assert (await sessions.refresh(second.refresh_token)).gen == 2


async def test_a_lost_answer_can_be_asked_for_again(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    clock.advance(9)
    again = await sessions.refresh(first.refresh_token)
    assert again.refresh_token == second.refresh_token
    assert again.access_token != second.access_token
    assert again.gen == 1
    await sessions.authenticate(again.access_token)
    await sessions.authenticate(second.access_token)


async def test_within_the_grace_the_successor_may_even_be_in_use(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await used(sessions, second)
    clock.advance(9.999)
    assert (await sessions.refresh(first.refresh_token)).refresh_token == second.refresh_token


async def test_after_the_grace_an_unused_successor_is_given_again(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    clock.advance(3 * DAY)
    again = await sessions.refresh(first.refresh_token)
    assert again.refresh_token == second.refresh_token
    assert again.refresh_expires_in == 4 * DAY
    assert (await sessions.refresh(second.refresh_token)).gen == 2


async def test_after_the_grace_a_used_successor_makes_it_a_theft(sessions: Sessions, clock: FakeClock, user: str):
    first, other = await sessions.open(user), await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await used(sessions, second)
    clock.advance(10)
    with pytest.raises(TokenReused) as reused:
        await sessions.refresh(first.refresh_token)
    assert (reused.value.sub, reused.value.sid) == (user, first.session_id)
    await is_refused(sessions, second)
    await sessions.authenticate(other.access_token)


async def test_a_token_two_generations_old_ends_the_session_however_young(sessions: Sessions, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    third = await sessions.refresh(second.refresh_token)
    with pytest.raises(TokenReused):
        await sessions.refresh(first.refresh_token)
    await is_refused(sessions, third)
    with pytest.raises(SessionEnded) as again:
        await sessions.refresh(first.refresh_token)
    assert not isinstance(again.value, TokenReused), "one theft is told once"


async def test_the_previous_access_token_lives_for_the_grace(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    await used(sessions, first)
    second = await sessions.refresh(first.refresh_token)
    clock.advance(9.999)
    await sessions.authenticate(first.access_token)
    clock.advance(0.001)
    with pytest.raises(TokenExpired):
        await sessions.authenticate(first.access_token)
    await sessions.authenticate(second.access_token)


async def test_an_access_token_of_two_generations_ago_is_expired_at_once(sessions: Sessions, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await sessions.refresh(second.refresh_token)
    with pytest.raises(TokenExpired):
        await sessions.authenticate(first.access_token)


async def test_an_old_access_token_does_not_mark_the_successor_as_used(sessions: Sessions, clock: FakeClock, user: str):
    first = await sessions.open(user)
    second = await sessions.refresh(first.refresh_token)
    await used(sessions, first)
    clock.advance(60)
    assert (await sessions.refresh(first.refresh_token)).refresh_token == second.refresh_token


async def test_tokens_newer_than_a_restored_row_are_refused_without_an_alarm(
    sqlite_truth: SqlSessionStore, sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions]
):
    sessions = sessions_of(sqlite_truth)
    first = await sessions.open("ana")
    second = await sessions.refresh(first.refresh_token)
    third = await sessions.refresh(second.refresh_token)
    sqlite_connection.execute("UPDATE session SET gen = 0, used = 0")
    for pair in (second, third):
        with pytest.raises(SessionEnded):
            await sessions.authenticate(pair.access_token)
        with pytest.raises(SessionEnded) as refused:
            await sessions.refresh(pair.refresh_token)
        assert not isinstance(refused.value, TokenReused)
    await sessions.authenticate(first.access_token)


async def test_access_tokens_live_for_fifteen_minutes(sessions: Sessions, clock: FakeClock, user: str):
    pair = await sessions.open(user)
    clock.advance(15 * 60 - 1)
    await sessions.authenticate(pair.access_token)
    clock.advance(1)
    with pytest.raises(TokenExpired):
        await sessions.authenticate(pair.access_token)
    await sessions.refresh(pair.refresh_token)


async def test_a_session_nobody_refreshes_ends_after_its_idle_life(sessions: Sessions, clock: FakeClock, user: str):
    pair = await sessions.open(user)
    clock.advance(7 * DAY - 1)
    pair = await sessions.refresh(pair.refresh_token)
    clock.advance(7 * DAY)
    assert await sessions.list(user) == []
    with pytest.raises(TokenExpired):
        await sessions.refresh(pair.refresh_token)


async def test_refreshing_never_moves_the_absolute_end(sessions: Sessions, clock: FakeClock, user: str):
    pair = await sessions.open(user)
    for _ in range(5):
        clock.advance(6 * DAY - 60)
        pair = await sessions.refresh(pair.refresh_token)
    assert pair.refresh_expires_in == pair.expires_in == 5 * 60
    clock.advance(5 * 60)
    await is_refused(sessions, pair, TokenExpired)
    assert await sessions.list(user) == []


async def test_a_shorter_life_in_the_row_beats_the_token(
    store: SessionStore, sessions_of: Callable[..., Sessions], clock: FakeClock, user: str
):
    sessions = sessions_of(store, Lifetimes(access=900, idle=100))
    pair = await sessions.open(user)
    clock.advance(99)
    await sessions.authenticate(pair.access_token)
    clock.advance(1)
    await is_refused(sessions, pair)


async def test_a_clock_five_seconds_behind_on_another_machine_harms_nobody(
    sessions: Sessions, clock: FakeClock, user: str
):
    first = await sessions.open(user)
    clock.advance(-5)
    second = await sessions.refresh(first.refresh_token)
    await sessions.authenticate(first.access_token)
    assert (await sessions.authenticate(second.access_token)).gen == 1
    assert (await sessions.refresh(first.refresh_token)).refresh_token == second.refresh_token
    assert second.expires_in > 0


async def test_an_ended_session_refuses_both_its_tokens_and_other_devices_stay(sessions: Sessions, user: str):
    laptop, phone = await sessions.open(user), await sessions.open(user)
    await sessions.authenticate(laptop.access_token)
    assert await sessions.end(user, laptop.session_id) is True
    await is_refused(sessions, laptop)
    assert await sessions.end(user, laptop.session_id) is False
    await sessions.authenticate(phone.access_token)
    assert [record.state.sid for record in await sessions.list(user)] == [phone.session_id]


async def test_ending_the_others_keeps_one(sessions: Sessions, user: str):
    pairs = [await sessions.open(user) for _ in range(4)]
    for pair in pairs:
        await sessions.authenticate(pair.access_token)
    ended = await sessions.end_others(user, pairs[0].session_id)
    assert sorted(ended) == sorted(pair.session_id for pair in pairs[1:])
    await sessions.authenticate(pairs[0].access_token)
    for pair in pairs[1:]:
        await is_refused(sessions, pair)
    await sessions.end_all(user)
    await is_refused(sessions, pairs[0])


async def test_nobody_ends_somebody_elses_session(sessions: Sessions, user: str):
    pair = await sessions.open(user)
    assert await sessions.end("mallory", pair.session_id) is False
    await sessions.authenticate(pair.access_token)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_any_good_token_ends_its_session_even_twice(sessions: Sessions, clock: FakeClock, user: str, kind: str):
    pair = await sessions.open(user)
    token = getattr(pair, kind)
    for _ in range(2):
        assert await sessions.end_by_token(token) == (user, pair.session_id)
        await is_refused(sessions, pair)
    clock.advance(7 * DAY)
    with pytest.raises(TokenExpired):
        await sessions.end_by_token(token)
    with pytest.raises(TokenInvalid):
        await sessions.end_by_token(token[:-2])


async def test_a_hundred_refreshes_at_once_get_the_same_successor(
    store: SessionStore, sessions_of: Callable[..., Sessions], user: str
):
    processes = [sessions_of(store), sessions_of(store)]
    first = await processes[0].open(user)
    pairs = await asyncio.gather(*(processes[n % 2].refresh(first.refresh_token) for n in range(100)))
    assert len({pair.refresh_token for pair in pairs}) == 1
    assert {pair.gen for pair in pairs} == {1}
    for pair in pairs:
        await processes[1].authenticate(pair.access_token)
    assert (await processes[0].refresh(pairs[0].refresh_token)).gen == 2


async def test_a_logout_beats_a_refresh_at_the_same_time(sessions: Sessions, user: str):
    for round_ in range(100):
        pair = await sessions.open(user)
        work = [sessions.refresh(pair.refresh_token), sessions.end(user, pair.session_id)]
        work += [sessions.authenticate(pair.access_token)]
        results = await asyncio.gather(*(work if round_ % 2 else reversed(work)), return_exceptions=True)
        await is_refused(sessions, pair)
        for new in (result for result in results if isinstance(result, TokenPair)):
            await is_refused(sessions, new)


async def test_a_key_is_replaced_without_signing_anyone_out(
    store: SessionStore, sessions_of: Callable[..., Sessions], clock: FakeClock, user: str
):
    old = sessions_of(store)
    new_tokens = Tokens(KeyRing(b"A" * 32, [b"a" * 32]), KeyRing(b"R" * 32, [b"r" * 32]))
    new = sessions_of(store, tokens=new_tokens)
    first = await old.open(user)
    await new.authenticate(first.access_token)
    second = await old.refresh(first.refresh_token)
    again = await new.refresh(first.refresh_token)
    assert again.refresh_token == second.refresh_token, "the row knows which key made it"
    third = await new.refresh(again.refresh_token)
    assert (await new.authenticate(third.access_token)).gen == 2
    with pytest.raises(TokenInvalid):
        await old.authenticate(third.access_token)


async def test_a_retired_key_is_no_way_in(store: SessionStore, sessions_of: Callable[..., Sessions], user: str):
    pair = await sessions_of(store).open(user)
    retired = sessions_of(store, tokens=Tokens(KeyRing(b"A" * 32), KeyRing(b"R" * 32)))
    await is_refused(retired, pair, TokenInvalid)


async def test_a_session_in_use_is_written_once_a_minute_at_most(
    sqlite_truth: SqlSessionStore,
    sqlite_connection: sqlite3.Connection,
    sessions_of: Callable[..., Sessions],
    clock: FakeClock,
):
    sessions = sessions_of(sqlite_truth)
    pair = await sessions.open("ana")
    before = sqlite_connection.total_changes
    for _ in range(50):
        await used(sessions, pair)
    assert sqlite_connection.total_changes - before == 1
    clock.advance(61)
    await used(sessions, pair)
    assert sqlite_connection.total_changes - before == 2
    [record] = await sessions.list("ana")
    assert record.state.last_seen_at == clock()


async def test_nothing_stored_is_a_token(
    sqlite_truth: SqlSessionStore, sqlite_connection: sqlite3.Connection, sessions_of: Callable[..., Sessions]
):
    pair = await sessions_of(sqlite_truth).open("ana")
    pair = await sessions_of(sqlite_truth).refresh(pair.refresh_token)
    dump = "\n".join(sqlite_connection.iterdump())
    for token in (pair.access_token, pair.refresh_token):
        for part in token.split(".")[1:]:
            assert part not in dump
