"""Stores that go away and come back: 503 and nothing lost meanwhile, never a wrong 401. Flaws 1 and 11 of the seed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest

from tests.http.people import SAME_ORIGIN, Device, Person, kind, leave, somebody, somebody_on, visitor, wait_for
from tests.running import Service
from tests.servers import Postgres, Redis


@contextmanager
def without(server: Postgres | Redis) -> Iterator[None]:
    """Kill a server as a power cut would, and start it again."""
    server.kill9()
    try:
        yield
    finally:
        server.start()


@asynccontextmanager
async def locked(service: Service) -> AsyncIterator[None]:
    """Hold SQLite's write lock, as a foreign program may."""
    connection = sqlite3.connect(service.folder / "data/recado.db", isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


def unavailable(answer: httpx2.Response) -> bool:
    """Whether this is the one answer for a store that is down."""
    assert kind(answer) == (503, "unavailable"), answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert "set-cookie" not in answer.headers
    assert "_token" not in answer.text
    return True


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Runs a test's parts in one loop; in between none runs, as the start of PostgreSQL needs its own."""
    with asyncio.Runner() as runner:
        yield runner
        runner.run(leave())


def test_flaw_11_while_postgresql_is_down_everything_is_503_and_nobody_loses_a_token(
    scaled: Service, postgres_server: Postgres, runner: asyncio.Runner
) -> None:
    async def before() -> tuple[Person, Device, httpx2.AsyncClient, str]:
        ana = await somebody(scaled)
        device = await ana.device()
        return ana, device, await ana.browser(), (await device.create("before"))["id"]

    async def meanwhile() -> None:
        assert unavailable(await device.ask("POST", "/todo", json={"title": "meanwhile"}))
        assert unavailable(await device.ask("GET", "/todo"))
        assert unavailable(await device.client.post("/login", json=ana.credentials))
        assert unavailable(await device.refresh())
        assert unavailable(await device.ask("POST", "/logout"))
        assert unavailable(await page.post("/token/refresh", headers=SAME_ORIGIN))
        assert unavailable(await page.post("/logout"))
        assert (await device.client.get("/healthz")).status_code == 200
        ready = await device.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unready")

    async def afterwards() -> None:
        await wait_for(lambda: _works(device), seconds=5)
        assert dict(page.cookies) == cookies
        assert (await page.post("/token/refresh")).status_code == 201
        assert (await device.refresh()).status_code == 201
        assert [item["id"] for item in (await device.ask("GET", "/todo")).json()["items"]] == [kept]
        assert (await device.client.get("/readyz")).status_code == 200

    ana, device, page, kept = runner.run(before())
    cookies = dict(page.cookies)
    with without(postgres_server):
        runner.run(meanwhile())
    runner.run(afterwards())


def test_what_was_acknowledged_before_postgresql_was_killed_is_there_and_what_is_sent_again_is_there_once(
    scaled: Service, postgres_server: Postgres, runner: asyncio.Runner
) -> None:
    device = runner.run(somebody_on(scaled))
    answers: list[httpx2.Response] = []

    async def create(numbers: range) -> None:
        for number in numbers:
            key = {"Idempotency-Key": f"k{number}"}
            answers.append(await device.ask("POST", "/todo", json={"title": str(number)}, headers=key))
            if len(answers) == 20:
                postgres_server.kill9()

    async def create_all() -> None:
        await asyncio.gather(*(create(range(start, 60, 6)) for start in range(6)))

    async def afterwards() -> None:
        await wait_for(lambda: _works(device), seconds=5)
        acknowledged = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        assert acknowledged <= {item["id"] for item in await _todos(device)}
        await create_all()
        assert sorted(int(item["title"]) for item in await _todos(device)) == list(range(60))

    try:
        runner.run(create_all())
    finally:
        postgres_server.start()
    assert {answer.status_code for answer in answers} == {201, 503}
    runner.run(afterwards())


async def test_a_server_process_killed_under_load_loses_nothing_it_acknowledged(scaled: Service) -> None:
    device = await somebody_on(scaled)
    acknowledged: list[str] = []
    first, _ = scaled.workers()

    async def create(numbers: range) -> None:
        for number in numbers:
            try:
                key = {"Idempotency-Key": f"k{number}"}
                answer = await device.ask("POST", "/todo", json={"title": str(number)}, headers=key)
            except httpx2.TransportError:  # it was on its way to that process
                continue
            assert answer.status_code == 201
            acknowledged.append(answer.json()["id"])
            if len(acknowledged) == 20:
                os.kill(first, signal.SIGKILL)

    await asyncio.gather(*(create(range(start, 120, 8)) for start in range(8)))
    assert len(acknowledged) >= 20
    assert set(acknowledged) <= {item["id"] for item in await _todos(device)}
    await create(range(120))
    assert sorted(int(item["title"]) for item in await _todos(device)) == list(range(120))


async def test_redis_killed_and_back_empty_makes_no_wrong_401_and_no_slow_answer(
    scaled: Service, redis_server: Redis
) -> None:
    ana = await somebody(scaled)
    device, other, ended = [await ana.device() for _ in range(3)]
    assert (await device.ask("DELETE", f"/session/{ended.session_id}")).status_code == 204
    with without(redis_server):
        for _ in range(5):
            begun = time.monotonic()
            assert await device.status() == 200
            assert await ended.status() == 401
            assert time.monotonic() - begun < 2
        assert (await device.refresh()).status_code == 201
        assert (await device.ask("DELETE", f"/session/{other.session_id}")).status_code == 204
        assert [await other.status() for _ in range(5)] == [401] * 5
        assert (await ana.device()).tokens
        ready = (await device.client.get("/readyz")).json()
        assert ready["status"] == "degraded"
        assert any("Redis" in sentence for sentence in ready["detail"])
    for _ in range(10):
        assert [await device.status(), await other.status(), await ended.status()] == [200, 401, 401]
    assert (await other.refresh()).status_code == 401


async def test_flaw_1_a_login_that_cannot_be_saved_answers_once_with_503_and_no_tokens(embedded: Service) -> None:
    ana = await somebody(embedded)
    device = await ana.device()
    todo = await device.create("before")
    async with locked(embedded):
        login, created, refreshed, read = await asyncio.gather(
            visitor(embedded).post("/login", json=ana.credentials),
            device.ask("POST", "/todo", json={"title": "meanwhile"}),
            device.refresh(),
            device.ask("GET", f"/todo/{todo['id']}"),
        )
        assert unavailable(login)
        assert unavailable(created)
        assert unavailable(refreshed)
        assert read.json() == todo
    assert len((await device.ask("GET", "/session")).json()["items"]) == 1
    assert [item["id"] for item in (await device.ask("GET", "/todo")).json()["items"]] == [todo["id"]]
    assert (await device.refresh()).status_code == 201
    assert await (await ana.device()).status() == 200


async def _works(device: Device) -> bool:
    return (await device.ask("GET", "/todo")).status_code == 200


async def _todos(device: Device) -> list[dict[str, Any]]:
    return (await device.ask("GET", "/todo?limit=200")).json()["items"]
