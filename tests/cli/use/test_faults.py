"""Servers that cannot be reached, answers that are lost, and what is no recado at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.use.terminal import PASSWORD, Terminal
from tests.servers import free_port


class Lossy:
    """A proxy that passes everything on, and hangs up instead of answering where it is told to."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.swallow: dict[bytes, int] = {}
        """How many answers to requests that begin so are lost."""
        self.asked: list[bytes] = []
        """The head of every request that came by."""
        self._upstream = port
        self._listener = socket.create_server(("127.0.0.1", self.port))

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._upstream)) as server:
            asked: list[bytes] = []
            threading.Thread(target=self._forward, args=(client, server, asked), daemon=True).start()
            with suppress(OSError):
                while answer := server.recv(1 << 20):
                    if self._swallowed(asked[-1]):
                        break
                    client.sendall(answer)
                client.shutdown(socket.SHUT_RDWR)

    def _forward(self, client: socket.socket, server: socket.socket, asked: list[bytes]) -> None:
        with suppress(OSError):
            while request := client.recv(1 << 20):
                if b" HTTP/1.1\r\n" in request[:500]:
                    asked.append(request)
                    self.asked.append(request)
                server.sendall(request)
            server.shutdown(socket.SHUT_WR)

    def _swallowed(self, request: bytes) -> bool:
        for start, left in self.swallow.items():
            if left and request.startswith(start):
                self.swallow[start] -= 1
                return True
        return False


@contextmanager
def lossy(port: int, kind: type[Lossy] = Lossy) -> Iterator[Lossy]:
    proxy = kind(port)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture
def proxy(ana: Terminal) -> Iterator[Lossy]:
    """Ana's way to the server, which may lose answers."""
    with lossy(int(ana.server.rpartition(":")[2])) as one:
        held = ana.profile().read_text()
        ana.profile().write_text(held.replace(ana.server, f"http://127.0.0.1:{one.port}"))
        yield one


def test_an_add_whose_answer_is_lost_is_tried_again_and_adds_once(ana: Terminal, proxy: Lossy) -> None:
    proxy.swallow[b"POST /todo "] = 1
    assert ana.run("add", "buy", "milk") == "Added 1  buy milk\n"
    assert ana.titles() == ["buy milk"]


def test_an_add_that_was_never_answered_adds_once_when_it_is_typed_again(ana: Terminal, proxy: Lossy) -> None:
    proxy.swallow[b"POST /todo "] = 2
    assert "nothing is done twice" in ana.told("add", "buy", "milk", code=5)
    assert ana.run("add", "buy", "milk") == "Added 1  buy milk\n"
    assert ana.titles() == ["buy milk"]
    ana.run("add", "buy", "milk")
    assert ana.titles() == ["buy milk", "buy milk"]


@pytest.mark.parametrize("command", ["done", "edit", "rm"])
def test_a_change_whose_answer_is_lost_happens_once_and_is_taken_back(
    ana: Terminal, proxy: Lossy, command: str
) -> None:
    ana.run("add", "water plants every day")
    before = ana.json("show", "1")["due"]
    proxy.swallow[b"POST /todo/batch"] = 1
    ana.run(command, "1", *(["--due", "friday"] if command == "edit" else []))
    proxy.swallow[b"POST /todo/"] = 1
    ana.run("undo")
    assert ana.json("show", "1")["due"] == before
    assert proxy.swallow == {b"POST /todo/batch": 0, b"POST /todo/": 0}


def test_what_was_never_answered_happens_once_when_it_is_typed_again(ana: Terminal, proxy: Lossy) -> None:
    ana.run("add", "water plants every day")
    proxy.swallow[b"POST /todo/batch"] = 2
    ana.told("done", "1", code=5)
    assert ana.run("done", "1").startswith("Moved on to tomorrow 1")
    proxy.swallow[b"POST /todo/"] = 2
    ana.told("undo", code=5)
    assert ana.run("undo") == "Taken back 1  water plants  today  every day\n"
    assert ana.run("done", "1").startswith("Moved on to tomorrow 1")


def test_a_refresh_whose_answer_is_lost_keeps_the_session(ana: Terminal, proxy: Lossy) -> None:
    for lost in (1, 2):
        ana.tokens(expires_at=0)
        proxy.swallow[b"POST /token/refresh"] = lost
        ended = ana.done("ls")
        assert ended.returncode == (0 if lost == 1 else 5)
        ana.run("ls")
    assert len(ana.json("devices")["items"]) == 1


def test_of_many_processes_one_refreshes(ana: Terminal, proxy: Lossy) -> None:
    ana.tokens(expires_at=0)
    assert ana.at_once(8, "ls") == [(0, "")] * 8
    assert sum(request.startswith(b"POST /token/refresh ") for request in proxy.asked) == 1


def test_a_server_that_is_not_there_is_one_sentence_and_exit_code_5(ana: Terminal, tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    held = ana.profile().read_text()
    ana.profile().write_text(held.replace(ana.server, gone))
    for command in (["ls"], [], ["add", "a"], ["logout"]):
        assert f"{gone} cannot be reached" in ana.told(*command, code=5)
    assert "access" in ana.profile().read_text()  # nobody is signed out by that
    ana.run("logout", "--forget")
    assert "access" not in ana.profile().read_text()
    home = Terminal(tmp_path / "home")
    home.told("login", gone, "-u", "ana", "--password-stdin", stdin=PASSWORD, code=5)


def test_what_answers_otherwise_is_told_to_be_no_recado(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")

        threading.Thread(target=answer, daemon=True).start()
        home = Terminal(tmp_path / "home")
        asked = ("login", f"127.0.0.1:{port}", "-u", "ana", "--password-stdin")
        assert "no recado" in home.told(*asked, stdin=PASSWORD, code=1)
        listener.shutdown(socket.SHUT_RDWR)
