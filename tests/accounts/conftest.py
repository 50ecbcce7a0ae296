"""The parts of this room that most of its tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from tests.accounts.people import quick_passwords


@pytest.fixture
async def passwords() -> Iterator[Passwords]:
    """Argon2 with quick parameters."""
    made = quick_passwords()
    yield made
    made.close()


@pytest.fixture
def limits() -> Limits:
    """Fresh limits that count addresses in memory."""
    return Limits()
