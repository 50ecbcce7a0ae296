"""Quick add: the vectors of `quickadd.json`, and what holds for any line."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.todos.quickadd import parse

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("quickadd.json").read_text("utf-8"))
NOW = datetime.fromisoformat(VECTORS["now"])
MEMBERS = ("title", "due", "repeat", "priority", "labels", "name")

WORDS = st.sampled_from((Path(__file__).with_name("quickadd.txt")).read_text("utf-8").split())
LINES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join) | st.text(max_size=60)


def test_there_are_enough_vectors_of_each_language() -> None:
    for locale in ("en", "pt-BR"):
        lines = [line for line in VECTORS["lines"] if line["locale"] == locale]
        whole = [line for line in lines if line["title"] == line["text"]]
        assert len(lines) >= 80
        assert len(whole) >= 25


@pytest.mark.parametrize("line", VECTORS["lines"], ids=lambda line: f"{line['locale']}: {line['text']}")
def test_a_line_is_read_as_written_down(line: dict[str, Any]) -> None:
    quick = parse(line["text"], line["locale"], NOW, set(VECTORS["names"]))
    assert {name: getattr(quick, name) for name in MEMBERS} | {"labels": list(quick.labels)} == {
        name: line[name] for name in MEMBERS
    }


@pytest.mark.parametrize(
    ("locale", "text", "title", "due", "repeat"),
    [
        ("en", "gym every day until 1/1/2020", "gym until 1/1/2020", "2026-11-24", "FREQ=DAILY"),
        ("en", "gym every monday 12/1 until 12/2", "gym", "2026-12-01", None),
        ("en", "gym every! 100 years", "gym every! 100 years", None, None),
        ("pt-BR", "academia toda segunda 5/12 até 6/12", "academia", "2026-12-05", None),
    ],
)
def test_a_repeat_that_cannot_be_refuses_no_line(
    locale: str, text: str, title: str, due: str | None, repeat: str | None
) -> None:
    quick = parse(text, locale, NOW)
    assert (quick.title, quick.due, quick.repeat) == (title, due, repeat)


@given(LINES, st.sampled_from(["en", "pt-BR"]))
def test_any_line_has_a_title_and_says_what_was_taken(text: str, locale: str) -> None:
    quick = parse(text, locale, NOW, {"maria"})
    assert bool(quick.title) == bool(text.strip())
    for span in quick.spans:
        assert text[span.start : span.end] == span.value
    ends = [0, *(place for span in quick.spans for place in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)
    left = "".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))
    assert _bare(quick.title) <= _bare(left)


def _bare(text: str) -> set[str]:
    """The words of a text without the punctuation that goes when something beside it was taken."""
    return set(re.sub(r'[",;–\-.:!?…()\[\]]', " ", text).split())


@given(LINES, st.sampled_from(["en", "pt-BR"]))
def test_what_stands_in_quotes_is_left_as_it_is(text: str, locale: str) -> None:
    inner = " ".join(text.replace('"', "").split())
    if inner.strip(" ,;-–"):
        quick = parse(f'"{inner}"', locale, NOW)
        assert (quick.due, quick.repeat, quick.priority, quick.labels) == (None, None, 0, ())
