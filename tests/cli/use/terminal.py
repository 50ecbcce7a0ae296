"""Somebody at a terminal: runs the console script as people do, with a home folder of their own."""

from __future__ import annotations

import itertools
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.running import Service, environment

PASSWORD = "a quiet river under the old bridge"
PROGRAM = str(Path(sys.executable).with_name("recado"))
_numbers = itertools.count(1)


@dataclass
class Terminal:
    """One home folder, on one server or none. `run` gives standard output, `told` standard error."""

    home: Path
    server: str = ""
    username: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)

    def environment(self, **more: str) -> dict[str, str]:
        return environment({"HOME": str(self.home), "LANG": "C.UTF-8", "TZ": "Europe/Lisbon"} | self.settings | more)

    def done(self, *arguments: str, stdin: str | bytes = "", **more: str) -> subprocess.CompletedProcess[bytes]:
        """Run one command and return how it ended. None of them may show a traceback."""
        ended = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.home,
            env=self.environment(**more),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert b"Traceback" not in ended.stderr, ended.stderr.decode()
        return ended

    def run(self, *arguments: str, stdin: str | bytes = "", code: int = 0, **more: str) -> str:
        """Run one command that ends with `code`; return what it printed on standard output."""
        ended = self.done(*arguments, stdin=stdin, **more)
        assert ended.returncode == code, (arguments, ended.stdout.decode(), ended.stderr.decode())
        return ended.stdout.decode()

    def told(self, *arguments: str, code: int, stdin: str = "", **more: str) -> str:
        """Run one command that fails with `code`; return the sentence it printed on standard error."""
        ended = self.done(*arguments, stdin=stdin, **more)
        assert ended.returncode == code, (arguments, ended.stdout.decode(), ended.stderr.decode())
        sentence = ended.stderr.decode()
        assert sentence.startswith("recado: ")
        assert sentence.endswith(".\n")
        assert sentence.count("\n") == 1, sentence
        return sentence

    def at_once(self, count: int, *arguments: str) -> list[tuple[int, str]]:
        """Run so many processes at the same time; return exit code and standard error of each."""
        running = [
            subprocess.Popen(
                [PROGRAM, *arguments],
                env=self.environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]
        return [(one.wait(60), one.communicate()[1]) for one in running]

    def json(self, *arguments: str, stdin: str = "") -> Any:
        return json.loads(self.run(*arguments, "--json", stdin=stdin))

    def titles(self, *arguments: str) -> list[str]:
        """The titles that `recado ls` lists."""
        return [one["title"] for one in self.json("ls", *arguments)["items"]]

    def number(self, title: str) -> str:
        """The number of a to-do in the listing of all."""
        found = {one["title"]: one["number"] for one in self.json("ls", "--all")["items"]}
        return str(found[title])

    def signup(self, *more: str) -> Terminal:
        self.run("signup", self.server, "-u", self.username, "--password-stdin", *more, stdin=PASSWORD + "\n")
        return self

    def login(self, *more: str, **settings: str) -> Terminal:
        asked = ("login", self.server, "-u", self.username, "--password-stdin", *more)
        self.run(*asked, stdin=PASSWORD + "\n", **settings)
        return self

    def profile(self, name: str = "default") -> Path:
        return self.home / f".config/recado/profiles/{name}.json"

    def tokens(self, **changed: object) -> dict[str, Any]:
        """Read the tokens in the profile's file, after changing some."""
        held = json.loads(self.profile().read_text())
        held["tokens"].update(changed)
        self.profile().write_text(json.dumps(held))
        return held["tokens"]

    def in_turn(self, *arguments: str, answers: list[tuple[str, str]]) -> str:
        """Run one command on a pseudo-terminal and type each answer once what asks for it has appeared."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.home)
            os.execve(PROGRAM, [PROGRAM, *arguments], self.environment(TERM="xterm"))  # noqa: S606
        seen = ""
        try:
            for question, answer in answers:
                asked = len(seen)
                while question not in seen[asked:]:
                    assert select.select([screen], [], [], 20)[0], f"nobody asked {question!r}: {seen}"
                    seen += os.read(screen, 65536).decode()
                time.sleep(0.1)  # it asks, then reads
                os.write(screen, f"{answer}\n".encode())
            seen += _all_of(screen)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, seen
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        return seen

    def at_a_screen(self, *arguments: str, typed: bytes = b"", code: int = 0, **more: str) -> str:
        """Run one command on a pseudo-terminal, type into it, and return all that appeared there."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.home)
            os.execve(PROGRAM, [PROGRAM, *arguments], self.environment(TERM="xterm", **more))  # noqa: S606
        if typed:
            time.sleep(0.7)  # it switches the echo off before it asks, which flushes what was typed before
            os.write(screen, typed)
        seen = _all_of(screen)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code, seen
        return seen


def _all_of(screen: int) -> str:
    seen = b""
    try:
        while more := os.read(screen, 65536):
            seen += more
    except OSError:  # the other end is closed
        pass
    os.close(screen)
    return seen.decode()


def somebody(folder: Path, service: Service, name: str = "ana") -> Terminal:
    """Somebody new at a terminal of their own, signed in. They sign up from an address of theirs: it is limited."""
    username = f"{name}.{os.getpid()}.{next(_numbers)}"
    with service.plain_client() as client:
        body = {"username": username, "password": PASSWORD, "locale": "en", "time_zone": "Europe/Lisbon"}
        answer = client.post("/user", json=body)
    assert answer.status_code == 201, answer.text
    return Terminal(folder / username, service.base_url, username).login()


def another(terminal: Terminal, folder: Path) -> Terminal:
    """The same person at another machine."""
    return Terminal(folder / f"other.{next(_numbers)}", terminal.server, terminal.username).login("--device", "other")
