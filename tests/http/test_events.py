"""Live changes over HTTP: seen elsewhere at once, resumed without a gap, and only by those who may."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.http.people import SAME_ORIGIN, Device, kind, somebody, somebody_on, wait_for
from tests.http.test_lists import me, shared
from tests.running import Service
from tests.servers import Postgres

Json = dict[str, Any]


class Listener:
    """One open stream: the events it got, and the place after the last."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, Json]] = []
        self.ended = asyncio.Event()

    @property
    def place(self) -> str:
        return self.events[-1][1]

    def todos(self) -> list[Json]:
        return [data for name, _, data in self.events if name == "todo"]

    async def got(self, name: str, count: int = 1, seconds: float = 10) -> list[Json]:
        """Wait until so many events of a name have come."""

        async def came() -> bool:
            return sum(one[0] == name for one in self.events) >= count

        await wait_for(came, seconds)
        return [data for one, _, data in self.events if one == name]


@asynccontextmanager
async def listening(service: Service, device: Device, since: str | None = None) -> AsyncIterator[Listener]:
    """Open a stream and read it in the background until the block ends."""
    listener, client = Listener(), service.client()
    headers = bearer(device) | ({"Last-Event-ID": since} if since else {})

    async def read() -> None:
        async with client.stream("GET", "/todo/events", headers=headers, timeout=60) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/event-stream"
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif "event" in event:
                    listener.events.append((event["event"], event["id"], json.loads(event["data"])))
                    event = {}
        listener.ended.set()

    reading = asyncio.create_task(read())
    try:
        await listener.got("ready")
        yield listener
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await client.aclose()


def bearer(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.tokens['access_token']}"}


async def test_a_change_is_seen_elsewhere_at_once(service: Service) -> None:
    ana = await somebody_on(service)
    took: list[float] = []
    async with listening(service, ana) as listener:
        for n in range(1, 6):
            before = time.monotonic()
            todo = await ana.create(f"bread {n}")
            await listener.got("todo", n)
            took.append(time.monotonic() - before)
            assert listener.todos()[-1].items() >= {"kind": "created", "version": 1, "by": todo["user_id"]}.items()
            assert listener.todos()[-1]["todo"] == (await ana.ask("GET", f"/todo/{todo['id']}")).json()
    assert sorted(took)[2] < 1, took  # measured: 0.05 to 0.15 s


async def test_members_see_it_and_strangers_do_not(service: Service) -> None:
    ana, maria, stranger = [await somebody_on(service) for _ in range(3)]
    made = await shared(ana, maria, role="viewer")
    async with (
        listening(service, maria) as hers,
        listening(service, stranger) as others,
        listening(service, ana) as mine,
    ):
        todo = await ana.create("ours", list_id=made["id"])
        await ana.create("of my own")
        await mine.got("todo", 2)
        assert [one["todo"]["title"] for one in hers.todos()] == ["ours"]
        await ana.ask("DELETE", f"/list/{made['id']}/member/{await me(maria)}")
        assert (await hers.got("list"))[-1].items() >= {"list_id": made["id"], "gone": True}.items()
        await ana.ask("PATCH", f"/todo/{todo['id']}", json={"title": "no longer hers"})
        await mine.got("todo", 3)
        await asyncio.sleep(0.3)
        assert len(hers.todos()) == 1
        assert others.todos() == []
        assert [one for one in others.events if one[0] == "list"] == []


async def test_who_joins_is_told_of_the_list_and_sees_it_from_then_on(service: Service) -> None:
    ana, maria = await somebody_on(service), await somebody_on(service)
    async with listening(service, maria) as hers:
        made = await shared(ana, maria)
        assert (await hers.got("list"))[-1]["list"]["id"] == made["id"]
        await ana.create("ours", list_id=made["id"])
        assert (await hers.got("todo"))[0]["todo"]["title"] == "ours"


async def test_a_stream_resumes_without_a_gap_or_a_double(service: Service) -> None:
    ana = await somebody_on(service)
    made: list[str] = []
    seen: list[tuple[str, int]] = []

    async def write(n: int) -> None:
        todo = await ana.create(str(n))
        made.append(todo["id"])
        await ana.ask("PATCH", f"/todo/{todo['id']}", json={"title": f"{n}!"})

    async with listening(service, ana) as listener:
        since = listener.place
    writing = asyncio.gather(*(write(n) for n in range(100)))
    while True:
        async with listening(service, ana, since) as listener:
            await asyncio.sleep(random.random() / 4)  # noqa: S311 - when it is cut off is no secret
            seen += [(one["todo"]["id"], one["version"]) for one in listener.todos()]
            since = listener.place
            if writing.done() and not listener.todos():
                break
    await writing
    assert sorted(seen) == sorted((todo_id, version) for todo_id in made for version in (1, 2))
    order = {todo_id: [v for one, v in seen if one == todo_id] for todo_id in made}
    assert set(map(tuple, order.values())) == {(1, 2)}


