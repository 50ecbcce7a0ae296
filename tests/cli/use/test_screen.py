"""What is printed, where: no escapes in a pipe, none that a title brings along, JSON for programs, and the language."""

from __future__ import annotations

import json
import subprocess

from tests.cli.use.terminal import PROGRAM, Terminal

COMMANDS = ["", "ls", "lists", "devices", "profiles", "show 1", "search milk", "--help", "ls --help"]
ESC = "\x1b"


def test_a_pipe_gets_no_escape_codes(ana: Terminal) -> None:
    ana.run("add", "buy", "milk", "today", "!1")
    for command in COMMANDS:
        ended = ana.done(*command.split(), TERM="xterm-256color", COLORTERM="truecolor")
        assert ended.returncode == 0, command
        assert b"\x1b" not in ended.stdout + ended.stderr, command


def test_colours_are_for_terminals_without_no_color(ana: Terminal) -> None:
    ana.run("add", "buy", "milk", "today", "!1")
    assert f"{ESC}[31m!1{ESC}[0m" in ana.at_a_screen("ls")
    assert ESC not in ana.at_a_screen("ls", NO_COLOR="1")
    assert ESC in ana.at_a_screen("ls", NO_COLOR="")


def test_a_title_cannot_steer_the_terminal(ana: Terminal) -> None:
    evil = "a\x1b]0;owned\x07\x1b[2J\x9b31m\u202eb"
    ana.run("add", "--as-is", evil, "--notes", "x\x1b[2J")
    for command in (["ls"], ["show", "1"], ["done", "1"]):
        printed = ana.at_a_screen(*command, NO_COLOR="1")
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(printed)
    printed = ana.run("ls", "--all", "--json")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(printed)
    assert json.loads(printed)["items"][0]["title"] == evil


def test_json_is_one_document(ana: Terminal) -> None:
    ana.run("add", "a")
    for command in ("ls", "search x", "lists", "devices", "profiles", "add b", "done 1", "rm 1"):
        assert isinstance(ana.json(*command.split()), dict), command


def test_somebody_who_stops_reading_is_no_failure(ana: Terminal) -> None:
    ana.run("add", "-", stdin="".join(f"{n} {'x' * 400}\n" for n in range(100)))
    ended = subprocess.run(
        ["bash", "-c", f"{PROGRAM} ls | head -1; echo ${{PIPESTATUS[0]}}"],
        env=ana.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.endswith("\n0\n")
    assert ended.stderr == ""


def test_portuguese_is_spoken_where_the_terminal_speaks_it(ana: Terminal) -> None:
    settings = {"LANG": "pt_BR.UTF-8"}
    todo = ana.home.parent / "pt"
    person = Terminal(todo, ana.server, f"pt.{ana.username}", settings).signup()
    line = "pagar aluguel amanhã 9h !1 #casa"
    assert person.run("add", *line.split()) == "Adicionado 1  pagar aluguel  amanhã 09:00  !1  #casa\n"
    assert person.run() == "Nada para hoje.\n"
    assert person.run("done", "1") == "Feito 1  ✓ pagar aluguel  amanhã 09:00  !1  #casa\n"
    assert person.run("add", "regar", "toda", "segunda").endswith("toda semana, segunda\n")


def test_a_terminal_of_an_old_encoding_gets_what_it_can_show(ana: Terminal) -> None:
    ana.run("add", "pão", "→", "日本")
    assert b"p?o" in ana.done("ls", PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout
