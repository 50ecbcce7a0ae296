"""What Prometheus finds, of a service with one process and of one with two, whichever of them answers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from recado.metrics.counts import SERIES
from tests.conftest import SECRETS
from tests.http.people import PASSWORD, Device, Person, somebody, visitor, wait_for
from tests.metrics.scraping import Scrape, scrape
from tests.running import Service
from tests.servers import Postgres, Redis, free_port


@dataclass
class Watched:
    service: Service
    port: int

    async def told(self) -> Scrape:
        """What four scrapes say, which must be the same of everything that is counted."""
        found = [await scrape(self.port) for _ in range(4)]
        counted = [{key: value for key, value in one.samples.items() if _counted(key[0])} for one in found]
        assert all(one == counted[0] for one in counted)
        return found[0]


def _counted(name: str) -> bool:
    return name.startswith("recado_") and name.endswith("_total")


@pytest.fixture(params=["embedded", "scaled"], scope="module")
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    port = free_port()
    settings = {"RECADO_OPS_PORT": str(port)}
    if request.param == "scaled":
        server: Postgres = request.getfixturevalue("postgres_server")
        cache: Redis = request.getfixturevalue("redis_server")
        settings |= {"DATABASE_URL": asyncio.run(server.new_database()), "REDIS_DSN": cache.url}
        settings |= {"RECADO_WORKERS": "2", **SECRETS}
    service = Service(tmp_path_factory.mktemp("watched"), settings)
    try:
        yield Watched(service.start(), port)
    finally:
        service.stop()


async def test_requests_are_counted_once_by_route_and_status_whichever_process_answers_them(watched: Watched) -> None:
    device = await (await somebody(watched.service)).device()
    before = await watched.told()
    made = [await device.create(f"t{n}") for n in range(7)]
    readers = [Device(visitor(watched.service), device.tokens) for _ in range(6)]  # connections of their own
    answers = await asyncio.gather(*(reader.ask("GET", f"/todo/{made[0]['id']}") for reader in readers))
    assert {answer.status_code for answer in answers} == {200}
    assert (await device.ask("POST", "/todo", json={"title": 5})).status_code == 422
    assert (await device.client.get(f"/no/such/{PASSWORD}")).status_code == 404
    after = await watched.told()

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert more("recado_http_requests_total", method="POST", route="/todo", status="201") == 7
    assert more("recado_http_requests_total", method="POST", route="/todo", status="422") == 1
    assert more("recado_http_requests_total", method="GET", route="/todo/{id}", status="200") == 6
    assert more("recado_http_requests_total", method="other", route="unknown", status="404") == 1
    assert more("recado_http_request_seconds_count", method="POST", route="/todo") == 8
    assert 0 < more("recado_http_request_seconds_sum", method="POST", route="/todo") < 8
    buckets = [
        value
        for (name, labels), value in sorted(after.samples.items(), key=lambda one: float(dict(one[0][1]).get("le", 0)))
        if name == "recado_http_request_seconds_bucket" and {("method", "POST"), ("route", "/todo")} <= labels
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == after("recado_http_request_seconds_count", method="POST", route="/todo")
    assert "tagus" not in after.text


async def test_sessions_refreshes_reuse_and_failed_sign_ins_are_counted(watched: Watched) -> None:
    ana = await somebody(watched.service)
    before = await watched.told()
    phone, laptop, tablet = [await ana.device() for _ in range(3)]
    await ana.browser()
    old = phone.tokens["refresh_token"]
    for _ in range(3):
        assert (await phone.refresh()).status_code == 201
        await phone.status()
    assert (await phone.client.post("/token/refresh", json={"refresh_token": old})).status_code == 401
    assert (await phone.refresh()).status_code == 401
    assert (await phone.client.post("/token/refresh", json={"refresh_token": "a.b.c"})).status_code == 401
    assert (await laptop.ask("POST", "/logout")).status_code == 200
    assert (await tablet.ask("DELETE", "/session")).status_code == 204  # the browser
    assert (await tablet.client.post("/login", json=ana.credentials | {"password": "wrong"})).status_code == 401
    after = await watched.told()

    def more(name: str, **labels: str) -> float:
        return after(f"recado_{name}_total", **labels) - before(f"recado_{name}_total", **labels)

    assert more("sessions_opened", kind="app") == 3
    assert more("sessions_opened", kind="browser") == 1
    assert [more("refreshes", outcome=one) for one in ("done", "reused", "ended", "invalid")] == [3, 1, 1, 1]
    assert [more("sessions_ended", reason=one) for one in ("reuse", "logout", "ended", "password")] == [1, 1, 1, 0]
    assert more("login_failures", reason="credentials") == 1


async def test_new_passwords_and_deleted_accounts_count_the_sessions_they_end(watched: Watched) -> None:
    ana = await somebody(watched.service)
    before = await watched.told()
    devices = [await ana.device() for _ in range(3)]
    new = "another long walk by the river"
    assert (await devices[0].ask("PUT", "/me/password", json={"current": PASSWORD, "new": new})).status_code == 204
    assert (await devices[0].ask("DELETE", "/me", json={"password": new})).status_code == 204
    after = await watched.told()
    for reason, ended in (("password", 2), ("deleted", 3)):  # deletion erases the rows of ended ones as well
        name = "recado_sessions_ended_total"
        assert after(name, reason=reason) - before(name, reason=reason) == ended


async def test_stores_build_and_processes_are_told_and_every_count_is_there_from_the_start(watched: Watched) -> None:
    told = await watched.told()
    scaled = "RECADO_WORKERS" in watched.service.settings
    assert told("recado_store_up", store="sql") == 1
    assert 0 < told("recado_store_seconds", store="sql") < 3
    assert told("recado_store_up", store="redis") == int(scaled)
    assert told("recado_processes") == 1 + scaled
    assert told("recado_database_waiting") >= 0
    assert 'recado_build_info{engine="' in told.text
    for series in SERIES:
        for labels in series.combinations():
            assert (f"{series.name}_total", frozenset(zip(series.labels, labels, strict=True))) in told.samples


async def test_what_a_process_counted_stays_when_it_ends(watched: Watched) -> None:
    if "RECADO_WORKERS" not in watched.service.settings:
        pytest.skip("one process takes its counts along")
    ana: Person = await somebody(watched.service)
    for _ in range(6):
        await ana.device()
    name = "recado_sessions_opened_total"
    before = await watched.told()
    victim = watched.service.workers()[0]
    os.kill(victim, signal.SIGKILL)

    async def replaced() -> bool:
        return len(watched.service.workers()) == 2 and victim not in watched.service.workers()

    await wait_for(replaced)
    await wait_for(lambda: _answers(watched))
    after = await watched.told()
    assert after(name, kind="app") == before(name, kind="app") >= 6
    assert after("recado_processes") == 2


async def _answers(watched: Watched) -> bool:
    try:
        return (await scrape(watched.port))("recado_processes") == 2
    except Exception:
        return False
