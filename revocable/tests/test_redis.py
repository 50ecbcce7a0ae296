"""The index in front of SQL: who wins, and that a Redis in trouble neither lets in nor locks out nor delays."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from revocable import SessionEnded, Sessions, SessionState
from revocable.entry import key
from revocable.pipeline import NoAnswer
from revocable.redis import IndexedSessionStore, open_index
from revocable.sql import SqliteConnection, SqlSessionStore
from revocable.testing import SECOND, START, added, is_dead, rotate
from tests.servers import free_port

OpenIndex = Callable[..., IndexedSessionStore]


@pytest.fixture
async def index_at(sqlite_truth: SqlSessionStore) -> AsyncIterator[OpenIndex]:
    """Opens indexes over the one truth, each like another process."""
    opened: list[IndexedSessionStore] = []

    def open_at(address: str, truth: SqlSessionStore = sqlite_truth, timeout: float = 5.0) -> IndexedSessionStore:
        opened.append(open_index(address, truth, 900, timeout))
        return opened[-1]

    yield open_at
    for index in opened:
        await index.aclose()


@pytest.fixture
def index(index_at: OpenIndex, redis_node) -> IndexedSessionStore:
    """An index in a Redis that nobody harms."""
    return index_at(redis_node.address)


@pytest.fixture(scope="module")
def fragile_node(run_redis: Callable):
    return run_redis("--save", "3600 1")


@pytest.fixture
def fragile(fragile_node) -> Iterator:
    """A Redis that is harmed, and well again afterwards."""
    yield fragile_node
    fragile_node.send(signal.SIGCONT)
    for snapshot in fragile_node.folder.glob("*.rdb"):
        snapshot.unlink()
    fragile_node.restart()


async def known(index: IndexedSessionStore) -> SessionState:
    """A session that the index has an entry of."""
    state = await added(index)
    await index.find(state.sub, state.sid, 0)
    await index.settle()
    return state


async def eventually(what: Callable[[], bool], seconds: float = 4) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


class PausedTruth(SqlSessionStore):
    """SQL whose answers are on their way for as long as the gate is shut."""

    def __init__(self, connection: SqliteConnection) -> None:
        super().__init__(connection)
        self.gate = asyncio.Event()

    async def find(self, sub: str, sid: str, gen: int) -> SessionState | None:
        state = await super().find(sub, sid, gen)
        await self.gate.wait()
        return state

    async def rotate(self, sub: str, sid: str, gen: int, **arguments) -> SessionState | None:
        state = await super().rotate(sub, sid, gen, **arguments)
        await self.gate.wait()
        return state

    async def end(self, sub: str, sid: str, now: int) -> bool:
        ended = await super().end(sub, sid, now)
        await self.gate.wait()
        return ended


# What the index does


async def test_a_known_session_costs_no_look_into_sql(index: IndexedSessionStore, sqlite_connection):
    state = await known(index)
    sqlite_connection.execute("DROP TABLE session")
    assert await index.find(state.sub, state.sid, 0) == state


async def test_an_entry_lives_thirty_seconds_and_looking_does_not_prolong_it(index: IndexedSessionStore, redis_node):
    state = await known(index)
    name = key(state.sub, state.sid)
    assert 20_000 < int(redis_node.cli("PTTL", name)) <= 30_000
    redis_node.cli("PEXPIRE", name, "5000")
    await index.find(state.sub, state.sid, 0)
    await index.seen(state.sub, state.sid, 0, START + 1)
    assert await index.find(state.sub, state.sid, 0) == state._replace(used=True, last_seen_at=START + 1)
    assert int(redis_node.cli("PTTL", name)) <= 5_000


async def test_an_ended_session_leaves_a_tombstone_for_an_access_tokens_life(index: IndexedSessionStore, redis_node):
    states = [await known(index) for _ in range(3)]
    await index.end(states[0].sub, states[0].sid, START)
    await index.end_all(states[1].sub, START)
    await index.erase(states[2].sub)
    for state in states:
        assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"
        assert 890 < int(redis_node.cli("TTL", key(state.sub, state.sid))) <= 900


async def test_a_token_that_outlives_its_tombstone_stays_dead(index: IndexedSessionStore, sessions_of, redis_node):
    sessions: Sessions = sessions_of(index)
    made = await sessions.issue("ana", life=3600, scopes="read")
    await sessions.authenticate(made.access_token)
    await sessions.settle()
    await sessions.end("ana", made.session_id)
    redis_node.cli("DEL", key("ana", made.session_id))  # its time is over
    for _ in range(2):
        await index.settle()
        with pytest.raises(SessionEnded):
            await sessions.authenticate(made.access_token)
    assert redis_node.cli("GET", key("ana", made.session_id)) == "x"


async def test_a_revoked_row_that_is_found_leaves_a_tombstone(index: IndexedSessionStore, sqlite_truth, redis_node):
    state = await added(index)
    await sqlite_truth.end(state.sub, state.sid, START)
    assert await is_dead(index, state)
    await index.settle()
    assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"


async def test_ending_again_replaces_an_entry_whose_tombstone_was_never_written(
    index: IndexedSessionStore, sqlite_truth, redis_node
):
    state = await known(index)
    await sqlite_truth.end(state.sub, state.sid, START)
    assert await index.end(state.sub, state.sid, START) is False
    assert await is_dead(index, state)
    assert await index.end(state.sub, "unknown", START) is False
    assert redis_node.cli("EXISTS", key(state.sub, "unknown")) == "0", "nothing to be filled with junk"


async def test_a_token_newer_than_the_entry_asks_sql_and_brings_it_up_to_date(
    index: IndexedSessionStore, sqlite_truth, sqlite_connection
):
    state = await known(index)
    rotated = await rotate(sqlite_truth, state)
    assert await index.find(state.sub, state.sid, 1) == rotated
    await index.settle()
    sqlite_connection.execute("DROP TABLE session")
    assert await index.find(state.sub, state.sid, 1) == rotated


async def test_a_fill_that_was_on_its_way_never_buries_a_tombstone(
    index: IndexedSessionStore, index_at: OpenIndex, redis_node, sqlite_connection
):
    slow_truth = PausedTruth(SqliteConnection(sqlite_connection))
    slow = index_at(redis_node.address, slow_truth)
    state = await added(index)
    look = asyncio.create_task(slow.find(state.sub, state.sid, 0))
    await asyncio.sleep(0.05)
    await index.end(state.sub, state.sid, START)
    slow_truth.gate.set()
    assert (await look) == state, "this request came before the end"
    await slow.settle()
    assert await is_dead(slow, state)
    assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"


async def test_ending_again_beats_a_fill_that_was_on_its_way_when_the_first_who_ended_it_died(
    index: IndexedSessionStore, index_at: OpenIndex, redis_node, sqlite_connection
):
    paused = PausedTruth(SqliteConnection(sqlite_connection))
    state = await added(paused)
    other = index_at(redis_node.address, paused)
    filling = asyncio.create_task(other.find(state.sub, state.sid, 0))
    await asyncio.sleep(0.05)
    assert await SqlSessionStore(SqliteConnection(sqlite_connection)).end(state.sub, state.sid, START + SECOND)
    assert await index.end(state.sub, state.sid, START + 2 * SECOND) is False  # the answer that the user waits for
    paused.gate.set()
    assert await filling is not None
    await other.settle()
    assert await is_dead(index, state)


async def test_ending_what_ended_long_ago_or_never_was_leaves_nothing_in_redis(index: IndexedSessionStore, redis_node):
    state = await added(index)
    await index.end(state.sub, state.sid, START)
    redis_node.cli("del", key(state.sub, state.sid))
    assert await index.end(state.sub, state.sid, START + 60 * SECOND) is False
    assert await index.end(state.sub, "never-was", START) is False
    assert redis_node.cli("exists", key(state.sub, state.sid), key(state.sub, "never-was")) == "0"


async def test_a_rotation_that_was_on_its_way_never_buries_a_tombstone_nor_what_is_newer(
    index: IndexedSessionStore, index_at: OpenIndex, redis_node, sqlite_connection
):
    for ending in (True, False):
        slow_truth = PausedTruth(SqliteConnection(sqlite_connection))
        slow = index_at(redis_node.address, slow_truth)
        state = await known(index)
        first = asyncio.create_task(rotate(slow, state))
        await asyncio.sleep(0.05)
        newer = await rotate(index, state._replace(gen=1))
        assert newer is not None
        if ending:
            await index.end(state.sub, state.sid, START)
        slow_truth.gate.set()
        assert await first
        if ending:
            assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"
            assert await is_dead(index, state)
        else:
            assert await index.find(state.sub, state.sid, 0) == newer


async def test_a_mark_of_use_never_touches_a_tombstone(index: IndexedSessionStore, redis_node):
    state = await known(index)
    await index.end(state.sub, state.sid, START)
    await index.seen(state.sub, state.sid, 0, START)
    assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"


async def test_no_dead_token_is_accepted_after_an_end_in_another_process(
    index_at: OpenIndex, redis_node, sqlite_truth, tmp_path: Path, sessions_of: Callable[..., Sessions]
):
    other = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    here = sessions_of(index_at(redis_node.address))
    there = sessions_of(index_at(redis_node.address, SqlSessionStore(SqliteConnection(other))))
    for _ in range(300):
        pair = await here.open("ana")
        await asyncio.gather(here.authenticate(pair.access_token), there.authenticate(pair.access_token))
        await there.end("ana", pair.session_id)
        with pytest.raises(SessionEnded):
            await here.authenticate(pair.access_token)
    other.close()


async def test_hundreds_of_sessions_of_one_user_end_together(index: IndexedSessionStore):
    first = await added(index)
    states = [first, *[await added(index, first.sub) for _ in range(600)]]
    await asyncio.gather(*(index.find(state.sub, state.sid, 0) for state in states))
    await index.settle()
    await index.end_all(first.sub, START)
    assert all(await asyncio.gather(*(is_dead(index, state) for state in states)))
    assert index.trouble is None


async def test_an_end_goes_on_when_its_caller_is_cancelled(
    index: IndexedSessionStore, index_at: OpenIndex, redis_node, sqlite_connection
):
    state = await known(index)
    slow_truth = PausedTruth(SqliteConnection(sqlite_connection))
    slow = index_at(redis_node.address, slow_truth)
    ending = asyncio.create_task(slow.end(state.sub, state.sid, START))
    await asyncio.sleep(0.05)
    ending.cancel()
    await asyncio.gather(ending, return_exceptions=True)
    assert ending.cancelled()
    slow_truth.gate.set()
    await slow.settle()
    assert await is_dead(index, state)
    assert redis_node.cli("GET", key(state.sub, state.sid)) == "x"


@pytest.mark.parametrize(
    "value", ["", "hello", "[]", "{}", "[1,2", '["x"]', "[0,0,0,0,null,9e99,0,0,0,0,0]", "X", "xx", "0" * 5_000]
)
async def test_an_entry_that_is_none_of_ours_is_not_believed(index: IndexedSessionStore, redis_node, value: str):
    state = await added(index)
    redis_node.cli("SET", key(state.sub, state.sid), value)
    assert await index.find(state.sub, state.sid, 0) == state
    assert await index.end(state.sub, state.sid, START) is True
    assert await is_dead(index, state)


async def test_the_entry_of_another_session_is_not_believed(index: IndexedSessionStore, redis_node):
    mine, other = await known(index), await known(index)
    redis_node.cli("SET", key(mine.sub, mine.sid), redis_node.cli("GET", key(other.sub, other.sid)))
    assert await index.find(mine.sub, mine.sid, 0) == mine


async def test_a_key_of_another_type_is_no_refusal(index: IndexedSessionStore, redis_node):
    state = await added(index)
    redis_node.cli("HSET", key(state.sub, state.sid), "field", "value")
    assert await index.find(state.sub, state.sid, 0) == state
    await index.end(state.sub, state.sid, START)
    assert await is_dead(index, state)


# Redis in trouble


async def test_a_redis_that_was_never_there_hinders_nothing(index_at: OpenIndex):
    index = index_at("127.0.0.1:1", timeout=0.25)
    async with within(2):
        state = await added(index)
        assert await index.find(state.sub, state.sid, 0) == state
        assert await rotate(index, state)
        assert await index.end(state.sub, state.sid, START)
        assert await is_dead(index, state)
    assert "127.0.0.1:1" in (index.trouble or "")


async def test_a_cluster_that_was_never_there_hinders_nothing(index_at: OpenIndex):
    index = index_at("127.0.0.1:1,127.0.0.1:2", timeout=0.25)
    state = await added(index)
    async with within(2):
        for _ in range(100):
            assert await index.find(state.sub, state.sid, 0) == state
    assert index.trouble


async def test_a_killed_redis_locks_nobody_out_and_heals_by_itself(index_at: OpenIndex, fragile):
    index = index_at(fragile.address, timeout=0.25)
    state, gone = await known(index), await known(index)
    fragile.kill9()
    async with within(1):
        assert await index.find(state.sub, state.sid, 0) == state
    async with within(1):
        assert await index.end(gone.sub, gone.sid, START)
    assert await is_dead(index, gone)
    assert index.trouble
    fragile.start()
    await eventually(lambda: fragile.cli("GET", key(gone.sub, gone.sid)) == "x")
    await asyncio.sleep(1.1)
    assert await index.find(state.sub, state.sid, 0) == state
    assert index.trouble is None


async def test_a_hung_redis_delays_a_request_by_a_quarter_of_a_second(index_at: OpenIndex, fragile):
    index = index_at(fragile.address, timeout=0.25)
    state = await known(index)
    fragile.send(signal.SIGSTOP)
    async with within(1):
        found = await asyncio.gather(*(index.find(state.sub, state.sid, 0) for _ in range(100)))
    assert found == [state] * 100
    assert index.trouble
    async with within(1):
        for _ in range(100):
            assert await index.find(state.sub, state.sid, 0) == state
    fragile.send(signal.SIGCONT)
    await asyncio.sleep(1.1)
    assert await index.find(state.sub, state.sid, 0) == state
    assert index.trouble is None


class Silence:
    """A Redis that never answers, and counts who asks."""

    asked = 0

    async def __call__(self, *_command: object) -> object:
        self.asked += 1
        await asyncio.sleep(0.05)
        raise NoAnswer("silence")

    async def aclose(self) -> None:
        """There is nothing to close."""


async def test_a_redis_in_trouble_is_asked_by_one_request_a_second(sqlite_truth: SqlSessionStore):
    index = IndexedSessionStore(sqlite_truth, silence := Silence(), 900)
    state = await added(index)
    assert await index.find(state.sub, state.sid, 0) == state
    for asked in (1, 2):
        start = time.monotonic()
        found = await asyncio.gather(*(index.find(state.sub, state.sid, 0) for _ in range(50)))
        assert found == [state] * 50
        assert silence.asked == asked or time.monotonic() - start > 1
        await asyncio.sleep(1.05)


async def test_what_ends_while_redis_hangs_is_dead_when_it_wakes(index_at: OpenIndex, fragile):
    here, there = index_at(fragile.address, timeout=0.25), index_at(fragile.address, timeout=0.25)
    state = await known(here)
    fragile.send(signal.SIGSTOP)
    async with within(1):
        assert await here.end(state.sub, state.sid, START)
    assert await is_dead(here, state)
    assert await is_dead(there, state)
    fragile.send(signal.SIGCONT)
    await eventually(lambda: fragile.cli("GET", key(state.sub, state.sid)) == "x")
    assert await is_dead(there, state)


async def test_a_slow_redis_is_skipped_and_its_late_answers_reach_nobody(index_at: OpenIndex, fragile):
    index = index_at(fragile.address, timeout=0.25)
    states = [await known(index) for _ in range(20)]
    fragile.cli("CLIENT", "PAUSE", "800", "ALL")
    async with within(2):
        assert await asyncio.gather(*(index.find(state.sub, state.sid, 0) for state in states)) == states
    await asyncio.sleep(1.1)
    for _ in range(3):
        assert (
            await asyncio.gather(*(index.find(state.sub, state.sid, 0) for state in reversed(states))) == states[::-1]
        )
    assert index.trouble is None


async def test_an_emptied_redis_logs_nobody_out_and_brings_nobody_back(index_at: OpenIndex, fragile):
    index = index_at(fragile.address)
    live, ended = await known(index), await known(index)
    await index.end(ended.sub, ended.sid, START)
    fragile.cli("FLUSHALL")
    assert await index.find(live.sub, live.sid, 0) == live
    assert await is_dead(index, ended)
    assert index.trouble is None


async def test_an_old_snapshot_brings_no_ended_session_back_at_refresh(
    index_at: OpenIndex, fragile, sessions_of: Callable[..., Sessions]
):
    index = index_at(fragile.address)
    sessions = sessions_of(index)
    first = await sessions.open("ana")
    second = await sessions.refresh(first.refresh_token)
    await sessions.authenticate(second.access_token)
    await index.settle()
    fragile.cli("SAVE")
    await sessions.end("ana", first.session_id)
    fragile.restart()
    name = key("ana", first.session_id)
    assert fragile.cli("GET", name).startswith("[1,"), "the snapshot was before the end"
    assert int(fragile.cli("PTTL", name)) <= 30_000, "so long an access token may live, as the README says"
    await asyncio.sleep(0.05)
    assert await index.probe() is None, "it is asked again"
    for pair in (first, second):
        with pytest.raises(SessionEnded):
            await sessions.refresh(pair.refresh_token)
    await index.settle()
    with pytest.raises(SessionEnded):  # since the refresh at the latest
        await sessions.authenticate(second.access_token)


async def test_a_full_redis_still_forgets_who_has_ended(index_at: OpenIndex, fragile):
    index, other = index_at(fragile.address), index_at(fragile.address)
    state, new = await known(index), await added(index)
    fragile.cli("CONFIG", "SET", "maxmemory", "1")
    assert await index.find(new.sub, new.sid, 0) == new
    assert await index.end(state.sub, state.sid, START)
    assert await is_dead(other, state)
    assert await is_dead(index, state)
    assert "OOM" in (index.trouble or "")
    fragile.cli("CONFIG", "SET", "maxmemory", "0")
    await eventually(lambda: fragile.cli("GET", key(state.sub, state.sid)) == "x")
    await eventually(lambda: index.trouble is None)


async def test_a_redis_that_refuses_everything_is_no_refusal_of_ours(index_at: OpenIndex, fragile):
    state = await known(index_at(fragile.address))
    fragile.cli("CONFIG", "SET", "requirepass", "later")
    index = index_at(fragile.address)
    assert await index.find(state.sub, state.sid, 0) == state
    assert await index.find(state.sub, state.sid, 0) == state
    assert "NOAUTH" in (await index.probe() or "")


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"$-1", b"$9999999\r\n" + b"x" * 2_000_000]
)
async def test_a_server_that_is_no_redis_is_skipped(index_at: OpenIndex, answer: bytes):
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read(10)
        writer.write(answer)
        if not answer:
            writer.close()
        else:
            await reader.read()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    index = index_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.25)
    state = await added(index)
    async with within(3):
        for _ in range(200):
            assert await index.find(state.sub, state.sid, 0) == state
    assert connections <= 3, "it is not asked by each request"
    assert index.trouble
    server.close()


async def test_a_server_that_says_too_much_is_not_believed(index_at: OpenIndex):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(b"+OK\r\n" * 3)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    index = index_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.25)
    state = await added(index)
    for _ in range(20):
        assert await index.find(state.sub, state.sid, 0) == state
    server.close()


async def test_closing_leaves_nothing_running(index_at: OpenIndex, fragile):
    before = len(asyncio.all_tasks())
    index = index_at(fragile.address, timeout=0.25)
    state = await known(index)
    fragile.kill9()
    await index.end(state.sub, state.sid, START + SECOND)
    assert len(asyncio.all_tasks()) == before + 1, "one task goes on trying"
    await index.aclose()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before
    fragile.start()


# Getting in


async def test_a_password_is_sent_and_a_wrong_one_is_told_without_it(index_at: OpenIndex, run_redis):
    node = run_redis("--requirepass", "pass word:@/")
    right = index_at(f"redis://:pass%20word%3A%40%2F@{node.address}/3")
    state = await known(right)
    assert right.trouble is None
    keyspace = node.cli("--no-auth-warning", "-a", "pass word:@/", "-n", "3", "EXISTS", key(state.sub, state.sid))
    assert keyspace == "1", "it is in database 3"
    for address in (f"redis://:nonsense@{node.address}", node.address):
        wrong = index_at(address)
        assert await wrong.find(state.sub, state.sid, 0) == state
        assert wrong.trouble
        assert "nonsense" not in wrong.trouble


async def test_a_user_of_redis_needs_no_more_than_these_rights(index_at: OpenIndex, run_redis):
    node = run_redis()
    node.cli("ACL", "SETUSER", "app", "on", ">secret", "~revocable:*", "+get", "+set", "+eval", "+unlink", "+ping")
    index = index_at(f"redis://app:secret@{node.address}")
    state = await known(index)
    rotated = await rotate(index, state)
    await index.seen(state.sub, state.sid, 1, START)
    assert await index.end(state.sub, state.sid, START)
    assert rotated
    assert await is_dead(index, rotated)
    assert await index.probe() is None


async def test_a_secure_connection_is_made_only_with_a_certificate_that_is_trusted(
    index_at: OpenIndex, run_redis, tmp_path: Path, self_signed: tuple[Path, Path]
):
    certificate, private = self_signed
    node = run_redis(
        *("--tls-port", str(port := free_port()), "--tls-cert-file", str(certificate), "--tls-key-file", str(private)),
        *("--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no"),
    )
    trusting = index_at(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}")
    state = await known(trusting)
    assert trusting.trouble is None
    assert node.cli("EXISTS", key(state.sub, state.sid)) == "1"
    careless = index_at(f"rediss://127.0.0.1:{port}?ssl_cert_reqs=none")
    assert await careless.probe() is None
    strict = index_at(f"rediss://127.0.0.1:{port}")
    assert await strict.find(state.sub, state.sid, 0) == state
    assert "CERTIFICATE_VERIFY_FAILED" in (strict.trouble or "")
    missing = index_at(f"rediss://127.0.0.1:{port}?ssl_ca_certs={tmp_path}/none.pem")
    assert await missing.find(state.sub, state.sid, 0) == state
    assert missing.trouble