async def test_nothing_is_missed_or_doubled_under_writers_and_others_transactions(
    scaled: Service, postgres_server: Postgres
) -> None:
    """Four people write through two processes, two resume time and again, and other programs hold transactions open."""
    people = [await somebody_on(scaled) for _ in range(4)]
    made = await shared(*people)
    written: set[tuple[str, int]] = set()
    over = time.monotonic() + 6

    async def write(person: Device) -> None:
        while time.monotonic() < over:
            todo = await person.create("1", list_id=made["id"])
            written.add((todo["id"], 1))
            for version in (2, 3):
                answer = await person.ask("PATCH", f"/todo/{todo['id']}", json={"title": str(version)})
                written.add((todo["id"], answer.json()["version"]))

    async def hold_back() -> None:
        connection: Any = await asyncpg.connect(postgres_server.url())
        try:
            while time.monotonic() < over:
                async with connection.transaction():
                    await connection.execute("CREATE TABLE IF NOT EXISTS of_another_program (x INT)")
                    await connection.execute("INSERT INTO of_another_program VALUES (1)")
                    await asyncio.sleep(random.random() * 2)  # noqa: S311 - no secret
        finally:
            await connection.close()

    async def follow(person: Device, since: str) -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []
        while True:
            async with listening(scaled, person, since) as listener:
                await asyncio.sleep(random.random() / 2 if time.monotonic() < over else 2.5)  # noqa: S311 - no secret
                new = [(one["todo"]["id"], one["version"]) for one in listener.todos()]
                assert "reset" not in [name for name, _, _ in listener.events]
                seen, since = seen + new, listener.place
            if time.monotonic() > over + 2 and not new:
                return seen

    async with listening(scaled, people[0]) as listener:
        since = listener.place
    seen, also_seen, *_ = await asyncio.gather(
        follow(people[0], since), follow(people[1], since), hold_back(), *(write(person) for person in people)
    )
    assert len(written) > 100
    assert sorted(seen) == sorted(written)
    assert sorted(also_seen) == sorted(written)


async def test_a_place_of_another_log_begins_anew(service: Service) -> None:
    ana = await somebody_on(service)
    async with listening(service, ana, "999999999999.999999999999") as listener:
        assert [name for name, _, _ in listener.events] == ["reset", "ready"]
        await ana.create("new")
        assert (await listener.got("todo"))[0]["todo"]["title"] == "new"
    headers = {"Last-Event-ID": "nothing"}
    assert kind(await ana.ask("GET", "/todo/events", headers=headers)) == (422, "invalid-value")


async def test_a_stream_ends_with_its_session(service: Service) -> None:
    person = await somebody(service)
    ana, laptop = await person.device(), await person.device("laptop")
    async with listening(service, ana) as listener:
        assert (await laptop.ask("DELETE", f"/session/{ana.session_id}")).status_code == 204
        before = time.monotonic()
        await asyncio.wait_for(listener.ended.wait(), 10)
        assert time.monotonic() - before < 3  # measured: within 0.8 s


async def test_nobody_opens_streams_without_end(service: Service) -> None:
    ana = await somebody_on(service)
    clients = [service.client() for _ in range(48)]
    refused = 0
    try:
        answers = [
            await client.send(client.build_request("GET", "/todo/events", headers=bearer(ana)), stream=True)
            for client in clients
        ]
        refused = sum(answer.status_code == 429 for answer in answers)
    finally:
        for client in clients:
            await client.aclose()
    assert refused >= 8  # 20 in each process, and one of the set-ups has two


async def test_the_service_stops_at_once_with_streams_open(tmp_path: Path) -> None:
    service = Service(tmp_path).start()
    try:
        ana = await somebody_on(service)
        async with listening(service, ana) as listener:
            before = time.monotonic()
            service.stop()
            assert time.monotonic() - before < 5
            await asyncio.wait_for(listener.ended.wait(), 5)
    finally:
        service.stop()


@pytest.mark.parametrize("headers", [{}, SAME_ORIGIN])
async def test_without_a_token_there_is_no_stream(service: Service, headers: dict[str, str]) -> None:
    ana = await somebody_on(service)
    assert kind(await ana.client.get("/todo/events", headers=headers)) == (401, "token-missing")
