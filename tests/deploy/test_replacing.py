"""The service is replaced under load, process by process or as a whole, and nobody notices."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.conftest import SECRETS
from tests.deploy.held import Held, handed
from tests.deploy.visiting import asked_while, assert_nobody_noticed
from tests.running import Service
from tests.servers import Postgres, Redis


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

    people = await asked_while(several, replace)
    await assert_nobody_noticed(several, people)
    assert several.process.poll() is None


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_restart_behind_a_socket_that_systemd_holds_fails_no_request(tmp_path: Path, workers: str) -> None:
    with running(Held(tmp_path, {"RECADO_WORKERS": workers})) as service:
        people = await asked_while(service, service.restart)
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
