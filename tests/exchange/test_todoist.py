"""Todoist's CSV: what its rows become."""

from __future__ import annotations

import csv
import io

import pytest

from recado.errors import Invalid
from recado.exchange import todoist
from tests.exchange.reading import FILES, HERE, remarks, said, taken

HEAD = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n"


def test_a_file_as_todoist_writes_it() -> None:
    parsed = taken("todoist", (FILES / "Casa.csv").read_bytes())
    found = {item.title: said(item) for item in parsed.items}
    assert found["Pay the electricity bill"] == {
        "title": "Pay the electricity bill",
        "notes": "Customer number 4471\n\nThe reference changes\nevery month",
        "labels": ("bills",),
        "due": "2026-12-08",
        "zone": "Europe/Lisbon",
        "priority": 1,
        "repeat": "FREQ=MONTHLY;BYMONTHDAY=8",
    }
    oven = next(item for item in parsed.items if item.title == "Clean the oven")
    assert (oven.priority, oven.list, oven.due) == (0, "Kitchen", "2026-12-05")
    assert (found["Buy the spray"]["parent"], found["Buy the spray"]["person"]) == (oven.key, "Tom")
    assert found["Read its label"]["parent"] == oven.key
    lamp = found['Hang the "good" lamp, not the old one']
    assert (lamp["due"], lamp["notes"]) == ("2026-11-30T18:30", "Deadline: 2026-12-01\n\nDuration: 45 minute")
    rose = found["Podar a roseira"]
    assert (rose["labels"], rose["due"], rose["zone"]) == (
        ("plantas", "sábado"),
        "2026-11-30T09:00",
        "America/Sao_Paulo",
    )
    assert rose["repeat"] == "FREQ=WEEKLY;BYDAY=MO"
    assert found["Gießkanne suchen"]["notes"] == "Due: nächsten Freitag"
    assert "Ideias para a primavera" in found
    assert remarks(parsed) == [(n, "changed") for n in (10, 11, 11, 15, 16)]


@pytest.mark.parametrize(("cell", "priority"), [("1", 1), ("2", 2), ("3", 3), ("4", 0), ("", 0), ("9", 0)])
def test_priority_1_is_the_highest_and_4_is_none(cell: str, priority: int) -> None:
    parsed = taken("todoist", f"{HEAD}task,x,,{cell},1,,,,,\n")
    assert [item.priority for item in parsed.items] == [priority]
    assert bool(parsed.remarks) == (cell == "9")


@pytest.mark.parametrize(
    ("date", "due"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01 18:30", "2026-12-01T18:30"),
        ("2026-12-01T18:30:00-05:00", "2026-12-01T23:30"),
        ("2026-07-01T12:00:00Z", "2026-07-01T13:00"),
        ("tomorrow at 5pm", "2026-11-25T17:00"),
        ("every day at 09:00 starting 2026-12-24", "2026-12-24T09:00"),
    ],
)
def test_dates_in_figures_and_words(date: str, due: str) -> None:
    parsed = taken("todoist", f"{HEAD}task,x,,4,1,,,{date},en,\n")
    assert ([item.due for item in parsed.items], parsed.remarks) == ([due], [])


def test_a_file_saved_by_a_spreadsheet_in_windows_1252_with_semicolons() -> None:
    raw = (HEAD.replace(",", ";") + 'task;"Café; um só";;1;1;;;;;\n').encode("cp1252")
    parsed = taken("todoist", raw)
    assert [item.title for item in parsed.items] == ["Café; um só"]
    assert remarks(parsed) == [(1, "changed")]


def test_a_quote_that_is_not_closed_costs_one_row() -> None:
    for fourth in ("four", '"four"', '"fo""ur, or so"'):
        parsed = taken("todoist", f'{HEAD}task,one,,4,1\ntask,"two,,4,1\ntask,three,,4,1\ntask,{fourth},,4,1,,,,,\n')
        assert [item.title[:4] for item in parsed.items] == ["one", "thre", fourth.strip('"').replace('""', '"')[:4]]
        assert remarks(parsed) == [(3, "skipped")]


def test_rows_of_no_known_kind_and_notes_of_nothing_are_told() -> None:
    parsed = taken("todoist", f"{HEAD}note,about the project,,,\nfile,x,,,\ntask\ntask,y\n")
    assert [item.title for item in parsed.items] == ["y"]
    assert remarks(parsed) == [(2, "skipped"), (3, "skipped"), (4, "skipped")]


@pytest.mark.parametrize("raw", ["", "\n", "a,b\nc,d\n", "task,x,,4,1\n"])
def test_without_its_header_it_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        taken("todoist", raw)


def test_a_cell_that_looks_like_a_formula_is_written_as_it_is() -> None:
    parsed = taken("todotxt", '=HYPERLINK("http://evil.example")')
    rows = list(csv.DictReader(io.StringIO(todoist.write(parsed, HERE).decode("utf-8-sig"))))
    assert rows[0]["CONTENT"] == '=HYPERLINK("http://evil.example")'


def test_steps_stand_below_what_they_belong_to_and_lists_are_sections() -> None:
    parsed = taken("todotxt", "party +Casa id:1\nbread\nhats p:1 +Casa\nx done\n")
    rows = list(csv.DictReader(io.StringIO(todoist.write(parsed, HERE).decode("utf-8-sig"))))
    assert [(row["TYPE"], row["CONTENT"], row["INDENT"]) for row in rows] == [
        ("task", "bread", "1"),
        ("section", "Casa", ""),
        ("task", "party", "1"),
        ("task", "hats", "2"),
    ]


def test_rows_that_end_as_old_spreadsheets_end_them() -> None:
    parsed = taken("todoist", f"{HEAD}task,one,,4,1,,,,,\ntask,two,,4,2,,,,,\n".replace("\n", "\r"))
    assert [item.title for item in parsed.items] == ["one", "two"]
    assert parsed.items[1].parent == parsed.items[0].key


def test_what_describes_a_section_is_told() -> None:
    parsed = taken("todoist", f"{HEAD}section,Home,Household work,,,,,,,\ntask,x,,4,1,,,,,\n")
    assert [(item.title, item.list) for item in parsed.items] == [("x", "Home")]
    assert remarks(parsed) == [(2, "changed")]
