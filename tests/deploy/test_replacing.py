"""The service is replaced under load, process by process or as a whole, and nobody notices."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.conftest import SECRETS
from tests.deploy.visiting import Crowd, crowd, titles
from tests.running import Service, command
from tests.servers import Postgres, Redis, wait_until


@pytest.fixture(params=["sqlite", "postgres"])
def several(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """Two server processes, over SQLite and over PostgreSQL and Redis."""
    settings = {"RECADO_WORKERS": "2"}
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        index: Redis = request.getfixturevalue("redis_server")
        database = asyncio.run(server.new_database(request.getfixturevalue("template")))
        settings |= {"DATABASE_URL": database, "REDIS_DSN": index.url, **SECRETS}
    with running(Service(tmp_path, settings)) as service:
        yield service


@contextmanager
def running(service: Service) -> Iterator[Service]:
    try:
        yield service.start()
    finally:
        service.kill9()


def handed(socket: int, how_many: str = "1") -> list[str]:
    """The command line that serves over an open socket, as systemd would start it (sd_listen_fds(3))."""
    hand_over = f"""import os, sys
if {socket} != 3: os.dup2({socket}, 3)
os.set_inheritable(3, True)
os.environ |= {{"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "{how_many}"}}
os.execv(sys.argv[1], sys.argv[1:])"""
    return [sys.executable, "-c", hand_over, *command("serve")]


@dataclass
class Held(Service):
    """A service whose socket somebody else holds, as systemd does."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=500))
    told: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]
        self.told.bind(str(self.folder / "notify"))
        self.told.setblocking(False)

    def start(self) -> Service:
        number = self.listener.fileno()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                handed(number),
                cwd=self.folder,
                env=self.environment | {"PORT": "1", "NOTIFY_SOCKET": str(self.folder / "notify")},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[number],
                start_new_session=True,
            )
        wait_until(self._ready, "recado serve", self.process, self.log, 20)
        return self

    def _ready(self) -> bool:
        try:
            return self.told.recv(100).startswith(b"READY=1\n")
        except BlockingIOError:
            return False


async def while_asked(service: Service, happens: Callable[[], object]) -> Crowd:
    """Do `happens` in a thread while a crowd asks; return the crowd when all its requests were answered."""
    people = await crowd(service)
    kept = [people.keep(f"kept {n}", pause) for n, pause in enumerate((0, 0, 0.01, 0.05, 0.2, 0.3))]
    asking = asyncio.gather(*kept, *(people.come_and_go(f"new {n}") for n in range(4)))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(happens)
    await asyncio.sleep(0.3)
    people.over = True
    await asyncio.wait_for(asking, 30)
    return people


async def assert_nobody_noticed(service: Service, people: Crowd) -> None:
    assert people.failed == []
    assert len(people.acknowledged) > 100
    assert sorted(await titles(service, people.token)) == sorted(people.acknowledged)


async def test_a_hangup_replaces_every_process_and_no_request_fails(several: Service) -> None:
    before = set(several.workers())
    assert several.process

    def replace() -> None:
        assert several.process
        several.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while before & set(several.workers()) or len(several.workers()) != 2:
            assert time.monotonic() < deadline, several.log.read_text()
            time.sleep(0.05)

    people = await while_asked(several, replace)
    await assert_nobody_noticed(several, people)
    assert several.process.poll() is None


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_restart_behind_a_socket_that_systemd_holds_fails_no_request(tmp_path: Path, workers: str) -> None:
    with running(Held(tmp_path, {"RECADO_WORKERS": workers})) as service:
        people = await while_asked(service, service.restart)
        await assert_nobody_noticed(service, people)


async def test_a_process_that_retires_keeps_a_connection_that_rests_until_it_asks_once_more(tmp_path: Path) -> None:
    with running(Service(tmp_path, {"RECADO_WORKERS": "2"})) as service:
        before = set(service.workers())
        async with service.client() as client:
            assert (await client.get("/healthz")).status_code == 200
            assert service.process
            service.process.send_signal(signal.SIGHUP)
            await asyncio.sleep(3)
            left = before & set(service.workers())
            assert len(left) == 1
            answer = await client.get("/healthz")
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            await gone(service, left)
            assert "connection" not in (await client.get("/healthz")).headers


async def test_a_process_that_retires_still_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with (
        running(Service(tmp_path, {"RECADO_WORKERS": "2"})) as service,
        httpx2.Client(base_url=service.base_url, trust_env=False) as client,
    ):
        client.get("/healthz")
        assert service.process
        service.process.send_signal(signal.SIGHUP)
        await asyncio.sleep(2)
        assert len(service.workers()) == 3
        begun = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begun < 5
    assert "Traceback" not in service.log.read_text()


@pytest.mark.parametrize(
    ("given", "said"), [("2", "exactly one"), ("1", "does not listen for TCP")], ids=["two sockets", "a unix socket"]
)
def test_what_cannot_be_served_over_is_told(tmp_path: Path, given: str, said: str) -> None:
    with socket.socket(socket.AF_UNIX) as wrong:
        wrong.bind(str(tmp_path / "socket"))
        wrong.listen()
        service = Service(tmp_path)
        done = subprocess.run(
            handed(wrong.fileno(), given),
            cwd=tmp_path,
            env=service.environment,
            pass_fds=[wrong.fileno()],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def gone(service: Service, pids: set[int]) -> None:
    """Wait until none of these processes is left."""
    for _ in range(100):
        if not pids & set(service.workers()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("they are still there")
