"""Whatever Vonage does, or a kill -9: to-dos are as they were, each has one text, and none goes out twice blindly."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.conftest import SECRETS
from tests.http.conftest import Carried
from tests.http.people import Device, somebody_on, wait_for
from tests.http.stored import rows
from tests.http.test_texting import a_number
from tests.running import Service
from tests.servers import Postgres, Redis, free_port
from tests.vonage.server import KEY, SECRET, StandIn, stand_in

FAULTS = ("hang", "hang_up", "garbage", "500", "502", "504", "400", "422", "huge", "broken", "402", "401")
"""The last two stop the channel until somebody mends it."""
CERTAIN = {"huge": "sent", "broken": "sent", "400": "failed", "422": "failed"}


@dataclass(frozen=True)
class Alone:
    """A service whose Vonage may be away; on `port` it is expected."""

    service: Service
    port: int


@pytest.fixture(params=["embedded", "scaled"])
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    port = free_port()
    settings = {"VONAGE_URL": f"http://127.0.0.1:{port}", "NEXMO_API_KEY": KEY, "NEXMO_API_SECRET": SECRET}
    settings |= {"VONAGE_FROM": "14155550100", **SECRETS}
    if request.param == "scaled":
        database: Postgres = request.getfixturevalue("postgres_server")
        cache: Redis = request.getfixturevalue("redis_server")
        settings |= {"DATABASE_URL": asyncio.run(database.new_database()), "REDIS_DSN": cache.url}
        settings |= {"RECADO_WORKERS": "2"}
    service = Service(tmp_path_factory.mktemp("alone"), settings)
    try:
        yield Alone(service.start(), port)
    finally:
        service.stop()


async def test_todos_are_unaffected_whatever_vonage_answers_and_nothing_is_sent_twice_blindly(alone: Alone) -> None:
    device = await somebody_on(alone.service)
    with stand_in(alone.port) as vonage:
        await Carried(alone.service, vonage).verify(device, a_number())
    await asyncio.to_thread(alone.service.restart)  # and with that it lets go of the connection
    refused = await created(device, "nobody listens")
    assert (await message(device, refused))["state"] == "queued"
    with stand_in(alone.port) as vonage:
        made = {answer: await answered(device, vonage, answer) for answer in FAULTS}
        for answer, state in CERTAIN.items():
            assert (await message(device, made[answer]))["state"] == state, answer
        ready = await device.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert any("Vonage answered 40" in detail for detail in ready.json()["detail"])
        times = Counter(request["client_ref"] for request in vonage.requests)
        assert {answer: times[id_] for answer, id_ in made.items() if times[id_] != 1} in ({}, {"401": 0})
    done = await device.ask("PATCH", f"/todo/{made['401']}", json={"done": True})
    assert done.status_code == 200


async def answered(device: Device, vonage: StandIn, answer: str) -> str:
    """Leave a to-do while Vonage answers so, and wait until its text was tried or waits behind a stop."""
    vonage.script(always=answer)
    id_ = await created(device, answer)

    async def tried() -> bool:
        asked = any(request["client_ref"] == id_ for request in list(vonage.requests))
        return asked and (answer not in CERTAIN or (await message(device, id_))["state"] == CERTAIN[answer])

    if answer != "401":  # the 402 before has stopped everything
        await wait_for(tried)
    return id_


async def created(device: Device, title: str) -> str:
    before = time.monotonic()
    id_: str = (await device.create(title))["id"]
    assert time.monotonic() - before < 5, title  # Vonage hangs for ten
    return id_


async def message(device: Device, id_: str) -> dict[str, Any]:
    return (await device.ask("GET", f"/todo/{id_}")).json()["message"]


async def test_a_service_killed_under_load_has_one_text_for_each_todo_however_often_it_is_asked_for(
    alone: Alone,
) -> None:
    device = await somebody_on(alone.service)
    with stand_in(alone.port) as vonage:
        await Carried(alone.service, vonage).verify(device, a_number())
        vonage.requests.clear()
        for _ in range(2):
            await asyncio.gather(*(once(device, number) for number in range(30)), kill(alone.service))
            await asyncio.to_thread(alone.service.start)
        for number in range(30):
            assert await once(device, number) == 201
        items = (await device.ask("GET", "/todo?limit=200")).json()["items"]
        assert sorted(int(item["title"]) for item in items) == list(range(30))
        texts = await rows(alone.service, "SELECT todo_id FROM message WHERE kind = 'created'")
        assert sorted(row[0] for row in texts) == sorted(item["id"] for item in items)

        async def all_sent() -> bool:  # but those that it had in hand as it was killed: their leases still run
            left = await rows(alone.service, "SELECT id FROM message WHERE state = 'queued'")
            return left == []

        await wait_for(all_sent, 20)
        times = Counter(request["client_ref"] for request in vonage.requests)
        sent = await rows(alone.service, "SELECT id FROM message WHERE kind = 'created' AND state = 'sent'")
        assert len(sent) > 0
        assert {times[id_] for (id_,) in sent} == {1}
        assert set(times.values()) == {1}


async def once(device: Device, number: int) -> int:
    """Ask for one to-do under its own key; 0 when the service was killed meanwhile."""
    try:
        body, key = {"title": str(number)}, {"Idempotency-Key": f"k{number}"}
        return (await device.ask("POST", "/todo", json=body, headers=key)).status_code
    except httpx2.TransportError:
        return 0


async def kill(service: Service) -> None:
    await asyncio.sleep(0.03)
    await asyncio.to_thread(service.kill9)
