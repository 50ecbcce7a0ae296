"""The examples over real HTTP: each protects an app, with the app's own people and its own transaction."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.servers import Postgres, _die_with_parent, free_port, wait_until

FOLDER = Path(__file__).parent.parent / "examples"
ANA = {"name": "ana", "password": "correct horse", "device": "laptop"}
APPS = ["starlette", "fastapi on SQLite", "fastapi on PostgreSQL", "litestar"]


@dataclass
class Example:
    """A running example: how to ask it, and how to look into its database behind its back."""

    http: httpx2.Client
    database: str

    def post(self, path: str, data: dict[str, Any] | None = None, token: str = "") -> httpx2.Response:
        return self.http.post(path, json=data, headers={"authorization": f"Bearer {token}"} if token else {})

    def hello(self, token: str) -> httpx2.Response:
        return self.http.get("/hello", headers={"authorization": f"Bearer {token}"})

    def count(self, table: str) -> int:
        sql = f"SELECT count(*) FROM {table}"
        if "://" in self.database and "sqlite" not in self.database:
            return asyncio.run(_ask_postgres(self.database, sql))
        connection = sqlite3.connect(self.database.removeprefix("sqlite+aiosqlite:///"))
        try:
            return connection.execute(sql).fetchone()[0]
        finally:
            connection.close()


async def _ask_postgres(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def _database(which: str, folder: Path, server: Postgres) -> str:
    if which == "starlette":
        return str(folder / "app.db")
    if which == "fastapi on SQLite":
        return f"sqlite+aiosqlite:///{folder / 'app.db'}"
    url = asyncio.run(server.new_database())
    return url.replace("postgresql:", "postgresql+asyncpg:") if which.startswith("fastapi") else url


@pytest.fixture(params=APPS, scope="module")
def example(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> Iterator[Example]:
    """Each example in a process of its own, under uvicorn."""
    folder, port = tmp_path_factory.mktemp("example"), free_port()
    database = _database(request.param, folder, postgres_server)
    keys = {"ACCESS_KEY": secrets.token_hex(32), "REFRESH_KEY": secrets.token_hex(32)}
    target = f"{request.param.split()[0]}_app:app"
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(FOLDER), "--port", str(port), target]
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command,
            env=os.environ | keys | {"DATABASE": database},
            stdout=out,
            stderr=out,
            preexec_fn=_die_with_parent(signal.SIGKILL),  # noqa: PLW1509  (no threads run yet that could hold a lock)
        )
    try:
        wait_until(lambda: b"Uvicorn running" in log.read_bytes(), "the example", server, log, 60)
        limits = httpx2.Limits(max_keepalive_connections=0)  # uvicorn closes one on which an app has failed
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", limits=limits) as http:
            yield Example(http, database)
    finally:
        server.terminate()
        server.wait(10)


def test_an_example_lets_in_who_signed_in_until_the_session_ends(example: Example):
    assert example.http.get("/hello").status_code == 401
    signed_in = example.post("/login", ANA)
    assert signed_in.status_code == 200
    pair = signed_in.json()
    assert example.hello(pair["access_token"]).json() == {"hello": "ana"}

    refreshed = example.post("/refresh", {"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 200
    newer = refreshed.json()
    assert newer["session_id"] == pair["session_id"]
    assert example.hello(newer["access_token"]).json() == {"hello": "ana"}

    assert example.post("/logout", token=newer["access_token"]).status_code == 204
    for answer in [
        example.hello(newer["access_token"]),
        example.hello(pair["access_token"]),
        example.post("/refresh", {"refresh_token": newer["refresh_token"]}),
    ]:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "/problems#session-ended"


def test_a_stolen_refresh_token_ends_the_session_of_an_example(example: Example):
    stolen = example.post("/login", ANA).json()
    newer = example.post("/refresh", {"refresh_token": stolen["refresh_token"]}).json()
    newest = example.post("/refresh", {"refresh_token": newer["refresh_token"]}).json()
    assert example.hello(newest["access_token"]).status_code == 200
    assert example.post("/refresh", {"refresh_token": stolen["refresh_token"]}).status_code == 401
    assert example.hello(newest["access_token"]).status_code == 401


def test_a_session_and_the_row_of_the_app_are_there_together_or_not_at_all(example: Example):
    assert example.post("/login", ANA).status_code == 200
    before = example.count("session"), example.count("sign_in")
    assert before[0] == before[1] > 0
    assert example.post("/login", ANA | {"device": ""}).status_code == 500  # the app's own table refuses it
    assert (example.count("session"), example.count("sign_in")) == before
    assert example.post("/login", ANA).status_code == 200
    assert (example.count("session"), example.count("sign_in")) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"name": "eve"}, {"name": ""}])
def test_nobody_else_gets_a_session(example: Example, wrong: dict[str, str]):
    before = example.count("session")
    assert example.post("/login", ANA | wrong).status_code == 401
    assert example.count("session") == before


@pytest.mark.parametrize("body", [{}, {"name": "ana"}, ANA | {"password": 1}, ANA | {"name": None}])
def test_what_is_no_sign_in_is_a_fault_of_the_client(example: Example, body: dict[str, Any]):
    assert example.post("/login", body).status_code in (400, 422)
    assert example.post("/refresh", body).status_code in (400, 422)


def test_a_refresh_token_that_is_none_is_refused(example: Example):
    answer = example.post("/refresh", {"refresh_token": "x"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems#token-invalid")


@pytest.mark.parametrize("name", ["starlette", "fastapi", "litestar"])
def test_an_example_needs_fewer_than_twenty_lines(name: str):
    """Below the mark `# protect`; what is above is the app, and imports."""
    _, found, block = (FOLDER / f"{name}_app.py").read_text("utf-8").partition("# protect\n")
    lines = [line for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert found
    assert len(lines) < 20
