"""For tests of your own: a clock that stands still, and the contract that every session store must keep.

    from revocable.testing import StoreContract

    class TestMyStore(StoreContract):
        @pytest.fixture
        async def store(self): ...

The tests are plain `async def test_…(self, store)`, for pytest-asyncio in its auto mode; this module imports no pytest.
"""

# ruff: noqa: S101 - the contract is a suite of tests, which assert

from __future__ import annotations

import asyncio
from itertools import count

from revocable.store import Device, SessionRecord, SessionState, SessionStore

__all__ = ["SECOND", "START", "FakeClock", "StoreContract", "added", "is_dead", "new_record", "rotate"]

SECOND = 1_000_000
START = 1_800_000_000 * SECOND
_numbers = count(1)


class FakeClock:
    """A clock in epoch microseconds that moves only when told to; hand it to `Sessions` as `clock`."""

    def __init__(self, now: int = START) -> None:
        self.now: int = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; back, when they are negative."""
        self.now += round(seconds * SECOND)


def new_record(sub: str | None = None, now: int = START) -> SessionRecord:
    """Return a session opened at `now`, of a new user unless `sub` is given: 1000 s of idle life, 2000 s in all."""
    number = next(_numbers)
    idle, end = now + 1_000 * SECOND, now + 2_000 * SECOND
    state = SessionState(
        sub or f"user-{number}", f"session-{number}", 0, False, now, "key", idle, end, None, now, "app", "read write"
    )
    return SessionRecord(state, Device("a laptop — ã", "agent/1", "192.0.2.1"), now)


async def added(store: SessionStore, sub: str | None = None, now: int = START) -> SessionState:
    """Store a session as `new_record` gives it and return its state."""
    record = new_record(sub, now)
    await store.add(record)
    return record.state


async def rotate(store: SessionStore, state: SessionState, now: int = START + SECOND) -> SessionState | None:
    """Rotate the session from the generation in `state`, with another key and 1000 s of idle life."""
    idle = now + 1_000 * SECOND
    return await store.rotate(state.sub, state.sid, state.gen, kid="other", now=now, idle_until=idle)


async def is_dead(store: SessionStore, state: SessionState, now: int = START + SECOND) -> bool:
    """Tell whether no request with a token of the session would be let in."""
    found = await store.find(state.sub, state.sid, state.gen)
    return found is None or not found.alive(now)


class StoreContract:
    """What every `SessionStore` must do. Override the fixture `store` with one that gives yours, empty or not."""

    async def test_a_new_session_is_found_as_it_was_stored(self, store: SessionStore) -> None:
        state = await added(store)
        assert await store.find(state.sub, state.sid, 0) == state
        assert await store.find(state.sub, state.sid, 0) == state  # an index may answer the second time
        assert await store.current(state.sub, state.sid) == state

    async def test_an_unknown_session_is_none(self, store: SessionStore) -> None:
        assert await store.find("nobody", "nothing", 0) is None
        assert await store.current("nobody", "nothing") is None

    async def test_a_session_is_found_for_its_own_user_only(self, store: SessionStore) -> None:
        mine, other = await added(store), await added(store)
        assert await store.find(other.sub, mine.sid, 0) is None
        assert await store.end(other.sub, mine.sid, START) is False
        assert await store.find(mine.sub, mine.sid, 0) == mine

    async def test_user_ids_may_be_any_text(self, store: SessionStore) -> None:
        for sub in ("{a}:b", "}", "ção % ' \"", "a b\n"):
            state = await added(store, f"{sub}{next(_numbers)}")
            assert await store.find(state.sub, state.sid, 0) == state
            assert await store.find(state.sub, state.sid, 0) == state
            assert await store.end(state.sub, state.sid, START + SECOND)
            assert await is_dead(store, state)

    async def test_a_rotation_moves_the_session_by_one(self, store: SessionStore) -> None:
        state = await added(store)
        await store.find(state.sub, state.sid, 0)
        await store.seen(state.sub, state.sid, 0, START)
        now = START + 5 * SECOND
        rotated = state._replace(
            gen=1, rotated_at=now, kid="other", idle_expires_at=now + 1_000 * SECOND, last_seen_at=now
        )
        assert await rotate(store, state, now) == rotated
        assert await store.current(state.sub, state.sid) == rotated

    async def test_a_rotation_is_seen_by_who_holds_the_token_before_it(self, store: SessionStore) -> None:
        state = await added(store)
        await store.find(state.sub, state.sid, 0)
        rotated = await rotate(store, state)
        assert await store.find(state.sub, state.sid, 0) == rotated
        assert await store.find(state.sub, state.sid, 1) == rotated

    async def test_a_rotation_never_moves_the_absolute_end(self, store: SessionStore) -> None:
        state = await added(store)
        for now in (START + 900 * SECOND, START + 1_800 * SECOND):
            state = await rotate(store, state, now) or state
        assert (state.gen, state.idle_expires_at, state.expires_at) == (
            2,
            START + 2_000 * SECOND,
            START + 2_000 * SECOND,
        )

    async def test_a_rotation_of_another_generation_does_nothing(self, store: SessionStore) -> None:
        state = await added(store)
        assert await rotate(store, state._replace(gen=1)) is None
        await rotate(store, state)
        assert await rotate(store, state) is None
        found = await store.current(state.sub, state.sid)
        assert found is not None
        assert found.gen == 1

    async def test_a_dead_session_is_not_rotated(self, store: SessionStore) -> None:
        ended = await added(store)
        await store.end(ended.sub, ended.sid, START)
        assert await rotate(store, ended) is None
        idle = await added(store)
        assert await rotate(store, idle, idle.idle_expires_at) is None
        assert await rotate(store, idle, idle.idle_expires_at - 1) is not None
        assert await rotate(store, idle._replace(gen=1), idle.expires_at) is None

    async def test_of_many_rotations_at_once_exactly_one_succeeds(self, store: SessionStore) -> None:
        state = await added(store)
        results = await asyncio.gather(*(rotate(store, state) for _ in range(50)))
        assert sum(result is not None for result in results) == 1

    async def test_a_generation_is_marked_as_seen(self, store: SessionStore) -> None:
        state = await added(store)
        await store.seen(state.sub, state.sid, 0, START + 7)
        seen = state._replace(used=True, last_seen_at=START + 7)
        assert await store.find(state.sub, state.sid, 0) == seen
        assert await store.current(state.sub, state.sid) == seen

    async def test_a_generation_that_is_over_is_not_marked(self, store: SessionStore) -> None:
        state = await added(store)
        rotated = await rotate(store, state)
        await store.seen(state.sub, state.sid, 0, START + 9 * SECOND)
        assert await store.find(state.sub, state.sid, 1) == rotated
        assert await store.current(state.sub, state.sid) == rotated

    async def test_an_ended_session_is_dead_at_once_and_the_others_live(self, store: SessionStore) -> None:
        state = await added(store)
        other = await added(store, state.sub)
        assert not await is_dead(store, state)
        assert await store.end(state.sub, state.sid, START) is True
        assert await is_dead(store, state)
        assert await store.end(state.sub, state.sid, START) is False
        assert await is_dead(store, state)
        assert not await is_dead(store, other)

    async def test_the_truth_tells_since_when_a_session_is_ended(self, store: SessionStore) -> None:
        state = await added(store)
        await store.end(state.sub, state.sid, START + 3)
        await store.end(state.sub, state.sid, START + 4)
        found = await store.current(state.sub, state.sid)
        assert found is not None
        assert found.revoked_at == START + 3

    async def test_all_sessions_but_one_are_ended(self, store: SessionStore) -> None:
        kept = await added(store)
        others = [await added(store, kept.sub) for _ in range(3)]
        before = await added(store, kept.sub)
        stranger = await added(store)
        await store.end(before.sub, before.sid, START)
        ended = await store.end_all(kept.sub, START, kept.sid)
        assert sorted(ended) == sorted(state.sid for state in others)
        assert [await is_dead(store, state) for state in [*others, kept, stranger]] == [True, True, True, False, False]
        assert list(await store.end_all(kept.sub, START)) == [kept.sid]
        assert await is_dead(store, kept)

    async def test_an_end_beats_every_rotation_and_look_at_the_same_time(self, store: SessionStore) -> None:
        for _ in range(20):
            state = await added(store)
            rotated, _, ended, *_ = await asyncio.gather(
                rotate(store, state),
                store.find(state.sub, state.sid, 0),
                store.end(state.sub, state.sid, START + SECOND),
                store.find(state.sub, state.sid, 0),
                store.seen(state.sub, state.sid, 0, START),
            )
            assert ended is True
            assert await is_dead(store, rotated or state)
            assert await rotate(store, rotated or state) is None

    async def test_live_sessions_are_listed_newest_first(self, store: SessionStore) -> None:
        first = new_record()
        second, third = (new_record(first.state.sub, START + number * SECOND) for number in (1, 2))
        for record in (first, third, second, new_record()):
            await store.add(record)
        assert list(await store.list(first.state.sub, START)) == [third, second, first]
        await store.end(first.state.sub, second.state.sid, START)
        assert list(await store.list(first.state.sub, START)) == [third, first]
        assert list(await store.list(first.state.sub, first.state.idle_expires_at)) == [third]

    async def test_erased_sessions_leave_nothing(self, store: SessionStore) -> None:
        one = await added(store)
        two = await added(store, one.sub)
        stranger = await added(store)
        await store.find(one.sub, one.sid, 0)
        assert sorted(await store.erase(one.sub)) == sorted([one.sid, two.sid])
        assert await is_dead(store, one)
        assert await store.current(one.sub, one.sid) is None
        assert await store.current(stranger.sub, stranger.sid) == stranger

    async def test_sessions_past_their_absolute_end_are_purged(self, store: SessionStore) -> None:
        old, young = await added(store), await added(store, now=START + SECOND)
        await store.purge(young.expires_at)
        assert await store.current(old.sub, old.sid) is None
        assert await store.current(young.sub, young.sid) == young
