"""`recado demo` as people run it: texts come to the phones, answers reach the to-dos, and nothing is left behind."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.running import command, environment
from tests.servers import free_port, wait_until

MARIA = "447700900102"


@dataclass
class Demo:
    process: subprocess.Popen[bytes]
    folder: Path
    phones: str
    page: str
    password: str

    def texts(self, enough: int, number: str = MARIA) -> list[dict[str, Any]]:
        """The texts of a phone as the page gets them, once there are so many."""
        found = list[dict[str, Any]]()
        with httpx2.stream("GET", f"{self.phones}/texts", trust_env=False, timeout=10) as stream:
            for line in stream.iter_lines():
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else None
                found += [told] if told and told["number"] == number else []
                if len(found) >= enough:
                    return found
        raise AssertionError("the stream ended")

    def post(self, path: str, body: object, **headers: str) -> int:
        return httpx2.post(self.phones + path, json=body, headers=headers, trust_env=False, timeout=10).status_code

    def todos(self, query: str) -> list[str]:
        """What Maria sees when she signs in."""
        with httpx2.Client(base_url=self.page, trust_env=False, timeout=10) as client:
            signed_in = client.post("/login", json={"username": "maria", "password": self.password}).json()
            client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
            return [todo["title"] for todo in client.get(f"/todo?{query}").json()["items"]]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    folder, log = tmp_path / "tmp", tmp_path / "log"
    folder.mkdir()
    (tmp_path / ".env").write_text("NEXMO_API_KEY=somebody's own\nRECADO_SIGNUP=closed\n")
    settings = {"PORT": str(free_port()), "TMPDIR": str(folder), "RECADO_DATA": str(tmp_path / "data")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command("demo"), cwd=tmp_path, env=environment({}) | settings, stdout=out, stderr=out
        )
    wait_until(lambda: b"password" in log.read_bytes(), "recado demo", process, log, 40)
    told = re.search(r"phones +(\S+).*to-dos +(\S+) .*password +(\S+)", log.read_text("utf-8"), re.DOTALL)
    assert told
    phones, page = (address.replace("localhost", "127.0.0.1") for address in told.groups()[:2])
    yield Demo(process, folder, phones, page, told[3])
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_text_arrives_and_answering_it_ticks_the_todo_and_then_nothing_is_left(demo: Demo) -> None:
    assert demo.texts(2)[1]["text"] == "ana deixou: buy bread. Responda FEITO 1 quando fizer."
    assert "buy bread" in demo.todos("limit=200")
    assert demo.post(f"/phone/{MARIA}", {"text": "FEITO 1"}) == 204
    texts = demo.texts(4)  # a sign-in by a program is no news for her phone
    assert [(text["mine"], text["text"]) for text in texts[2:]] == [(True, "FEITO 1"), (False, "Feito: buy bread")]
    assert demo.texts(3, "447700900101")[2]["text"] == "maria did it: buy bread"
    assert demo.todos("state=done") == ["buy bread"]
    _only_its_own_page_may_write(demo)
    assert len(list(demo.folder.iterdir())) == 1
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(20) == 0
    assert list(demo.folder.iterdir()) == []
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{demo.page}/healthz", trust_env=False)
    assert not (demo.folder.parent / "data").exists()


def _only_its_own_page_may_write(demo: Demo) -> None:
    said = {"text": "FEITO 1"}
    assert demo.post("/phone/447700900999", said) == 404
    assert demo.post(f"/phone/{MARIA}", said, Host="recado.example") == 403
    assert demo.post("/v1/messages", {"to": MARIA, "text": "x", "from": "1", "client_ref": "x"}) == 401
    assert [demo.post(f"/phone/{MARIA}", body) for body in ([], {}, {"text": 3}, {"text": " "})] == [422] * 4
    form = httpx2.post(f"{demo.phones}/phone/{MARIA}", content=json.dumps(said), trust_env=False)
    assert form.status_code == 403
    asked = httpx2.get(f"{demo.phones}/household", headers={"Host": "recado.example"}, trust_env=False)
    assert asked.status_code == 421


def test_a_taken_port_is_told_in_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = environment({"PORT": str(port), "TMPDIR": str(tmp_path)})
        done = subprocess.run(command("demo"), env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    of_phones = f"recado: Port {port + 1}, for the phones, is taken"  # by chance, by somebody else
    assert done.stderr.startswith((f"recado: The service did not start: Port {port} of 127.0.0.1 is taken", of_phones))
    assert list(tmp_path.iterdir()) == []
