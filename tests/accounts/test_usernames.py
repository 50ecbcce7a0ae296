"""User names: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.accounts.usernames import MAX_LENGTH, lookup_key, parse
from recado.errors import Invalid

GOOD = [
    *(
        "ana",
        "Ana.Souza",
        "joão_2",
        "7",
        "x",
        "a" * 64,
        "-ana-",
        "ſtraße",
        "Ἀθηνᾶ",
        "Дмитрий-1",
        "दीपिका",
        "نور۷",
        "עברית",
    ),
    *("山田太郎", "ヤマダ", "やまだ・"[:3], "佐々木さん", "スーパー", "김철수", "金철수", "ㄅㄆ漢", "ไทย", "Ñandú"),
]
BAD = {
    "empty": "",
    "too long": "a" * 65,
    "a space": "ana souza",
    "a space around it": " ana",
    "a line break": "ana\r\nroot",
    "an escape": "ana\x1b[31m",
    "NUL": "ana\0",
    "zero width space": "an\u200ba",
    "zero width joiner": "an\u200da",
    "right-to-left override": "an\u202ea",
    "soft hyphen": "an\u00ada",
    "byte order mark": "\ufeffana",
    "invisible variation selector": "a\ufe0fna",
    "invisible grapheme joiner": "a\u034fna",
    "invisible letter": "ana\u3164",
    "two scripts": "аna",
    "Greek in Latin": "annα",
    "Latin with kana": "anaヤ",
    "foreign digits": "ana٣",
    "a symbol": "ana@home",
    "an emoji": "ana😀",
    "only punctuation": "...",
    "a mark without a letter": "\u0301ana",
    "a mark on punctuation": "ana.\u0301",
    "a heap of marks": "a" + "\u0316" * 4,
    "half a character": "ana\ud800",
    "an unassigned character": "ana\u0378",
    "an apostrophe letter": "anʼa",
}


@pytest.mark.parametrize("text", GOOD)
def test_letters_and_digits_of_one_script_are_a_user_name(text: str) -> None:
    assert parse(text).shown == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_anything_else_is_refused_with_the_member_it_stands_in(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, "/name")
    assert refused.value.pointer == "/name"
    assert lookup_key(text) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "ana"),
        ("STRASSE", "straße"),
        ("ｱﾅ", "アナ"),
        ("a\u0301na", "ána"),
        ("ﬁm", "FIM"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ],
)
def test_names_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert parse(one).key == parse(other).key


def test_a_name_is_shown_as_it_was_written() -> None:
    assert parse("Ana.Souza").shown == "Ana.Souza"


@given(st.text(max_size=MAX_LENGTH + 2))
def test_every_text_is_refused_or_has_one_stable_key(text: str) -> None:
    try:
        name = parse(text)
    except Invalid:
        return
    assert parse(name.shown) == name
    assert lookup_key(text) == lookup_key(name.shown.swapcase()) == name.key or not name.shown.isascii()
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Zs", "Zl") for char in name.shown + name.key)


@given(st.text(st.characters(categories=["L", "Nd", "M"]), min_size=1, max_size=20))
def test_letters_of_any_kind_are_refused_or_have_one_stable_key(text: str) -> None:
    test_every_text_is_refused_or_has_one_stable_key.hypothesis.inner_test(text)
