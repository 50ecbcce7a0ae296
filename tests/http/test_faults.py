"""Stores that go away and come back: 503 and nothing lost meanwhile, never a wrong 401. Flaws 1 and 11 of the seed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx2
import pytest

from tests.http.people import SAME_ORIGIN, Device, Person, kind, somebody, visitor, wait_for
from tests.running import Service
from tests.servers import Postgres, Redis


@pytest.fixture
async def at_scale(scaled: Service) -> Person:
    return await somebody(scaled)


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


async def test_flaw_11_while_postgresql_is_down_everything_is_503_and_nobody_loses_a_token(
    at_scale: Person, postgres_server: Postgres
) -> None:
    device, page = await at_scale.device(), await at_scale.browser()
    kept = await device.create("before")
    cookies = dict(page.cookies)
    with without(postgres_server):
        assert unavailable(await device.ask("POST", "/todo", json={"title": "meanwhile"}))
        assert unavailable(await device.ask("GET", "/todo"))
        assert unavailable(await device.client.post("/login", json=at_scale.credentials))
        assert unavailable(await device.refresh())
        assert unavailable(await device.ask("POST", "/logout"))
        assert unavailable(await page.post("/token/refresh", headers=SAME_ORIGIN))
        assert unavailable(await page.post("/logout"))
        assert (await device.client.get("/healthz")).status_code == 200
        ready = await device.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unready")
    begun = time.monotonic()
    await wait_for(lambda: _works(device))
    assert time.monotonic() - begun < 5
    assert dict(page.cookies) == cookies
    assert (await page.post("/token/refresh")).status_code == 201
    assert (await device.refresh()).status_code == 201
    assert [item["id"] for item in (await device.ask("GET", "/todo")).json()["items"]] == [kept["id"]]
    assert (await device.client.get("/readyz")).status_code == 200


async def test_what_was_acknowledged_before_postgresql_was_killed_is_there_once(
    at_scale: Person, postgres_server: Postgres
) -> None:
    device = await at_scale.device()
    answers: list[httpx2.Response] = []

    async def create(number: int) -> None:
        key = {"Idempotency-Key": f"k{number}"}
        answers.append(await device.ask("POST", "/todo", json={"title": str(number)}, headers=key))

    requests = [asyncio.create_task(create(number)) for number in range(60)]
    while len(answers) < 20:
        await asyncio.sleep(0)
    with without(postgres_server):
        await asyncio.gather(*requests)
    assert {answer.status_code for answer in answers} <= {201, 503}
    await wait_for(lambda: _works(device))
    acknowledged = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    listed = (await device.ask("GET", "/todo?limit=200")).json()["items"]
    assert acknowledged <= {item["id"] for item in listed}
    for number in range(60):
        await create(number)
    titles = [item["title"] for item in (await device.ask("GET", "/todo?limit=200")).json()["items"]]
    assert sorted(titles, key=int) == [str(number) for number in range(60)]


async def test_redis_killed_and_back_empty_makes_no_wrong_401_and_no_slow_answer(
    at_scale: Person, redis_server: Redis
) -> None:
    device, other, ended = [await at_scale.device() for _ in range(3)]
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
        assert (await at_scale.device()).tokens
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
