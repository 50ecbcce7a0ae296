"""Signing in and out, profiles, and tokens that are refreshed in silence."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.use.terminal import PASSWORD, Terminal, another, somebody
from tests.conftest import SECRETS
from tests.running import Service


@pytest.fixture(params=["sqlite", "postgres"])
def brief(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service whose access tokens live for two seconds."""
    settings = {"RECADO_ACCESS_TTL": "2s", **SECRETS}
    if request.param == "postgres":
        scaled: Service = request.getfixturevalue("scaled")
        settings |= {name: scaled.settings[name] for name in ("DATABASE_URL", "REDIS_DSN", "RECADO_WORKERS")}
    folder = tmp_path / "brief"
    folder.mkdir()
    service = Service(folder, settings)
    try:
        yield service.start()
    finally:
        service.stop()


def sessions(terminal: Terminal) -> list[str]:
    return [one["id"] for one in terminal.json("devices")["items"]]


@pytest.mark.parametrize("told", ["the clock says so", "the server says so"])
def test_eight_processes_with_an_expired_token_all_succeed_and_the_session_lives(
    tmp_path: Path, brief: Service, told: str
) -> None:
    ana = somebody(tmp_path, brief)
    before = sessions(ana)
    spent = ana.tokens(expires_at=0 if told == "the clock says so" else 1e11)
    if told == "the server says so":
        subprocess.run(["sleep", "2"], check=True)
    assert ana.at_once(8, "ls") == [(0, "")] * 8
    assert ana.tokens()["refresh"] != spent["refresh"]
    assert sessions(ana) == before
    assert ana.at_once(8, "add", "a") == [(0, "")] * 8
    assert len(ana.titles()) == 8


def test_a_refresh_whose_result_was_never_written_signs_nobody_out(ana: Terminal) -> None:
    ana.tokens(expires_at=0)
    saved = ana.profile().read_text()
    ana.run("ls")
    ana.profile().write_text(saved)
    ana.run("ls")
    assert len(sessions(ana)) == 1


