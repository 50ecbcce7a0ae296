"""Slips, broken files and full disks: each is one sentence, and harms nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.use.terminal import PASSWORD, PROGRAM, Terminal
from tests.cli.use.test_faults import Lossy, lossy
from tests.servers import free_port


def test_what_is_done_to_one_to_do_refuses_several_and_none(ana: Terminal) -> None:
    ana.run("add", "a")
    ana.run("add", "b")
    for command in (["show"], ["edit", "--title", "x"], ["add", "x", "--under"]):
        assert "several" in ana.told(*command, "1,2", code=2)
        ana.told(*command, ",", code=2)
    ana.told("done", ",", code=2)
    assert sorted(ana.titles()) == ["a", "b"]


def test_what_is_no_utf_8_is_refused(ana: Terminal) -> None:
    ended = subprocess.run(
        [PROGRAM.encode(), b"add", b"caf\xe9"], env=ana.environment(), capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr.count(b"\n")) == (2, 1)
    assert b"UTF-8" in ended.stderr
    assert ana.done("add", "-", stdin=b"caf\xe9\n").returncode == 2
    assert ana.titles() == []


@pytest.mark.parametrize("server", ["http://a..b", f"https://{'a' * 70}.com"])
def test_an_address_that_no_name_can_have_is_one_sentence(tmp_path: Path, server: str) -> None:
    ended = Terminal(tmp_path / "home").done("login", server, "-u", "ana", "--password-stdin", stdin=PASSWORD)
    assert ended.returncode == 1
    assert b"no address" in ended.stderr


def test_the_end_of_input_instead_of_a_password_is_told(tmp_path: Path) -> None:
    home = Terminal(tmp_path / "home")
    seen = home.at_a_screen("login", f"127.0.0.1:{free_port()}", "-u", "ana", typed=b"\x04", code=2)
    assert "No password was typed." in seen
    assert "Traceback" not in seen


@pytest.mark.parametrize(
    "text",
    [
        '{"server": 1, "username": "x"}',
        '{"server": "http://a", "username": "x", "time_zone": 3}',
        '{"server": "http://a", "username": "x",'
        ' "tokens": {"access": "a", "refresh": "b", "expires_at": "c", "session_id": "d"}}',
        "{",
    ],
)
def test_a_broken_profile_hides_no_other_and_can_be_removed(ana: Terminal, text: str) -> None:
    ana.profile("broken").write_text(text)
    assert str(ana.profile("broken")) in ana.told("ls", "-P", "broken", code=1)
    assert [one["name"] for one in ana.json("profiles")["items"]] == ["default"]
    assert "forgotten" in ana.run("profiles", "rm", "broken")
    assert not ana.profile("broken").exists()


@pytest.mark.parametrize("text", ['{"numbers": []}', '{"changes": 5}', '{"pending": ""}'])
def test_a_memory_that_is_not_whole_is_told(ana: Terminal, text: str) -> None:
    memory = ana.home / ".local/state/recado/default.json"
    ana.run("add", "a")
    memory.write_text(text)
    for command in (["ls"], ["done", "1"], ["undo"]):
        assert str(memory) in ana.told(*command, code=1)


def test_somebody_else_in_the_same_profile_finds_no_numbers_and_nothing_to_take_back(
    ana: Terminal, bia: Terminal
) -> None:
    ana.run("lists", "add", "Casa")
    code = re.search(r"recado join (\S+)", ana.run("invite", "Casa"))
    assert code
    bia.run("join", code[1])
    ana.run("add", "--list", "Casa", "sweep")
    ana.run("done", "1")
    ana.run("logout")
    ana.login()
    assert ana.run("show", "1").startswith("  1  ✓ sweep")
    ana.run("logout")
    other = Terminal(ana.home, bia.server, bia.username).login()
    assert "nothing to take back" in other.told("undo", code=1)
    other.told("done", "1", code=4)


def test_leaving_a_to_do_for_somebody_keeps_it_in_its_shared_list(ana: Terminal, bia: Terminal) -> None:
    for name in ("Casa", "Sitio"):
        ana.run("lists", "add", name)
        code = re.search(r"recado join (\S+)", ana.run("invite", name))
        assert code
        bia.run("join", code[1])
    ana.run("lists", "add", "Alone")
    ana.run("add", "--list", "Sitio", "sweep")
    assert ana.run("edit", "1", "--for", bia.username).endswith("(Sitio)\n")
    assert ana.run("edit", "1", "--for", ana.username).endswith("for you  (Sitio)\n")
    ana.run("add", "--list", "Alone", "paint")
    assert "in that list" in ana.told("edit", "2", "--for", bia.username, code=4)
    ana.run("add", "mow")
    assert ana.run("edit", "3", "--for", bia.username).endswith("(Casa)\n")


def test_an_export_replaces_what_a_link_points_to_and_no_device(ana: Terminal, tmp_path: Path) -> None:
    ana.run("add", "a")
    kept, link = tmp_path / "kept.json", tmp_path / "link.json"
    link.symlink_to(kept)
    ana.run("export", "-o", str(link))
    assert link.is_symlink()
    assert '"a"' in kept.read_text()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    ana.run("export", "-o", str(pipe))
    assert b'"a"' in os.read(reader, 65536)
    os.close(reader)
    assert pipe.is_fifo()
    ana.told("export", "-o", ".", code=2)
    ana.told("export", "-o", str(kept / "x"), code=1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has /dev/full")
@pytest.mark.parametrize("command", ["ls", "export"])
def test_a_full_disk_is_one_sentence(ana: Terminal, command: str) -> None:
    ana.run("add", "a")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [PROGRAM, command], env=ana.environment(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr == b"recado: The output cannot be written (No space left on device).\n"


def test_an_editor_that_leaves_no_text_changes_nothing(ana: Terminal) -> None:
    ana.run("add", "a")
    for left in ('rm "$1"', "printf 'title: \\377' > \"$1\""):
        editor = ana.home / "editor"
        editor.write_text(f"#!/bin/sh\n{left}\n")
        editor.chmod(0o700)
        seen = ana.at_a_screen("edit", "1", code=1, EDITOR=str(editor))
        assert "so nothing is changed." in seen
        assert "Traceback" not in seen
    assert ana.titles() == ["a"]


def test_every_change_tells_programs_the_number_and_what_became(ana: Terminal, tmp_path: Path) -> None:
    assert ana.json("add", "a")["number"] == 1
    assert [one["number"] for one in ana.json("add", "-", stdin="b\nc\n")["items"]] == [2, 3]
    for command in (["done", "2"], ["edit", "2", "--title", "d"], ["rm", "2"], ["undo"]):
        assert [one["number"] for one in ana.json(*command)["items"]] == [2]
    ana.run("lists", "add", "Casa")
    assert ana.json("lists", "rm", "Casa")["name"] == "Casa"
    Terminal(tmp_path / "other", ana.server, ana.username).login("--device", "other")
    assert [one["device"] for one in ana.json("devices", "end", "--others")["items"]] == ["other"]
    assert ana.json("logout")["signed_in"] is False
    again = ana.json("login", "--password-stdin", stdin=PASSWORD)
    assert again == {"name": "default", "server": ana.server, "username": ana.username, "signed_in": True}


def test_tokens_that_are_only_forgotten_are_not_told_to_be_ended(ana: Terminal) -> None:
    held = ana.profile().read_text()
    ana.profile().write_text(held.replace(ana.server, f"http://127.0.0.1:{free_port()}"))
    assert "was not told" in ana.run("logout", "--everywhere", "--forget")
    ana.profile().write_text(held)
    ana.run("ls")


class LosesTheSecond(Lossy):
    """Passes the first batch on, and loses the answers to the two after it."""

    def _swallowed(self, request: bytes) -> bool:
        batches = sum(one.startswith(b"POST /todo/batch ") for one in self.asked)
        return request.startswith(b"POST /todo/batch ") and batches in (2, 3)


def test_many_lines_that_failed_half_way_are_added_once_when_they_are_sent_again(ana: Terminal) -> None:
    with lossy(int(ana.server.rpartition(":")[2]), LosesTheSecond) as proxy:
        held = ana.profile().read_text()
        ana.profile().write_text(held.replace(ana.server, f"http://127.0.0.1:{proxy.port}"))
        lines = "".join(f"line {number}\n" for number in range(150))
        ana.told("add", "-", "--as-is", code=5, stdin=lines)
        assert ana.run("add", "-", "--as-is", stdin=lines).count("\n") == 150
        assert len(ana.titles("--limit", "1000")) == 150
        ana.run("undo")
        assert ana.titles() == []
