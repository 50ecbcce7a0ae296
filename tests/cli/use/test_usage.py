"""Wrong usage, completion, and what a command loads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recado.cli.commands import FOR_PEOPLE
from recado.cli.use.words import PORTUGUESE, say
from tests.cli.use.terminal import Terminal

HEAVY = {
    "starlette",
    "asyncpg",
    "uvicorn",
    "argon2",
    "sqlite3",
    "redis",
    "icalendar",
    "msgspec",
    "recado.db",
    "recado.app",
}


@pytest.mark.parametrize("arguments", [["ls", "--lst"], ["ls", "x"], ["done", "--x"], ["edit"], ["import"], ["join"]])
def test_wrong_usage_is_one_sentence_and_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    assert "--help` tells more" in Terminal(tmp_path / "home").told(*arguments, code=2)


def test_a_guess_ends_in_one_mark(tmp_path: Path) -> None:
    assert '"none"? `recado ls --help`' in Terminal(tmp_path / "home").told("ls", "--due", "nope", code=2)


def test_help_is_a_word_too(tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home")
    assert home.run("help") == home.run("--help")
    assert home.run("help", "add") == home.run("add", "--help")


def test_a_slip_in_a_commands_name_is_mended(tmp_path: Path) -> None:
    assert "Did you mean search?" in Terminal(tmp_path / "home").told("serach", code=2)


@pytest.mark.parametrize("command", FOR_PEOPLE)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    printed = Terminal(tmp_path / "home").run(command, "--help")
    assert "Exit codes: 0 done" in printed
    assert printed.splitlines()[2].strip()


def test_a_command_for_people_loads_nothing_of_the_service(ana: Terminal) -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "recado", "ls"],
        env=ana.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "httpx2" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_one_its_shell_can_read(tmp_path: Path, shell: str) -> None:
    script = Terminal(tmp_path / "home").run("completion", shell)
    assert all(command in script for command in FOR_PEOPLE)
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home")
    script = home.run("completion", "bash")

    def completed(*words: str) -> list[str]:
        given = " ".join(f"'{word}'" for word in ("recado", *words))
        asked = f"COMP_WORDS=({given}); COMP_CWORD={len(words)}; _recado; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        ended = subprocess.run(["bash", "-c", f"{script}\n{asked}"], capture_output=True, text=True, check=False)
        return ended.stdout.split()

    assert completed("sea") == ["search"]
    assert "--due" in completed("ls", "--d")
    assert set(completed("ls", "--due", "")) == {"overdue", "today", "upcoming", "none"}


def test_both_languages_fill_in_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for english, portuguese in PORTUGUESE.items():
        assert sorted(_holes(english)) == sorted(_holes(portuguese)), english
    assert say("Added")


def _holes(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]
