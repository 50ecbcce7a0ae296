"""Files that are made to hurt: they are read in bounded time and memory, and what is good in them is taken."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from recado.errors import Invalid
from recado.exchange.formats import FORMATS
from recado.exchange.record import MOST_BYTES, MOST_ITEMS, MOST_REMARKS
from tests.exchange.reading import HERE, taken

MIB = 1024 * 1024
CSV = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG\n"
RULE = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"  # which never comes true
TODO = "BEGIN:VTODO\r\nUID:{n}\r\nSUMMARY:x{n}\r\n{more}END:VTODO\r\n"


def calendar(todos: int, more: str = "") -> str:
    return "BEGIN:VCALENDAR\r\n" + "".join(TODO.format(n=n, more=more.format(n=n)) for n in range(todos))


FILES: dict[str, tuple[str, str]] = {
    "one line": ("todotxt", "a" * MOST_BYTES),
    "one line of words": ("todotxt", "a " * (MOST_BYTES // 2)),
    "one line of marks": ("todotxt", "+a " * (MOST_BYTES // 3)),
    "only ends of lines": ("todotxt", "\n" * MOST_BYTES),
    "as many to-dos as fit": ("todotxt", "a\n" * (MOST_BYTES // 2)),
    "a rule for each": (
        "todotxt",
        "".join(f"x rrule:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT={n}\n" for n in range(9999)),
    ),
    "one row": ("todoist", CSV + "," * (9 * MIB)),
    "one quote": ("todoist", CSV + 'task,"' + "a\n" * (4 * MIB)),
    "quotes": ("todoist", CSV + '"' * (9 * MIB)),
    "rows that open quotes": ("todoist", CSV + 'task,"a\n' * MIB),
    "a phrase for each": ("todoist", CSV + "".join(f"task,x,,4,1,,,every {n} days until,en\n" for n in range(20_000))),
    "nested components": ("ics", "BEGIN:VCALENDAR\r\n" + "BEGIN:VTODO\r\n" * (MOST_BYTES // 13 - 2)),
    "nested alarms": ("ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n" + "BEGIN:VALARM\r\n" * (MOST_BYTES // 14 - 9)),
    "one folded line": ("ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:" + "a\r\n " * (MOST_BYTES // 4 - 20)),
    "a zone for each": ("ics", calendar(9999, "DUE;TZID=A/B/{n}:20261201T090000\r\n")),
    "an endless rule for each": ("ics", calendar(2000, f"RRULE:{RULE};COUNT={{n}}\r\n")),
    "quoted-printable without end": (
        "ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nX;ENCODING=QUOTED-PRINTABLE:" + "a=\n" * (3 * MIB),
    ),
    "empty lines": ("ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n" + "\n" * (MOST_BYTES - 40)),
    "properties of one name": ("ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\n" + "COMMENT:a\r\n" * (9 * MIB // 11)),
    "steps of steps": (
        "json",
        '{"todos": [' + ",".join(f'{{"id":"{n}","title":"x","parent_id":"{n + 1}"}}' for n in range(90_000)) + "]}",
    ),
    "parameters": ("ics", calendar(1, "DUE" + ";X=1" * 15_000 + ":20261201\r\n") + calendar(99)),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_read_in_bounded_time(name: str) -> None:
    kind, text = FILES[name]
    start = time.process_time()
    parsed = taken(kind, text)
    assert time.process_time() - start < 20
    assert len(parsed.items) <= MOST_ITEMS
    assert len(parsed.remarks) <= MOST_REMARKS
    assert all(len(one.title) <= 80 for one in parsed.remarks)


def test_a_huge_value_in_json_takes_no_memory_and_what_stands_before_it_is_taken() -> None:
    raw = ('{"todos": [{"id": "a", "title": "x"}, ' + "[" + "[]," * (3 * MIB) + "[]]]}").encode()
    tracemalloc.start()
    parsed = FORMATS["json"].read(raw, HERE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.title for item in parsed.items] == ["x"]
    assert [one.kind for one in parsed.remarks] == ["skipped"]
    assert peak < 40 * MIB  # objects for all of it would take 200


def test_the_longest_todo_fits_into_json() -> None:
    notes = "\\ud83d\\ude00" * 5_000  # escaped as widely as can be
    parsed = taken(
        "json", '{"todos": [' + ",".join(f'{{"id": "{n}", "title": "x", "notes": "{notes}"}}' for n in "ab") + "]}"
    )
    assert [len(item.notes) for item in parsed.items] == [5_000, 5_000]
    assert parsed.remarks == []


@pytest.mark.parametrize("name", ["one line of words", "one folded line"])
def test_it_is_read_in_bounded_memory(name: str) -> None:
    kind, text = FILES[name]
    raw = text[: 2 * MIB].encode()
    tracemalloc.start()
    FORMATS[kind].read(raw, HERE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * MIB


@pytest.mark.parametrize(
    "text",
    [
        '{"todos": ' + "[" * 200_000,
        '{"todos": [{"id": "1", "title": ' + "9" * 100_000 + "}]}",
        '{"a": ' * 100_000 + '"todos"',
    ],
)
def test_deep_or_endless_json_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        taken("json", text)


def test_wrong_values_in_json_cost_one_todo_each() -> None:
    good = '{"id": "a", "title": "good"}'
    wrong = [
        '{"id": 1, "title": "x"}',
        '{"title": "no id"}',
        '{"id": "b", "title": null}',
        '{"id": "c", "title": "x", "priority": 1e400}',
        '{"id": "d", "title": "x", "labels": "home"}',
        '{"id": "e", "title": "x", "created_at": "yesterday"}',
        '"just text"',
        "[]",
        "null",
    ]
    parsed = taken("json", '{"todos": [\n' + ",\n".join([*wrong, good]) + "\n]}")
    assert [item.title for item in parsed.items] == ["good"]
    assert [one.line for one in parsed.remarks] == list(range(2, len(wrong) + 2))


def test_what_no_database_stores_is_left_out() -> None:
    parsed = taken("json", '{"todos": [{"id": "a", "title": "x\\u0000y\\ud800z", "notes": "\\u0000"}]}')
    assert (parsed.items[0].title, parsed.items[0].notes) == ("xyz", "")


def test_what_is_too_long_is_kept_in_the_notes_and_told() -> None:
    parsed = taken("todotxt", "word " * 150 + " ".join(f"@label{n}" for n in range(30)))
    (item,) = parsed.items
    assert len(item.title) <= 500
    assert item.notes.startswith("word word")
    assert len(item.labels) == 20
    assert "#label29" in item.notes
    assert parsed.changed == 2


def test_remarks_have_an_end_and_the_rest_is_counted() -> None:
    parsed = taken("todotxt", "x rec:never\n" * 1500)
    assert (len(parsed.remarks), parsed.left_out, parsed.changed) == (1000, 500, 1500)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_a_usual_encoding_is_understood(encoding: str) -> None:
    assert [item.title for item in taken("todotxt", "maçã é bom\n".encode(encoding)).items] == ["maçã é bom"]
