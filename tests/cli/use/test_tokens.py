"""Access tokens at a terminal: made, listed, ended, and used by scripts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.use.terminal import PASSWORD, Terminal, another
from tests.cli.use.test_second_factor import turn_on
from tests.http import stored
from tests.running import Service

DAY = 24 * 3600


@dataclass
class Script(Terminal):
    """A home folder where nobody has signed in, for a program with a token in its environment."""

    def given(self, token: str) -> Script:
        self.settings = {"RECADO_TOKEN": token, "RECADO_SERVER": self.server}
        return self


def made(terminal: Terminal, *more: str) -> str:
    """Make a token and return it."""
    return terminal.run("tokens", "add", "nightly", *more).strip()


@pytest.fixture
def machine(tmp_path: Path, ana: Terminal) -> Script:
    """Another home folder, where nobody has signed in."""
    return Script(tmp_path / "machine", ana.server)


def test_a_token_is_printed_once_listed_and_ended(ana: Terminal) -> None:
    ended = ana.done("tokens", "add", "nightly", "--write", "--days", "7")
    token, told = ended.stdout.decode().strip(), ended.stderr.decode()
    assert (len(token.split(".")), "shown only now" in told) == (3, True)
    (line,) = ana.run("tokens").splitlines()
    assert ("nightly" in line, "write" in line, "until" in line) == (True, True, True)
    assert line.split()[0] in told
    assert token not in (ana.run("tokens", "--json") + ana.run("devices", "--json"))
    assert ana.run("tokens", "end", line.split()[0]) == "nightly is ended.\n"
    assert ana.run("tokens") == ""
    ana.told("tokens", "end", line.split()[0], code=4)


def test_a_device_is_no_token_and_is_not_ended_as_one(ana: Terminal, tmp_path: Path) -> None:
    other = another(ana, tmp_path)
    device = ana.json("devices")["items"][0]["id"]
    assert "None of your tokens" in ana.told("tokens", "end", device, code=4)
    other.run("ls")


def test_a_script_needs_nothing_but_its_token(ana: Terminal, machine: Script) -> None:
    ana.run("add", "water the plants", "tomorrow")
    token = made(ana, "--write")
    machine.given(token)
    assert "1  water the plants" in machine.run("ls")
    machine.run("done", "1")
    machine.run("undo")
    machine.run("add", "buy bread")
    assert sorted(ana.titles()) == ["buy bread", "water the plants"]
    assert not (machine.home / ".config").exists()
    kept = [path.read_text() for path in machine.home.rglob("*") if path.is_file()]
    assert kept
    assert not any(token in text or token.split(".")[2] in text for text in kept)


def test_a_reader_is_told_what_it_lacks(ana: Terminal, machine: Script) -> None:
    machine.given(made(ana))
    assert machine.run("ls") is not None
    assert "lacks the scope 'write'" in machine.told("add", "x", code=1)
    assert "No access token may do this" in machine.told("tokens", "add", "more", code=1)
    assert "No access token may do this" in machine.told("devices", code=1)


def test_a_named_profile_wins_over_the_token_and_the_token_over_the_usual_profile(ana: Terminal, bia: Terminal) -> None:
    bia.run("add", "of bia")
    ana.settings = {"RECADO_TOKEN": made(bia), "RECADO_SERVER": bia.server}
    assert "of bia" in ana.run("ls")
    assert "of bia" not in ana.run("ls", "--profile", "default")
    assert "of bia" in ana.run("ls", RECADO_PROFILE="default")


@pytest.mark.parametrize("token", ["nothing", "a b", "é", "a.b.c"])
def test_a_wrong_token_is_one_sentence(ana: Terminal, machine: Script, token: str) -> None:
    code = 2 if token in ("a b", "é") else 3
    machine.told("ls", code=code, RECADO_TOKEN=token, RECADO_SERVER=ana.server)
    machine.told("login", ana.server, "--token", stdin=f"{token}\n", code=2 if code == 2 else 1)
    assert not machine.profile().exists()


def test_a_token_that_was_ended_is_told_with_exit_code_3(ana: Terminal, machine: Script) -> None:
    machine.given(made(ana))
    ana.run("devices", "end", "--others")
    assert "The access token was ended: set RECADO_TOKEN" in machine.told("ls", code=3)


def test_a_token_signs_a_profile_in_and_signing_out_ends_it(ana: Terminal, machine: Script) -> None:
    token = made(ana, "--write")
    assert ana.username in machine.run("login", ana.server, "--token", stdin=f"{token}\n")
    machine.run("add", "from the machine")
    assert ana.titles() == ["from the machine"]
    machine.run("login", ana.server, "--token", stdin=f"{token}\n")  # the same again ends nothing
    machine.run("ls")
    machine.run("logout")
    assert ana.run("tokens") == ""
    machine.told("ls", code=3)
    assert machine.profile().stat().st_mode & 0o777 == 0o600


def test_a_profile_whose_token_ran_out_says_so_and_is_signed_out(ana: Terminal, machine: Script) -> None:
    machine.run("login", ana.server, "--token", stdin=made(ana) + "\n")
    ana.run("tokens", "end", ana.run("tokens").split()[0])
    assert "The access token was ended: `recado login --token`" in machine.told("ls", code=3)
    assert json.loads(machine.profile().read_text())["tokens"] is None


def test_a_token_does_not_take_over_somebody_elses_profile(ana: Terminal, bia: Terminal) -> None:
    assert "take another name" in ana.told("login", ana.server, "--token", stdin=made(bia) + "\n", code=2)
    ana.run("login", ana.server, "--token", "--profile", "bia", stdin=made(bia) + "\n")


async def test_later_the_password_is_asked_for(ana: Terminal, service: Service) -> None:
    moved = "UPDATE proof SET at = at - 660000000 WHERE session_id = $1"
    await stored.change(service, moved, ana.tokens()["session_id"])
    assert "--password-stdin" in ana.told("tokens", "add", "x", code=2)
    assert "not your password" in ana.told("tokens", "add", "x", "--password-stdin", stdin="wrong\n", code=1)
    ana.run("ls")
    assert ana.run("tokens", "add", "x", "--password-stdin", stdin=PASSWORD + "\n").count(".") == 2
    assert "Password: " in ana.at_a_screen("tokens", "add", "y", typed=PASSWORD.encode() + b"\n")


def test_a_token_lives_as_long_as_one_says_a_year_at_most(ana: Terminal) -> None:
    assert ana.json("tokens", "add", "x", "--days", "365")["expires_in"] == 365 * DAY
    assert ana.json("tokens", "add", "x")["expires_in"] == 30 * DAY
    for wrong in ("366", "0", "-1"):
        ana.told("tokens", "add", "x", "--days", wrong, code=1)
    ana.told("tokens", "add", " ", code=1)


async def test_with_a_second_factor_its_code_is_asked_for_as_well(ana: Terminal, service: Service) -> None:
    app, codes = turn_on(ana)
    moved = "UPDATE proof SET at = at - 660000000 WHERE session_id = $1"
    await stored.change(service, moved, ana.tokens()["session_id"])
    answers = [("Password:", PASSWORD), ("Code of your app", app.code())]
    assert "This is shown only now" in ana.in_turn("tokens", "add", "x", answers=answers)
    await stored.change(service, moved, ana.tokens()["session_id"])
    asked = ("tokens", "add", "y", "--password-stdin")
    assert "is wrong" in ana.done(*asked, stdin=f"{PASSWORD}\n{app.wrong()}\n").stderr.decode()
    assert ana.run(*asked, stdin=f"{PASSWORD}\n{codes[0]}\n").count(".") == 2
