"""Starting, standing in the way of each other, stopping: `recado serve` as a process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.conftest import SECRETS
from tests.running import Service, command, environment
from tests.servers import Postgres, free_port


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Service]:
    """A service that is not started yet, on SQLite; ended whatever happens."""
    service = Service(tmp_path)
    yield service
    if service.process:
        service.kill9()


@pytest.fixture
def several(tmp_path: Path) -> Iterator[Service]:
    """The same with two server processes."""
    service = Service(tmp_path, {"RECADO_WORKERS": "2"})
    yield service
    if service.process:
        service.kill9()


def refused(folder: Path, code: int, **settings: str) -> str:
    """Start a service that cannot start; return the one sentence it prints."""
    given = {"PORT": str(free_port()), "RECADO_DATA": str(folder / "data")} | settings
    done = subprocess.run(
        command("serve"),
        cwd=folder,
        env=environment(given),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert re.fullmatch(r"recado: [^\n]+\.\n", done.stderr), done.stderr
    return done.stderr


def curl_line(service: Service) -> str:
    """The command line it printed for what to do next."""
    return next(line for line in service.log.read_text().splitlines() if line.startswith("  curl "))


def test_the_first_start_says_where_it_is_and_what_to_do_next(alone: Service) -> None:
    alone.start()
    printed = alone.log.read_text()
    assert f"recado is at {alone.base_url}" in printed
    assert str(alone.folder / "data") in printed
    address, body = re.findall(r"http\S+|\{.*\}", curl_line(alone))
    answer = httpx2.post(address, json=json.loads(body), trust_env=False)
    assert answer.status_code == 201, answer.text


def test_the_printed_curl_works_as_it_is(alone: Service) -> None:
    alone.start()
    done = subprocess.run(f"{curl_line(alone)} -s", shell=True, capture_output=True, text=True, check=True)  # noqa: S602  (a person pastes it too)
    assert json.loads(done.stdout)["username"] == "ana"


def test_where_strangers_could_come_the_first_start_hands_out_an_invite(alone: Service) -> None:
    alone.settings = {"HOST": "0.0.0.0"}
    alone.start()
    body = json.loads(re.findall(r'\{"username".*\}', alone.log.read_text())[0])
    url = f"{alone.base_url}/user"
    uninvited = {"username": "eve", "password": body["password"]}
    assert httpx2.post(url, json=uninvited, trust_env=False).status_code == 403
    assert f"--invite {body['invite']}`" in alone.log.read_text()
    assert httpx2.post(url, json=body, trust_env=False).status_code == 201
    alone.restart()
    assert "invite somebody with `recado user invite`" in alone.log.read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(alone: Service, how: signal.Signals) -> None:
    alone.start()
    assert alone.stop(how) == 0
    assert "Traceback" not in alone.log.read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_several_processes_cleanly(several: Service, how: signal.Signals) -> None:
    several.start()
    pids = several.workers()
    assert len(pids) == 2
    assert several.stop(how) == 0
    assert not any(running(pid) for pid in pids)
    assert "Traceback" not in several.log.read_text()


def test_ctrl_c_reaches_the_whole_process_group_and_ends_it_cleanly(several: Service) -> None:
    several.start()
    assert several.process
    os.killpg(several.process.pid, signal.SIGINT)
    assert several.process.wait(10) == 0
    assert "Traceback" not in several.log.read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_requests_in_flight_finish_when_it_is_told_to_stop(alone: Service, workers: str) -> None:
    alone.settings = {"RECADO_WORKERS": workers}
    alone.start()
    someone = {"username": "ana", "password": "correct horse battery staple"}
    async with alone.client() as client:
        assert (await client.post("/user", json=someone)).status_code == 201
        await asyncio.gather(*(client.get("/healthz") for _ in range(20)))
        logins = [asyncio.create_task(client.post("/login", json=someone)) for _ in range(20)]
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(asyncio.to_thread(alone.stop))
        assert [answer.status_code for answer in await asyncio.gather(*logins)] == [200] * 20
        assert await stopping == 0


def test_data_and_keys_survive_a_restart(alone: Service) -> None:
    alone.start()
    data = alone.folder / "data"
    keys = {path.name: path.read_bytes() for path in data.glob("*.key")}
    assert len(keys) == 2
    alone.restart()
    assert {path.name: path.read_bytes() for path in data.glob("*.key")} == keys
    assert {path.stat().st_mode & 0o077 for path in [data, *data.iterdir()]} == {0}


def test_a_second_one_on_the_same_data_is_refused_and_told_where_the_first_is(alone: Service) -> None:
    alone.start()
    sentence = refused(alone.folder, 1)
    assert alone.base_url in sentence
    assert "RECADO_DATA" in sentence
    assert alone.alive()


def test_after_kill_9_it_starts_again_at_once(alone: Service) -> None:
    alone.start()
    alone.kill9()
    alone.start()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in refused(tmp_path, 1, PORT=str(port))


def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    assert "no address of this machine" in refused(tmp_path, 1, HOST="192.0.2.1")
    assert "no address of this machine" in refused(tmp_path, 1, HOST="no.such.host.invalid")


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written" in refused(tmp_path, 2, RECADO_DATA=str(tmp_path / "file"))
    assert "cannot be written" in refused(tmp_path, 2, RECADO_DATA="/proc/recado")


def test_a_wrong_setting_is_told(tmp_path: Path) -> None:
    assert "PORT is 'x'" in refused(tmp_path, 2, PORT="x")
    (tmp_path / ".env").write_text("RECADO_ACCESS_TTL=soon\n")
    assert "RECADO_ACCESS_TTL is 'soon'" in refused(tmp_path, 2)


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/recado.db").write_bytes(b"this is no database, but long enough to be taken for one " * 20)
    assert "recado.db" in refused(tmp_path, 1)


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    sentence = refused(tmp_path, 1, DATABASE_URL=f"postgresql://ana:hunter2@127.0.0.1:{free_port()}/recado")
    assert "PostgreSQL, 127.0.0.1:" in sentence
    assert "hunter2" not in sentence


def test_a_database_that_does_not_exist_is_told(tmp_path: Path, postgres_server: Postgres) -> None:
    assert "does not exist" in refused(tmp_path, 1, DATABASE_URL=postgres_server.url("nowhere"), **SECRETS)


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path, postgres_server: Postgres, template: str) -> None:
    async def prepare() -> str:
        url = await postgres_server.new_database(template)
        connection = await asyncpg.connect(url)
        await connection.execute("INSERT INTO schema_version (version, name) VALUES (9999, 'future')")
        await connection.close()
        return url

    assert "9999" in refused(tmp_path, 1, DATABASE_URL=asyncio.run(prepare()), **SECRETS)


def test_a_killed_server_process_is_replaced(several: Service) -> None:
    several.start()
    first, second = several.workers()
    os.kill(first, signal.SIGKILL)
    wait(lambda: len(several.workers()) == 2 and first not in several.workers())
    assert second in several.workers()
    assert several.alive()


def test_a_hangup_replaces_the_processes_one_by_one_without_refusing_anybody(several: Service) -> None:
    several.start()
    before = set(several.workers())
    assert several.process
    several.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 15
    while before & set(several.workers()) or len(several.workers()) != 2:
        assert several.alive()
        assert time.monotonic() < deadline
    assert several.alive()


def test_server_processes_end_when_their_parent_was_killed(several: Service) -> None:
    several.start()
    pids = several.workers()
    assert several.process
    several.process.kill()
    wait(lambda: not any(running(pid) for pid in pids))


def test_a_header_that_never_ends_is_closed_within_15_seconds(embedded: Service) -> None:
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", embedded.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    assert 14 < time.monotonic() - begun < 15.5


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def wait(until: object) -> None:
    """Wait up to 10 s."""
    assert callable(until)
    deadline = time.monotonic() + 10
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)
