"""How many SMS a text is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.messages import segments


@pytest.mark.parametrize(
    ("text", "length", "count"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" * 77, 306, 3),  # a letter of two places is not parted, so each part ends one short
        ("é" * 160, 160, 1),
        ("ç" * 70, 70, 1),
        ("ç" * 71, 71, 2),
        ("ç" * 134, 134, 2),
        ("ç" * 135, 135, 3),
        ("🎉" * 35, 70, 1),
        ("🎉" * 36, 72, 2),
        ("🎉" * 67, 134, 3),
        ("a" * 69 + "á", 70, 1),
    ],
)
def test_places_and_parts_are_counted_as_phones_do(text: str, length: int, count: int) -> None:
    assert (segments.length(text), segments.count(text)) == (length, count)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("pão de queijo às 9h — “já”…", 'pao de queijo às 9h - "ja"...'),
        ("ção ÁÉÍÓÚ ñ à é", "cao AÉIOU ñ à é"),
        ("買い物 🎉", "買い物 🎉"),
        ("１２３ ﬁ", "123 fi"),
    ],
)
def test_accents_go_only_where_gsm_has_no_letter(text: str, plain: str) -> None:
    assert segments.plain(text) == plain


@given(st.text(max_size=300), st.sampled_from(["", "Done: ", "Feito: "]), st.sampled_from(["", " (hoje)", ". Reply."]))
def test_a_fitted_text_is_one_sms_and_keeps_what_is_around_it(text: str, before: str, after: str) -> None:
    fitted = segments.fitted(before, text, after)
    assert segments.count(fitted) == 1
    assert fitted.startswith(before)
    assert fitted.endswith(after)