def test_tokens_are_for_their_owner_only(ana: Terminal) -> None:
    files = [path for folder in (".config", ".local") for path in (ana.home / folder / "").rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(ana.profile().parent.stat().st_mode) == 0o700
    ana.profile().chmod(0o644)
    ana.run("ls")
    assert stat.S_IMODE(ana.profile().stat().st_mode) == 0o600


def test_a_session_that_was_ended_elsewhere_is_told_with_exit_code_3(ana: Terminal, tmp_path: Path) -> None:
    other = another(ana, tmp_path)
    listed = ana.run("devices")
    assert "this device" in listed
    line = next(one for one in listed.splitlines() if "other" in one)
    assert ana.run("devices", "end", line.split()[0]) == "other is signed out.\n"
    assert "signed out, here or from another one: `recado login`" in other.told("ls", code=3)
    assert "signed out" in other.told("ls", code=3)
    assert other.json("profiles")["items"][0]["signed_in"] is False
    other.login()
    other.run("ls")
    ana.run("devices", "end", "--others")
    other.told("add", "a", code=3)
    ana.run("ls")
    ana.told("devices", "end", code=2)
    ana.told("devices", "end", "0123456789", code=4)
    ana.told("devices", "end", "a", code=2)


def test_a_refresh_token_that_ran_out_or_was_stolen_is_told_with_exit_code_3(ana: Terminal) -> None:
    stolen = ana.tokens(expires_at=0)
    ana.run("ls")
    ana.tokens(expires_at=0)
    ana.run("ls")
    ana.tokens(access=stolen["access"], refresh=stolen["refresh"], expires_at=0)
    assert "signed out" in ana.told("ls", code=3)


def test_logout_ends_the_session_and_forgets_the_tokens(ana: Terminal, tmp_path: Path) -> None:
    other = another(ana, tmp_path)
    held = ana.profile().read_text()
    assert "is signed out of" in ana.run("logout")
    assert "access" not in ana.profile().read_text()
    ana.told("ls", code=3)
    ana.told("logout", code=3)
    ana.profile().write_text(held)
    ana.told("ls", code=3)
    other.login("--device", "again")  # the session of before is ended
    assert len(sessions(other)) == 1
    third = another(ana, tmp_path)
    third.run("logout", "--everywhere")
    other.told("ls", code=3)


def test_signing_in_asks_for_the_password_without_an_echo(ana: Terminal, tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home", ana.server, ana.username)
    seen = home.at_a_screen("login", ana.server, "-u", ana.username, typed=PASSWORD.encode() + b"\n")
    assert "Password: " in seen
    assert PASSWORD not in seen
    assert f"Signed in to {ana.server} as {ana.username}." in seen
    assert "cli" in home.run("devices")


def test_signing_in_that_cannot_be_is_one_sentence(ana: Terminal, tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home", ana.server)
    asked = ("login", ana.server, "-u", ana.username, "--password-stdin")
    assert home.told(*asked, stdin="wrong", code=1) == "recado: User name and password do not match.\n"
    assert "--username" in home.told("login", ana.server, "--password-stdin", code=2)
    assert "--password-stdin" in home.told("login", ana.server, "-u", "ana", code=2)
    assert "no address" in home.told("login", "ftp://x", "-u", "ana", "--password-stdin", code=2)
    assert "no address" in home.told("login", "http://:x", "-u", "ana", "--password-stdin", code=2)
    assert "taken" in home.told("signup", ana.server, "-u", ana.username, "--password-stdin", stdin=PASSWORD, code=1)
    assert not home.profile().exists()


def test_who_is_new_is_shown_the_first_steps(tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home")
    ended = home.done()
    assert ended.returncode == 3
    assert "recado login SERVER" in ended.stderr.decode()
    assert "recado serve" in ended.stderr.decode()
    assert "`recado login SERVER`" in home.told("ls", code=3)
    home.told("logout", code=3)


def test_profiles_keep_people_and_servers_apart(ana: Terminal, bia: Terminal) -> None:
    ana.run("add", "of ana")
    both = Terminal(ana.home, bia.server, bia.username)
    assert "--profile NAME" in both.told(
        "login", bia.server, "-u", bia.username, "--password-stdin", code=2, stdin=PASSWORD
    )
    both.login("--profile", "work")
    assert both.titles() == []
    both.run("add", "of bia")
    assert both.titles() == ["of bia"]
    assert both.titles("--profile", "default") == ["of ana"]
    assert both.run("ls", RECADO_PROFILE="default") == "  1  of ana\n"
    assert both.run("ls", "-P", "work") == "  1  of bia\n"
    listed = both.run("profiles")
    assert f"  default  {ana.username} at {ana.server}\n" in listed
    assert f"* work  {bia.username} at {bia.server}\n" in listed
    both.run("profiles", "use", "default")
    assert both.titles() == ["of ana"]
    both.run("profiles", "rm", "work")
    both.told("ls", "--profile", "work", code=3)
    both.told("profiles", "use", "work", code=4)
    both.told("profiles", "rm", "work", code=4)
    both.told("ls", "--profile", "../work", code=2)
    assert len(sessions(bia)) == 1  # that of the profile was ended


def test_the_files_can_lie_elsewhere(ana: Terminal, tmp_path: Path) -> None:
    moved = tmp_path / "xdg"
    shutil.move(ana.home / ".config", moved)
    ana.told("ls", code=3)
    ana.run("ls", XDG_CONFIG_HOME=str(moved))


def test_a_broken_profile_is_told_and_not_overwritten(ana: Terminal) -> None:
    for text in ("{", "[]", '{"server": 1}'):
        ana.profile().write_text(text)
        sentence = ana.done("ls").stderr.decode()
        assert str(ana.profile()) in sentence
        assert ana.profile().read_text() == text
