"""Lists, invitations, to-dos for others, import and export."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from tests.cli.use.terminal import Terminal

FILES = Path(__file__).parents[2] / "exchange/files"


def share(owner: Terminal, guest: Terminal, *more: str) -> str:
    """Make a list and let somebody in; return what they were told."""
    owner.run("lists", "add", "Casa")
    printed = owner.run("invite", "Casa", *more)
    code = re.search(r"recado join (\S+)", printed)
    assert code
    return guest.run("join", code[1])


def test_somebody_joins_with_a_code_that_works_once(ana: Terminal, bia: Terminal) -> None:
    assert share(ana, bia) == "You are in Casa as editor.\n"
    assert f"Casa  owner  {bia.username} (editor)" in ana.run("lists")
    ana.run("add", "--list", "casa", "buy", "milk")
    assert bia.run("ls") == "Casa\n  1  buy milk\n"
    code = ana.json("invite", "Casa", "--role", "viewer")["code"]
    assert ana.json("join", code)["role"] == "owner"
    assert "lets nobody in" in bia.told("join", "no/such/code", code=4)
    bia.told("invite", "Casa", code=1)
    ana.told("invite", "Garden", code=4)
    bia.run("lists", "leave", "Casa")
    assert bia.run("ls") == "Nothing here.\n"


def test_a_viewer_may_look_and_is_told_so(ana: Terminal, bia: Terminal) -> None:
    assert share(ana, bia, "--role", "viewer") == "You are in Casa as viewer.\n"
    ana.run("add", "--list", "casa", "buy milk")
    bia.run("ls")
    bia.told("done", "1", code=1)
    bia.told("add", "--list", "casa", "x", code=1)


def test_a_to_do_is_left_for_somebody(ana: Terminal, bia: Terminal) -> None:
    share(ana, bia)
    assert ana.run("add", "buy", "bread", f"@{bia.username}") == f"Added 1  buy bread  for @{bia.username}  (Casa)\n"
    assert "for you" in bia.run("ls", "--mine")
    assert ana.json("add", "more", "--for", bia.username.upper())["for"] is not None
    assert ana.json("edit", "1", "--for", "none")["items"][0]["for"] is None
    assert bia.titles("--mine") == ["more"]
    assert f"@{bia.username}" in ana.run("add", "--dry-run", "buy", "bread", f"@{bia.username}")
    ana.told("add", "x", "--for", "nobody.at.all", code=4)


def test_lists_are_renamed_removed_and_brought_back(ana: Terminal) -> None:
    ana.run("lists", "add", "Casa")
    assert ana.run("lists", "rename", "casa", "Jardim") == "Casa is Jardim now.\n"
    ana.run("add", "--list", "jar", "mow")
    told = ana.run("lists", "rm", "Jardim")
    assert ana.run("lists") == "Personal\n"
    listed = re.search(r"restore (\S+)`", told)
    assert listed
    ana.run("lists", "restore", listed[1])
    assert ana.titles() == ["mow"]
    ana.run("lists", "add", "Jasmim")
    assert "Jardim, Jasmim" in ana.told("ls", "--list", "ja", code=2)


@pytest.mark.parametrize(("name", "more"), [("Casa.csv", []), ("tasks.ics", []), ("todo.txt", ["--list", "Personal"])])
def test_a_file_is_taken_once(ana: Terminal, name: str, more: list[str]) -> None:
    told = ana.run("import", str(FILES / name), *more)
    assert re.match(r"\d+ found, [1-9]\d* taken", told)
    count = len(ana.titles("--all", "--limit", "1000"))
    assert count
    assert " 0 taken" in ana.run("import", str(FILES / name), *more)
    assert len(ana.titles("--all", "--limit", "1000")) == count


def test_an_export_can_be_imported_by_somebody_else(ana: Terminal, bia: Terminal) -> None:
    ana.run("add", "-", stdin="buy milk tomorrow !1 #home\nwater plants every day\n")
    file = ana.home / "out.json"
    ana.run("export", "-o", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bia.run("import", "-", "--format", "json", stdin=file.read_bytes())
    assert sorted(bia.titles()) == ["buy milk", "water plants"]
    assert json.loads(ana.run("export"))["todos"] == json.loads(file.read_text())["todos"]
    assert "BEGIN:VTODO" in ana.run("export", "--format", "ics")
    ana.run("export", "-o", str(ana.home / "todo.txt"))
    assert "+" in (ana.home / "todo.txt").read_text() or "buy milk" in (ana.home / "todo.txt").read_text()


def test_a_file_that_cannot_be_taken_is_told(ana: Terminal) -> None:
    (ana.home / "broken.json").write_text("{")
    (ana.home / "strange").write_text("x")
    ana.told("import", "broken.json", code=1)
    assert "--format" in ana.told("import", "strange", code=2)
    assert "cannot be read" in ana.told("import", "none.json", code=1)
    assert "cannot be written" in ana.told("export", "-o", "/no/such/folder/x.json", code=1)
    ana.told("export", "--format", "docx", code=2)
