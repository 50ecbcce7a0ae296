"""Vonage's stand-in and a clock, for every test of the messages room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from recado.messages.vonage import Vonage
from tests.messages import workers
from tests.messages.workers import FakeClock
from tests.vonage.server import StandIn, stand_in


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
async def channel(server: StandIn) -> AsyncIterator[Vonage]:
    opened = workers.vonage(server)
    yield opened
    await opened.close()
