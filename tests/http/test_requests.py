"""Paths, methods, ids and queries that are wrong or strange; HEAD, OPTIONS and other sites."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.http.people import NOBODYS_ID, Device, kind, somebody_on
from tests.running import Service

MALFORMED_IDS = [
    *("x", "0", "-1", NOBODYS_ID.upper(), NOBODYS_ID.replace("-", ""), f"{{{NOBODYS_ID}}}", f"{NOBODYS_ID}%0A", "%00"),
    *("01936f00-0000-4000-8000-000000000001", "%F0%9F%8D%9E", "%ff", "a" * 2000, "1%20OR%201=1", "%2e%2e%2fme"),
]
UNKNOWN_PATHS = [
    *("/nowhere", "/todo/", "/Todo", "/todo/x/y", "/me/", "/.env", "/%2e%2e/etc/passwd", "/login%00", "/todo;x"),
    *("/%ff", "/session/", "/openapi.yaml", "/metrics"),
]
BAD_PAGES = [
    *("limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=", "limit=abc", "limit=%D9%A3", "limit=1&limit=2"),
    *("limit=1e2", "cursor=", "cursor=x", "cursor=%00", f"cursor={NOBODYS_ID.upper()}", "cursor='%20OR%201=1"),
]
BAD_STATES = ["state=", "state=OPEN", "state=x", "state=open&state=done", "state=%ff", "x=%00", "a&" * 51]
METHODS = [
    ("GET", "/login", "POST"),
    ("PUT", "/todo", "POST, GET, HEAD"),
    ("POST", f"/todo/{NOBODYS_ID}", "GET, PATCH, DELETE, HEAD"),
    ("GET", "/logout", "POST"),
    ("GET", "/token/refresh", "POST"),
    ("POST", "/session", "GET, DELETE, HEAD"),
    ("OPTIONS", "/todo", "POST, GET, HEAD"),
    ("TRACE", "/me", "GET, PATCH, DELETE, HEAD"),
    ("PROPFIND", "/me", "GET, PATCH, DELETE, HEAD"),
    ("POST", "/healthz", "GET, HEAD"),
]


@pytest.fixture
async def device(service: Service) -> AsyncIterator[Device]:
    """Somebody's device, who in the end has no to-do: nothing here may store one."""
    before = len(service.log.read_text())
    device = await somebody_on(service)
    yield device
    assert (await device.ask("GET", "/todo?state=all")).json()["items"] == []
    assert "Traceback" not in service.log.read_text()[before:]


async def test_a_malformed_id_is_404(device: Device) -> None:
    for id_ in MALFORMED_IDS:
        for method, path, body in (
            ("GET", f"/todo/{id_}", None),
            ("PATCH", f"/todo/{id_}", {}),
            ("DELETE", f"/todo/{id_}", None),
            ("POST", f"/todo/{id_}/restore", None),
            ("POST", f"/message/{id_}/retry", None),
            ("DELETE", f"/session/{id_}", None),
        ):
            assert kind(await device.ask(method, path, json=body)) == (404, "not-found"), f"{method} {path[:60]}"


async def test_an_unknown_path_is_404_with_and_without_a_token(device: Device) -> None:
    for path in UNKNOWN_PATHS:
        assert (path, *kind(await device.ask("GET", path))) == (path, 404, "not-found")
        assert (path, *kind(await device.client.get(path))) == (path, 404, "not-found")


async def test_another_method_is_405_and_says_which_there_are(device: Device) -> None:
    for method, path, allow in METHODS:
        for ask in (device.ask, device.client.request):
            answer = await ask(method, path)
            assert (method, path, *kind(answer)) == (method, path, 405, "method-not-allowed")
            assert answer.headers["allow"] == allow


async def test_head_answers_as_get_without_a_body(device: Device) -> None:
    for path in ("/healthz", "/me", "/todo", "/session", "/openapi.json", "/nowhere", "/"):
        got, head = await device.ask("GET", path), await device.ask("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers[name] == got.headers[name]


async def test_no_other_site_is_invited(device: Device) -> None:
    told = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("OPTIONS", "/todo"), ("GET", "/me"), ("GET", "/healthz"), ("OPTIONS", "/login")):
        answer = await device.ask(method, path, headers=told)
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_bad_query_is_422(device: Device) -> None:
    for query in BAD_PAGES:
        for path in ("/todo", "/message"):
            assert (query, *kind(await device.ask("GET", f"{path}?{query}"))) == (query, 422, "invalid-value")
    for query in BAD_STATES:
        assert (query, *kind(await device.ask("GET", f"/todo?{query}"))) == (query, 422, "invalid-value")


async def test_a_list_that_one_is_not_in_is_404(device: Device) -> None:
    for list_ in (NOBODYS_ID, "x", "", "%F0%9F%8D%9E"):
        assert kind(await device.ask("GET", f"/todo?list={list_}")) == (404, "not-found")
        created = await device.ask("POST", "/todo", json={"title": "x", "list_id": list_})
        assert kind(created) == (404, "not-found")


async def test_unknown_parameters_are_ignored(device: Device) -> None:
    assert (await device.ask("GET", "/todo?utm_source=x&limit=5&y=%C3%A3")).status_code == 200


async def test_every_request_has_a_name_of_its_own_and_takes_none_from_outside(device: Device) -> None:
    answers = [await device.ask("GET", "/me", headers={"X-Request-Id": "mine"}) for _ in range(3)]
    names = {answer.headers["x-request-id"] for answer in answers}
    assert len(names) == 3
    assert "mine" not in names
