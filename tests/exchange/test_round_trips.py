"""What is written and read again: JSON loses nothing, the others nothing that they have a place for."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recado.errors import Invalid
from recado.exchange.formats import FORMATS
from recado.exchange.record import Item, ListRecord, Parsed
from tests.exchange.reading import HERE, said, taken

ZONES = ["Europe/Lisbon", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"]
RULES = [
    *("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=YEARLY"),
    *("FREQ=DAILY;INTERVAL=3;X-FROM=DONE", "FREQ=MONTHLY;BYDAY=-1FR"),
    "FREQ=MONTHLY;BYMONTHDAY=31",
]
PERSONAL, HOME = "01936f00-0000-7000-8000-00000000aaaa", "01936f00-0000-7000-8000-00000000bbbb"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)
titles = text.map(lambda found: found.strip() or "x")
control = re.compile("[\x01-\x08\x0b-\x1f\x7f]")  # what iCalendar has no place for
visible = titles.map(lambda title: title if control.sub("", title).strip() else "x")
words = st.builds(str.__add__, st.sampled_from(f"{LETTERS}àéõø0"), st.text(f"{LETTERS}09_-", max_size=8))
positions = st.builds(str.__add__, st.text(f"{LETTERS}019", max_size=4), st.sampled_from(f"{LETTERS}19"))
days = st.integers(date(1980, 1, 1).toordinal(), date(2090, 1, 1).toordinal()).map(date.fromordinal)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: f"T{minute // 60:02}:{minute % 60:02}")
dues = st.none() | st.builds("{}{}".format, days, st.just("") | minutes)
instants = st.integers(0, HERE.now)
seconds = instants.map(lambda instant: instant // 1_000_000 * 1_000_000)


@st.composite
def items(draw: st.DrawFn, n: int, title: st.SearchStrategy[str] = titles, moments: Any = instants) -> Item:
    due = draw(dues)
    return Item(
        0,
        f"01936f00-0000-7000-8000-{n:012}",
        draw(title),
        draw(text).strip(),
        draw(st.sampled_from([PERSONAL, HOME])),
        tuple(dict.fromkeys(draw(st.lists(words, max_size=4)))),
        draw(st.sampled_from([None, "maria", "zé.2"])),
        due,
        None if due is None else draw(st.sampled_from(ZONES)),
        draw(st.integers(0, 4)),
        None if due is None else draw(st.sampled_from([None, *RULES])),
        draw(st.one_of(st.none(), st.integers(0, 40_000))),
        position=draw(positions),
        created_at=draw(moments),
        updated_at=draw(moments),
        done_at=draw(st.one_of(st.none(), moments)),
        created_by="ana",
        done_by=draw(st.sampled_from([None, "maria"])),
    )


@st.composite
def whole(draw: st.DrawFn, **options: Any) -> Parsed:
    found = [draw(items(n, **options)) for n in range(draw(st.integers(0, 4)))]
    if len(found) > 1 and draw(st.booleans()):
        found[1] = replace(found[1], parent=found[0].key, list=found[0].list)
    lists = {PERSONAL: ListRecord(PERSONAL, "", True, PERSONAL), HOME: ListRecord(HOME, "Casa", False, HOME, "m")}
    return Parsed(lists, found)


def again(kind: str, parsed: Parsed) -> Parsed:
    return taken(kind, FORMATS[kind].write(parsed, HERE))


@given(whole())
@settings(max_examples=150)
def test_json_loses_nothing(parsed: Parsed) -> None:
    parsed.items = [replace(item, deleted_at=item.updated_at if n % 3 else None) for n, item in enumerate(parsed.items)]
    back = again("json", parsed)
    assert back.remarks == []
    assert back.lists == parsed.lists
    assert [replace(item, line=0) for item in back.items] == [replace(item, id=item.key) for item in parsed.items]


@given(whole(title=visible, moments=seconds))
@settings(max_examples=150)
def test_icalendar_keeps_what_it_has_a_place_for(parsed: Parsed) -> None:
    back = again("ics", parsed)
    assert back.remarks == []
    names = {PERSONAL: None, HOME: "Casa"}
    for ours, theirs in zip(parsed.items, back.items, strict=True):
        expected = replace(
            ours,
            title=control.sub("", ours.title).strip(),
            notes=control.sub("", ours.notes),
            list=names[ours.list or ""],
            position=None,
            zone=HERE.zone if ours.due and len(ours.due) == 10 else ours.zone,
        )
        assert said(replace(theirs, notes=theirs.notes.strip())) == said(
            replace(expected, notes=expected.notes.strip())
        )
        assert theirs.key == ours.key


plain = st.lists(st.text(f"{LETTERS}ABZàü09,.!?'/", min_size=2, max_size=9), min_size=1, max_size=5).map(" ".join)


@given(whole(title=plain))
@settings(max_examples=150)
def test_todo_txt_keeps_what_it_has_a_place_for(parsed: Parsed) -> None:
    back = again("todotxt", parsed)
    assert back.remarks == []
    for ours, theirs in zip(parsed.items, back.items, strict=True):
        assert (theirs.title, theirs.labels, theirs.priority) == (ours.title, ours.labels, ours.priority)
        assert (theirs.due, theirs.repeat, theirs.remind) == (ours.due, ours.repeat, ours.remind)
        assert (theirs.person, theirs.done_at is None) == (ours.person, ours.done_at is None)
        assert theirs.list == (None if ours.list == PERSONAL else "Casa")
        assert theirs.parent == (None if ours.parent is None else back.items[0].key)
        if ours.due and len(ours.due) > 10:
            assert theirs.zone == ours.zone


@given(whole(title=plain))
@settings(max_examples=150)
def test_todoists_csv_keeps_what_it_has_a_place_for(parsed: Parsed) -> None:
    parsed = replace_rules(parsed, RULES[:5])
    back = again("todoist", parsed)
    assert back.remarks == []
    open_ones = {item.title: item for item in parsed.items if item.done_at is None}
    assert sorted(item.title for item in back.items) == sorted(
        item.title for item in parsed.items if item.done_at is None
    )
    for theirs in back.items:
        if [item.title for item in parsed.items].count(theirs.title) > 1:
            continue
        ours = open_ones[theirs.title]
        assert (theirs.labels, theirs.priority) == (ours.labels, ours.priority % 4)
        assert (theirs.due, theirs.repeat) == (ours.due, ours.repeat)
        assert theirs.person == ours.person
        assert theirs.notes.strip() == ours.notes.strip()


def replace_rules(parsed: Parsed, known: list[str]) -> Parsed:
    """Leave out the rules that Todoist has no words for."""
    parsed.items = [item if item.repeat in known else replace(item, repeat=None) for item in parsed.items]
    return parsed


@given(st.binary(max_size=400), st.sampled_from(sorted(FORMATS)))
@settings(max_examples=400)
def test_no_bytes_break_a_reader(raw: bytes, kind: str) -> None:
    heads = {"ics": b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n", "todoist": b"TYPE,CONTENT,DATE\ntask,"}
    with suppress(Invalid):
        taken(kind, heads.get(kind, b"") + raw)
