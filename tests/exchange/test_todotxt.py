"""todo.txt: what its lines become, and that titles survive."""

from __future__ import annotations

import pytest

from recado.exchange import todotxt
from tests.exchange.reading import FILES, HERE, remarks, said, taken


def test_a_file_as_its_programs_write_it() -> None:
    parsed = taken("todotxt", (FILES / "todo.txt").read_bytes())
    found = {item.title: said(item) for item in parsed.items}
    passport = found["Renew the passport before the trip"]
    assert (passport["priority"], passport["due"], passport["labels"], passport["list"]) == (
        1,
        "2026-12-15",
        ("errands",),
        "Travel",
    )
    assert found["Ask @joana about the keys of the"]["list"] == "Beach_house"
    assert found["Ask @joana about the keys of the"]["labels"] == ("joana",)
    assert found["Change the water filter"]["repeat"] == "FREQ=MONTHLY;INTERVAL=3"
    assert found["Vacuum the car"]["repeat"] == "FREQ=WEEKLY;INTERVAL=2;X-FROM=DONE"
    assert found["Look for a piano teacher http://example.org/lessons?day=mon"]["priority"] == 4
    assert found["Return the library books"]["priority"] == 3
    assert found["Return the library books"]["done_at"] is not None
    assert found["Descale the kettle"]["done_at"] == HERE.now
    party = next(item for item in parsed.items if item.title == "Plan the birthday party")
    assert found["Write the invitations"]["parent"] == party.key
    assert found["Buy a light-blue cloth"]["notes"] == "t:2026-12-01\nh:1"
    assert found["Comprar pão às 7h na padaria da Dona Célia"] == {
        "title": "Comprar pão às 7h na padaria da Dona Célia",
        "labels": ("manhã",),
    }
    assert remarks(parsed) == [(5, "changed"), (10, "changed"), (10, "changed")]


@pytest.mark.parametrize(
    "line",
    [
        "2026-10-02 2026-11-24 was a tuesday",
        "2026-10-02 Mail bob@example.org about C++ and a+b",
        "2026-10-02 Watch http://example.org:8080/x at 10:30",
        "2026-10-02 xylophone lessons",
        "2026-10-02 (A) is a letter",
        "2026-10-02 Re: the p:3 of page for:ever young",
        "2026-10-02 isbn:978 of the book",
    ],
)
def test_a_title_survives(line: str) -> None:
    parsed = taken("todotxt", line)
    assert [item.title for item in parsed.items] == [line.removeprefix("2026-10-02 ")]
    assert todotxt.write(parsed, HERE).decode() == f"{line}\n"


def test_a_line_that_is_only_marks_keeps_them_as_its_title() -> None:
    assert [item.title for item in taken("todotxt", "+Casa @phone").items] == ["+Casa @phone"]


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        ("rec:+1d", "FREQ=DAILY"),
        ("rec:3w", "FREQ=WEEKLY;INTERVAL=3;X-FROM=DONE"),
        ("rec:+1b", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("rrule:FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
    ],
)
def test_how_a_line_repeats(mark: str, rule: str) -> None:
    (item,) = taken("todotxt", f"x-ray due:2026-12-01 {mark}").items
    assert (item.title, item.repeat) == ("x-ray", rule)


@pytest.mark.parametrize("mark", ["rec:never", "rec:2b", "due:tomorrow", "due:2026-02-30"])
def test_what_is_not_understood_is_in_the_notes(mark: str) -> None:
    parsed = taken("todotxt", f"paint {mark}")
    assert (parsed.items[0].title, parsed.items[0].due, parsed.items[0].repeat) == ("paint", None, None)
    assert mark.partition(":")[2] in parsed.items[0].notes
    assert remarks(parsed) == [(1, "changed")]


def test_the_same_line_twice_is_two_todos() -> None:
    first, second = taken("todotxt", "bread\nbread\n").items
    assert first.key != second.key
