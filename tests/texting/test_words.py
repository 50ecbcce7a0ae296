"""Answers fit one SMS, in both languages, whatever people wrote."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from recado.messages import segments
from recado.texting import words
from recado.texting.words import Line, Words, title_of

VALUES: dict[str, Any] = {"count": 199, "page": 20, "number": 9999, "numbers": ", ".join(["9999"] * 10)}
TITLES = ("buy bread", "comprar pão de queijo e café", "x" * 500, "ç" * 500, "買い物" * 90, "🎉" * 90, "a‍b\u202e" * 40)


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_our_own_words_are_gsm_letters_and_one_sms_each(locale: str) -> None:
    table: dict[str, Any] = {"en": words._EN, "pt-BR": words._PT}[locale]
    assert words._EN.keys() == words._PT.keys()
    for key, sentence in table.items():
        for text in [sentence] if isinstance(sentence, str) else sentence:
            told = text.format(**VALUES, name="n" * 20, due="24 Dec 2027 14:30", day=24, month="Dec")
            assert segments.is_gsm(told), (key, told)
            assert segments.count(told) == 1, (key, told)


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
@pytest.mark.parametrize("title", TITLES)
def test_what_people_wrote_is_kept_as_far_as_one_sms_holds(locale: str, title: str) -> None:
    said = Words(locale)
    for key, after in (
        ("added", " (24 Dec 2027 14:30)"),
        ("done", said.say("next", due="24 Dec 2027 14:30")),
        ("killed", ""),
    ):
        text = said.about(key, title, after=after, number=12)
        assert segments.count(text) == 1
        assert text.endswith(after)


def test_letters_keep_their_accents_while_there_is_room() -> None:
    assert Words("pt-BR").about("done", "comprar pão") == "Feito: comprar pão"
    long = "comprar pão, café, maçãs, limões, e passar na farmácia pegar o remédio da avó"
    assert Words("pt-BR").about("done", long) == (
        "Feito: comprar pao, café, maças, limoes, e passar na farmacia pegar o remédio da avo".replace("ç", "c")
    )


def test_a_list_has_pages_of_one_sms_each_and_every_todo_once() -> None:
    lines = [Line(n, title * 3, "tomorrow 14:30") for n, title in enumerate(["pão", "buy milk", "買い物"] * 20, 1)]
    said, seen = Words("en"), list[int]()
    for page in range(1, 100):
        text = said.page(lines[: page * words.MOST_LINES], page, len(lines))
        if text is None:
            break
        assert segments.count(text) == 1
        shown = [line for line in text.split("\n") if not line.startswith("+")]
        seen += [int(line.split()[0]) for line in shown]
        more = len(lines) - len(seen)
        assert (f"+{more}: LIST {page + 1}" in text.split("\n")) == (more > 0)
    assert seen == list(range(1, 61))


def test_a_short_list_is_shown_as_it_was_written() -> None:
    assert Words("pt").page([Line(1, "pão", "hoje"), Line(3, "café", "")], 1, 2) == "1 pão (hoje)\n3 café"
    assert Words("pt").page([], 1, 0) is None


@pytest.mark.parametrize(
    ("due", "en", "pt"),
    [
        ("2026-11-24", "today", "hoje"),
        ("2026-11-24T09:00", "today 9:00", "hoje 9:00"),
        ("2026-11-25", "tomorrow", "amanha"),
        ("2026-11-27T14:30", "Fri 14:30", "sex 14:30"),
        ("2026-12-01", "1 Dec", "1/12"),
        ("2026-11-20", "20 Nov", "20/11"),
        ("2027-01-02T00:05", "2 Jan 2027 0:05", "2/1 2027 0:05"),
    ],
)
def test_dates_are_told_in_few_letters(due: str, en: str, pt: str) -> None:
    today = date(2026, 11, 24)
    assert (Words("en").due(due, today), Words("pt-BR").due(due, today)) == (en, pt)


def test_a_text_too_long_for_a_title_is_parted_after_a_word() -> None:
    assert title_of("buy bread", 500) == ("buy bread", "")
    text = "word " * 300
    title, notes = title_of(text, 500)
    assert len(title) <= 500
    assert title.endswith("word…")
    assert notes == text
    assert title_of("x" * 600, 500) == ("x" * 499 + "…", "x" * 600)
