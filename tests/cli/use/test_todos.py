"""`add`, `ls`, `show`, `search`, `done`, `edit`, `rm` and `undo`, as people type them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.use.terminal import Terminal, another
from tests.todos.test_quickadd import VECTORS

LISBON = ZoneInfo("Europe/Lisbon")


def test_a_line_is_added_and_what_was_understood_is_said(ana: Terminal) -> None:
    assert (
        ana.run("add", "pay", "rent", "tomorrow", "9am", "!1", "#home")
        == "Added 1  pay rent  tomorrow 09:00  !1  #home\n"
    )
    assert ana.run("add", "water", "the", "plants", "every", "day") == "Added 2  water the plants  today  every day\n"
    assert ana.run("ls").splitlines() == [
        "  2  water the plants  today  every day",
        "  1  pay rent  tomorrow 09:00  !1  #home",
    ]


def test_options_win_over_the_line(ana: Terminal) -> None:
    ana.run("lists", "add", "Casa")
    options = ["--due", "friday 8pm", "-p", "2", "--label", "a", "--label", "#b", "-n", "two\nlines", "--list", "CASA"]
    todo = ana.json("add", "call", "bob", "today", *options)
    assert (todo["title"], todo["priority"], todo["labels"], todo["notes"]) == ("call bob", 2, ["a", "b"], "two\nlines")
    assert datetime.fromisoformat(todo["due"]).strftime("%a %H:%M") == "Fri 20:00"
    assert ana.json("add", "--as-is", "call", "today")["title"] == "call today"
    step = ana.json("add", "find the number", "--under", ana.number("call bob"))
    assert step["parent_id"] == todo["id"]
    shown = ana.run("show", ana.number("call bob"))
    assert "find the number" in shown
    assert "     two\n     lines\n" in shown


def test_lines_from_standard_input_become_a_to_do_each(ana: Terminal) -> None:
    printed = ana.run("add", "-", stdin="buy milk today\n\n  buy bread\n")
    assert printed == "Added 1  buy milk  today\nAdded 2  buy bread\n"
    ana.run("add", "-", "-l", "pers", stdin="".join(f"number {n}\n" for n in range(150)))
    assert len(ana.titles("--limit", "200")) == 152
    ana.told("add", "-", code=2)
    ana.told("add", code=2)
    ana.told("add", " ", code=2)


def test_without_words_a_line_is_asked_for_and_no_shell_comes_between(ana: Terminal) -> None:
    assert "#home" in ana.at_a_screen("add", typed=b"pay rent !1 #home\n")
    assert ana.titles() == ["pay rent"]


def test_a_slip_in_an_option_does_not_end_up_in_the_title(ana: Terminal) -> None:
    assert "Unknown option: --lst" in ana.told("add", "a", "--lst", "Casa", code=2)
    ana.run("add", "count", "from", "-5", "to", "5")
    ana.run("add", "--", "use", "--lst")
    ana.run("add", "milk", "--due", "tomorrow", "and", "bread")
    assert ana.titles() == ["milk and bread", "use --lst", "count from -5 to 5"]


def test_a_dry_run_says_what_would_be_added_and_adds_nothing(ana: Terminal) -> None:
    assert ana.run("add", "--dry-run", "buy", "milk", "today", "#home") == "Would add buy milk  today  #home\n"
    assert ana.titles() == []


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_every_line_of_the_vectors_is_read_so_on_the_command_line(
    tmp_path: Path, service: object, ana: Terminal, locale: str
) -> None:
    if locale == "pt-BR":
        ana = Terminal(tmp_path / "pt", ana.server, f"pt.{ana.username}", {"LANG": "pt_BR.UTF-8"}).signup()
    lines = [line for line in VECTORS["lines"] if line["locale"] == locale and line["name"] is None]
    printed = ana.run("add", "--dry-run", "--json", "-", stdin="".join(line["text"] + "\n" for line in lines))
    read = [json.loads(one) for one in printed.splitlines()]
    assert [one["quick"] for one in read] == [line["text"] for line in lines]
    for line, one in zip(lines, read, strict=True):
        for member in ("title", "priority", "labels"):
            assert (line["text"], one[member]) == (line["text"], line[member])
        for member in ("due", "repeat"):  # which day depends on when it is read
            assert (line["text"], one[member] is None) == (line["text"], line[member] is None)
    assert ana.titles() == []


def test_today_is_what_is_overdue_and_then_what_is_due_today(ana: Terminal) -> None:
    assert ana.run() == "Nothing is due today.\n"
    yesterday = (datetime.now(LISBON) - timedelta(days=1)).date().isoformat()
    ana.run("add", "late", "--due", yesterday)
    ana.run("add", "now", "today")
    ana.run("add", "then", "tomorrow")
    assert ana.run() == "Overdue\n  1  late  yesterday\nToday\n  2  now  today\n"
    today = json.loads(ana.run("--json"))
    assert [[one["number"] for one in today[name]] for name in ("overdue", "today")] == [[1], [2]]


def test_a_listing_can_be_narrowed(ana: Terminal) -> None:
    ana.run("lists", "add", "Casa")
    for line in ("a today #x", "b tomorrow", "c", "d !1"):
        ana.run("add", *line.split())
    ana.run("add", "--list", "casa", "e")
    assert sorted(ana.titles()) == ["a", "b", "c", "d", "e"]
    assert ana.titles("--list", "casa") == ["e"]
    assert ana.titles("--due", "today") == ["a"]
    assert ana.titles("--due", "upcoming") == ["b"]
    assert ana.titles("--label", "x") == ["a"]
    assert ana.titles("--sort", "priority")[0] == "d"
    assert len(ana.titles("--limit", "2")) == 2
    assert "Casa\n" in ana.run("ls")
    ana.run("done", ana.number("c"))
    assert "c" not in ana.titles()
    assert "c" in ana.titles("--all")
    assert ana.titles("--done") == ["c"]
    assert "There are more" in ana.done("ls", "--limit", "2").stderr.decode()
    ana.told("ls", "--done", "--trash", code=2)
    ana.told("ls", "--limit", "0", code=2)
    assert "Personal, Casa" in ana.told("ls", "--list", "garden", code=4)


def test_search_finds_beginnings_of_words_without_accents(ana: Terminal) -> None:
    ana.run("add", "Comprar", "pão")
    assert "Comprar pão" in ana.run("search", "PAO")
    assert ana.run("search", "nothing", "like", "it") == "Nothing found.\n"
    ana.told("search", code=2)


def test_several_are_done_at_once_and_taken_back_at_once(ana: Terminal) -> None:
    for title in ("a", "b", "c"):
        ana.run("add", title)
    assert ana.run("done", "1,3") == "Done 1  ✓ a\nDone 3  ✓ c\n"
    assert ana.titles() == ["b"]
    assert ana.run("done", "1") == "Was done already 1  ✓ a\n"
    assert ana.run("undo") == "Taken back 1  a\nTaken back 3  c\n"
    assert ana.titles() == ["c", "b", "a"]


def test_a_repeating_one_moves_on_and_back(ana: Terminal) -> None:
    ana.run("add", "water", "plants", "every", "day")
    assert ana.run("done", "1") == "Moved on to tomorrow 1  water plants  tomorrow  every day\n"
    assert ana.run("undo") == "Taken back 1  water plants  today  every day\n"


def test_a_to_do_keeps_its_number(ana: Terminal) -> None:
    for title in ("a", "b", "c"):
        ana.run("add", title)
    ana.run("done", "2")
    ana.run("add", "d")
    assert ana.run("ls") == "  4  d\n  3  c\n  1  a\n"
    ana.run("ls", "--due", "none")
    assert ana.run("show", "3").startswith("  3  c\n")


def test_a_to_do_can_be_named_by_its_id_or_its_beginning(ana: Terminal) -> None:
    first, second = (ana.json("add", title)["id"] for title in ("a", "b"))
    ana.run("ls")
    assert ana.run("done", first) == "Done 2  ✓ a\n" or ana.titles() == ["b"]
    beginning = next(second[:n] for n in range(6, 37) if second[:n] != first[:n])
    ana.run("done", beginning.upper())
    assert ana.titles() == []
    assert "write more of it" in ana.told("done", first[:6], code=2)
    assert "no longer yours" in ana.told("done", "01936f00-0000-7000-8000-00000000dead", code=4)
    ana.told("done", "99", code=4)
    ana.told("done", "ffffffff", code=4)
    ana.told("done", "x", code=2)
    ana.told("done", code=2)


def test_edit_changes_what_is_named_and_nothing_else(ana: Terminal) -> None:
    ana.run("add", "pay", "rent", "tomorrow", "9am", "!1", "#home")
    assert ana.run("edit", "1", "--title", "pay the rent") == "Changed 1  pay the rent  tomorrow 09:00  !1  #home\n"
    assert ana.run("edit", "1", "-d", "today 20:00", "-p", "0") == "Changed 1  pay the rent  today 20:00  #home\n"
    ana.run("edit", "1", "--repeat", "every monday", "--label", "a,b", "--notes", "to Bob")
    todo = ana.json("show", "1")
    assert (todo["repeat"], todo["labels"], todo["notes"]) == ("FREQ=WEEKLY;BYDAY=MO", ["a", "b"], "to Bob")
    ana.run("edit", "1", "--repeat", "none", "--due", "none", "--label", "none", "--notes", "")
    assert ana.run("ls") == "  1  pay the rent\n"
    ana.run("lists", "add", "Casa")
    assert ana.run("edit", "1", "--list", "Casa") == "Changed 1  pay the rent  (Casa)\n"


def test_an_edit_that_cannot_be_changes_nothing(ana: Terminal) -> None:
    ana.run("add", "a", "#x", "tomorrow")
    wrong = [["--due", "xyz"], ["--due", "call bob tomorrow"], ["--repeat", "tomorrow"], ["-p", "9"], ["--due"], []]
    for arguments in wrong:
        ana.told("edit", "1", *arguments, code=2)
    assert ana.json("show", "1")["version"] == 1


def test_edit_alone_opens_the_persons_editor(ana: Terminal) -> None:
    ana.run("add", "buy", "milk", "tomorrow", "#home")
    editor = ana.home / "editor"
    changes = "s/buy milk/buy bread/; s/^priority:.*/priority: 2/; s/^labels:.*/labels: a b/"
    editor.write_text(f'#!/bin/sh\nsed -i "{changes}" "$1"\necho "of rye" >> "$1"\n')
    editor.chmod(0o700)
    assert "buy bread" in ana.at_a_screen("edit", "1", EDITOR=str(editor))
    todo = ana.json("show", "1")
    assert (todo["title"], todo["priority"], todo["labels"], todo["notes"]) == ("buy bread", 2, ["a", "b"], "of rye")
    assert "Nothing was changed" in ana.at_a_screen("edit", "1", EDITOR="true")
    assert "cannot be started" in ana.at_a_screen("edit", "1", EDITOR="/no/such/editor", code=1)


def test_what_is_removed_comes_back(ana: Terminal) -> None:
    for title in ("a", "b"):
        ana.run("add", title)
    assert ana.run("rm", "1", "2") == "Deleted 1  a\nDeleted 2  b\n"
    assert ana.titles() == []
    assert sorted(ana.titles("--trash")) == ["a", "b"]
    ana.told("done", "1", code=4)
    ana.run("undo")
    assert sorted(ana.titles()) == ["a", "b"]
    ana.run("rm", "1")
    ana.run("undo", "1")
    assert sorted(ana.titles()) == ["a", "b"]


def test_undo_goes_back_change_by_change_and_then_says_that_there_is_nothing(ana: Terminal) -> None:
    ana.run("add", "a")
    ana.run("edit", "1", "--title", "b")
    ana.run("edit", "1", "--title", "b")
    ana.run("done", "1")
    ana.run("undo")
    ana.run("undo")
    assert ana.titles() == ["a"]
    ana.run("undo")
    assert ana.titles() == []
    assert "nothing to take back" in ana.told("undo", code=1)


def test_undo_of_one_to_do_is_remembered_by_undo_alone(ana: Terminal) -> None:
    ana.run("add", "a")
    ana.run("edit", "1", "--title", "b")
    ana.run("edit", "1", "--title", "c")
    assert ana.run("undo", "1") == "Taken back 1  b\n"
    assert ana.run("undo") == "Taken back 1  a\n"
    ana.run("undo")
    assert ana.titles() == []


def test_undo_never_takes_back_what_somebody_else_did_since(ana: Terminal, tmp_path: Path) -> None:
    elsewhere = another(ana, tmp_path)
    ana.run("add", "a")
    ana.run("edit", "1", "--title", "b")
    elsewhere.run("edit", elsewhere.number("b"), "--title", "c")
    assert "changed again since" in ana.told("undo", code=1)
    assert ana.titles() == ["c"]
    assert ana.run("undo", "1") == "Taken back 1  b\n"


def test_what_one_of_several_cannot_be_does_not_hold_the_others_up(ana: Terminal, tmp_path: Path) -> None:
    elsewhere = another(ana, tmp_path)
    for title in ("a", "b"):
        ana.run("add", title)
    elsewhere.run("rm", elsewhere.number("a"))
    ended = ana.done("done", "1", "2")
    assert ended.returncode == 4
    assert re.fullmatch(r"Done 2  ✓ b\n", ended.stdout.decode())
    assert "not there any more" in ended.stderr.decode()
