"""Every client that a test of this folder makes is closed behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.http import people


@pytest.fixture(autouse=True)
async def close_clients() -> AsyncIterator[None]:
    yield
    await people.leave()
