"""The fast way to read a plain body says the same as the strict one, whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.http import reading

SEEDS = (
    '{"title": "comprar pão", "list_id": null}',
    '{"a":1,"b":2.0,"c":true}',
    '{"a":"x:y"}',
    '{"a":1,"a":2}',
    '{"a":12345678901234567890123,"b":-0}',
    '{"a":NaN}',
    '{"a":1e5}',
    '{"a":"\x01"}',
    '{"a":01}',
    "{}",
)
PIECES = st.sampled_from([*'",:{}[]1e.- \t\n\r\x00\x0b\x0c\\', "null", "tru", '"a"', "\ufeff", "é"]) | st.characters()


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Draw JSON of a plain object with up to three pieces put in, taken out or replaced."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.just("") | PIECES) + text[start + draw(st.integers(0, 1)) :]
    raw = text.encode("utf-8", "surrogatepass")
    return raw + draw(st.sampled_from([b"", b"", b"\xff", b"\xed\xa0\x80", b"\xc0\x80"]))


@given(bodies())
def test_the_fast_way_to_read_a_body_agrees_with_the_strict_one(raw: bytes) -> None:
    fast = reading._flat(raw)
    if fast is not None:
        assert repr(fast) == repr(reading._strict(raw))


@pytest.mark.parametrize("raw", [b'{"title":"a"}', b' { "title" : "comprar p\xc3\xa3o", "list_id": null }\n', b"{}"])
def test_plain_bodies_are_read_the_fast_way(raw: bytes) -> None:
    assert reading._flat(raw) == reading._strict(raw)


@pytest.mark.parametrize("raw", [b'{"a":1,"a":2}', b'{"a":{}}', b'{"a":"\\u0000"}', b'{"a":2.0}', b'["a"]', b"{"])
def test_what_is_not_plain_is_left_to_the_strict_way(raw: bytes) -> None:
    assert reading._flat(raw) is None
