"""Signing in at a terminal with a second factor."""

from __future__ import annotations

from pathlib import Path

import httpx2

from tests.cli.use.terminal import PASSWORD, Terminal
from tests.http.factors import App


def turn_on(ana: Terminal) -> tuple[App, list[str]]:
    """Set an authenticator app up on the session of a terminal."""
    bearer = {"Authorization": f"Bearer {ana.tokens()['access']}"}
    with httpx2.Client(base_url=ana.server, headers=bearer, trust_env=False) as client:
        app = App(client.post("/me/totp").json()["secret"])
        return app, client.post("/me/totp/verify", json={"code": app.code()}).json()["recovery_codes"]


def test_a_code_is_asked_for_at_the_screen_and_again_when_it_is_wrong(ana: Terminal) -> None:
    app, _ = turn_on(ana)
    code = "Code of your app, or a recovery code:"
    answers = [("Password:", PASSWORD), (code, app.wrong()), ("That is wrong", app.code())]
    seen = ana.in_turn("login", ana.server, "-u", ana.username, answers=answers)
    assert f"Signed in to {ana.server}" in seen
    assert PASSWORD not in seen


def test_a_script_gives_the_code_on_the_second_line_or_as_an_option(ana: Terminal, tmp_path: Path) -> None:
    app, codes = turn_on(ana)
    other = Terminal(tmp_path / "script", ana.server, ana.username)
    asked = ("login", ana.server, "-u", ana.username, "--password-stdin")
    assert "A second factor is on" in other.told(*asked, stdin=f"{PASSWORD}\n", code=2)
    assert "Signed in" in other.run(*asked, stdin=f"{PASSWORD}\n{app.code()}\n")
    assert "Signed in" in other.run(*asked, "--code", codes[0], "--device", "cron", stdin=f"{PASSWORD}\n")
    assert "cron" in other.run("devices")
    used = other.done(*asked, "--code", codes[0], stdin=f"{PASSWORD}\n")
    assert (used.returncode, b"used before" in used.stderr) == (1, True)
