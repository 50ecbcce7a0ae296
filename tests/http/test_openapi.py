"""The contract as the service itself gives it out, and the page that its problems link to."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin

from tests.http.conformance import CONTRACT
from tests.http.people import somebody_on, visitor
from tests.running import Service


async def test_the_contract_is_served_as_it_is_written(service: Service) -> None:
    answer = await visitor(service).get("/openapi.json")
    assert answer.json() == CONTRACT
    assert answer.headers["content-type"] == "application/json"


async def test_the_type_of_a_problem_leads_to_its_explanation(service: Service) -> None:
    device = await somebody_on(service)
    for answer in (
        await device.client.get("/me"),
        await device.ask("GET", "/nowhere"),
        await device.ask("PUT", "/todo"),
        await device.ask("POST", "/todo", json={}),
        await device.ask("POST", "/todo", content=b"{"),
        await device.ask("POST", "/todo", content=b"a" * 70_000),
        await device.ask("GET", "/me", headers={"Host": "evil.example"}),
    ):
        page, name = urldefrag(urljoin(str(answer.request.url), answer.json()["type"]))
        explained = await device.client.get(page)
        assert explained.status_code == 200
        assert f'id="{name}"' in explained.text


async def test_the_service_is_alive_and_ready(service: Service) -> None:
    client = visitor(service)
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "detail": []}


async def test_nothing_that_changes_state_answers_to_get(service: Service) -> None:
    device = await somebody_on(service)
    for path, operations in CONTRACT["paths"].items():
        if "get" not in operations:
            answer = await device.ask("GET", re.sub(r"\{\w+\}", device.session_id, path))
            assert (path, answer.status_code) == (path, 405)
    assert await device.status() == 200
