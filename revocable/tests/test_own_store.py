"""A store of one's own, as docs/stores.md shows it, keeps the contract; and the contract notices one that does not."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from revocable import KeyRing, SessionRecord, Sessions, SessionStore, TokenReused, Tokens
from revocable.testing import FakeClock, StoreContract


def _example(name: str) -> ModuleType:
    path = Path(__file__).parent.parent / f"examples/{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MemoryStore = _example("memory_store").MemoryStore


class TestAStoreInMemory(StoreContract):
    @pytest.fixture
    def store(self) -> SessionStore:
        return MemoryStore()


async def test_sessions_live_in_a_store_of_ones_own():
    clock = FakeClock()
    sessions = Sessions(MemoryStore(), Tokens(KeyRing(b"a" * 32), KeyRing(b"r" * 32)), clock=clock)
    first = await sessions.open("ana")
    second = await sessions.refresh(first.refresh_token)
    await sessions.authenticate(second.access_token)
    await sessions.refresh(second.refresh_token)
    with pytest.raises(TokenReused):
        await sessions.refresh(first.refresh_token)
    await sessions.settle()
    assert await sessions.list("ana") == []


class Forgets(MemoryStore):
    """It says that a session has ended, and leaves it."""

    async def end(self, *_: object) -> bool:
        return True


class Waits(MemoryStore):
    """It looks, waits, then writes: two callers succeed."""

    async def rotate(self, sub: str, sid: str, gen: int, *, kid: str, now: int, idle_until: int):
        state = await self.current(sub, sid)
        if state is None or state.gen != gen or not state.alive(now):
            return None
        await asyncio.sleep(0)
        return self._put(state._replace(gen=gen + 1, rotated_at=now, kid=kid, idle_expires_at=idle_until))


class Mixes(MemoryStore):
    """It stores something else."""

    async def add(self, record: SessionRecord) -> None:
        await super().add(SessionRecord(record.state._replace(used=True), record.device, record.created_at))


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Forgets, "test_an_ended_session_is_dead_at_once_and_the_others_live"),
        (Waits, "test_of_many_rotations_at_once_exactly_one_succeeds"),
        (Mixes, "test_a_new_session_is_found_as_it_was_stored"),
    ],
)
async def test_the_contract_notices(broken: type[SessionStore], test: str):
    with pytest.raises(AssertionError):
        await getattr(StoreContract(), test)(broken())
