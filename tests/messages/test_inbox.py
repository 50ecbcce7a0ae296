"""The inbox: each callback once, in order, and those that fail are put off without holding up the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from recado.db import Database, Tx
from recado.db.ids import uuid7
from recado.messages import inbox
from recado.texting.worker import Inbox
from revocable import KeyRing, SessionEnded, Sessions, Tokens
from revocable.redis import open_index
from revocable.sql import SqlSessionStore
from tests.messages.workers import FakeClock
from tests.servers import Redis

_KEYS = (b"access-0123456789abcdef0123456789", b"refresh-0123456789abcdef012345678")
BODY = '{"message_uuid":"%s","from":"351912345678","text":"STOP"}'


@pytest.fixture
async def worker(db: Database, clock: FakeClock) -> AsyncIterator[Inbox]:
    access, refresh = (KeyRing(key) for key in _KEYS)
    sessions = Sessions(SqlSessionStore(db), Tokens(access, refresh), clock=clock)
    yield Inbox(db, sessions, clock, lambda: uuid7(clock), lambda: None)
    await sessions.settle()


async def test_a_callback_is_kept_once_and_claimed_once(db: Database, clock: FakeClock) -> None:
    assert [await inbox.keep(db, "a", "status", "{}", clock()) for _ in range(2)] == [True, False]
    (callback,) = await inbox.waiting(db, clock(), 10)
    claims = await asyncio.gather(*(db.write(inbox.claim, callback) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]
    assert await inbox.waiting(db, clock(), 10) == []


async def test_one_that_fails_is_tried_again_later_and_given_up_in_the_end(
    db: Database, clock: FakeClock, worker: Inbox
) -> None:
    await inbox.keep(db, "broken", "inbound", "{", clock())
    await inbox.keep(db, "good", "inbound", BODY % "1", clock())
    for round_ in range(inbox.MOST_TRIES):
        waited = await worker.act_on_waiting()
        assert waited == (2 if round_ == 0 else 1)
        assert await worker.act_on_waiting() == 0  # not at once
        clock.move(601)
    assert await inbox.waiting(db, clock(), 10) == []
    kept = {row[0]: tuple(row[1:]) for row in await db.all("SELECT jti, body, due_at, tries FROM callback")}
    assert kept == {"broken": ("", None, inbox.MOST_TRIES), "good": ("", None, 0)}


async def test_a_text_acts_once_whatever_callbacks_bring_it(db: Database, clock: FakeClock, worker: Inbox) -> None:
    for jti in ("a", "b", "c"):
        await inbox.keep(db, jti, "inbound", BODY % "the same", clock())
    await worker.act_on_waiting()
    assert len(await db.all("SELECT message_uuid FROM inbound_text")) == 1
    assert len(await db.all("SELECT number FROM stopped_number")) == 1


async def test_what_a_text_ended_is_forgotten_by_the_index_although_the_process_died(
    db: Database, clock: FakeClock, redis_server: Redis
) -> None:
    tokens = Tokens(*(KeyRing(key) for key in _KEYS))
    index = open_index(redis_server.url, SqlSessionStore(db), 900)
    sessions = Sessions(index, tokens, clock=clock)
    token = (await sessions.open("7")).access_token
    sid = (await sessions.authenticate(token)).sid
    await index.settle()  # by now the index knows it

    async def kill(tx: Tx) -> None:
        assert await sessions.within(tx).end("7", sid)
        await inbox.keep_ended(tx, 7, sid, clock())

    await db.write(kill)  # and whoever did that died
    assert await sessions.authenticate(token), "the index should not know yet: else this shows nothing"
    living = Inbox(db, sessions, clock, lambda: uuid7(clock), lambda: None)
    assert await living.act_on_waiting() == 1
    with pytest.raises(SessionEnded):
        await sessions.authenticate(token)
    assert await living.act_on_waiting() == 0
    await sessions.settle()
    await index.aclose()


async def test_ids_are_remembered_for_longer_than_a_callback_can_come_again(db: Database, clock: FakeClock) -> None:
    await inbox.keep(db, "a", "status", "{}", clock())
    clock.move(26 * 3600)
    await inbox.purge(db, clock())
    assert not await inbox.keep(db, "a", "status", "{}", clock())
    clock.move(7 * 24 * 3600)
    await inbox.purge(db, clock())
    assert await inbox.keep(db, "a", "status", "{}", clock())
