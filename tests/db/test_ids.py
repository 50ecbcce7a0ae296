"""UUIDv7 as RFC 9562 has it."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.db.ids import is_uuid7, uuid7

NOW = 1_800_000_000_123_456


@given(st.integers(0, 2**48 * 1000 - 1))
def test_an_id_is_a_uuid_of_version_7_that_holds_its_millisecond(now: int) -> None:
    text = uuid7(lambda: now)
    parsed = uuid.UUID(text)
    assert (str(parsed), parsed.version, parsed.variant) == (text, 7, uuid.RFC_4122)
    assert parsed.int >> 80 == now // 1000
    assert is_uuid7(text)


@given(st.integers(0, 2**52), st.integers(1, 5000))
def test_later_ids_sort_after_earlier_ones_down_to_the_microsecond(now: int, later: int) -> None:
    earlier = uuid7(lambda: now, lambda bits: 2**bits - 1)
    assert earlier < uuid7(lambda: now + later, lambda _: 0)


def test_ids_of_one_microsecond_differ() -> None:
    assert len({uuid7(lambda: NOW) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01890A5D-AC96-774B-BCCE-B302099A8057",
        "01890a5dac96774bbcceb302099a8057",
        "01890a5d-ac96-774b-bcce-b302099a8057\n",
        " 01890a5d-ac96-774b-bcce-b302099a8057",
        "{01890a5d-ac96-774b-bcce-b302099a8057}",
        "41793d3e-2615-4c9a-8657-584aacad0cd8",
        "01890a5d-ac96-774b-7cce-b302099a8057",
        "٠1890a5d-ac96-774b-bcce-b302099a8057",
    ],
)
def test_what_only_resembles_one_is_none(text: str) -> None:
    assert not is_uuid7(text)
