"""Hostile and clumsy input: the contract's answer, quickly, and nothing stored."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from tests.http.people import NOBODYS_ID, Device, kind, somebody_on, visitor
from tests.running import Service

LIMIT = 64 * 1024
JSON = {"Content-Type": "application/json"}
NESTED = b'{"title": "deep", "x": ' + b"[" * 63 + b"]" * 63 + b"}"

BROKEN = {
    "nothing": b"",
    "half an object": b'{"title": "x"',
    "two objects": b'{"title": "x"}{"title": "y"}',
    "an object and more": b'{"title": "x"} x',
    "a trailing comma": b'{"title": "x",}',
    "single quotes": b"{'title': 'x'}",
    "a comment": b'{"title": "x"} // y',
    "a byte order mark": b'\xef\xbb\xbf{"title": "x"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "UTF-8 that is none": b'{"title": "\xff\xfe"}',
    "UTF-8 that is too long": b'{"title": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"title": "\xed\xa0\x80"}',
    "an unpaired surrogate": b'{"title": "\\ud800"}',
    "a surrogate of another pair": b'{"title": "\\udc00\\ud800"}',
    "an unpaired surrogate in a name": b'{"title": "x", "\\ud800": 1}',
    "an unpaired surrogate in an unknown member": b'{"title": "x", "y": ["\\udfff"]}',
    "a NUL": b'{"title": "a\\u0000b"}',
    "a NUL byte": b'{"title": "a\x00b"}',
    "a NUL behind backslashes": b'{"title": "a\\\\\\u0000b"}',
    "a NUL in a name": b'{"title": "x", "\\u0000": 1}',
    "a control character": b'{"title": "a\nb"}',
    "NaN": b'{"title": "x", "y": NaN}',
    "Infinity": b'{"title": "x", "y": -Infinity}',
    "a number with 10,000 digits": b'{"title": "x", "y": ' + b"9" * 10_000 + b"}",
    "a number with a leading zero": b'{"title": "x", "y": 01}',
    "a hexadecimal number": b'{"title": "x", "y": 0x1}',
    "twin members": b'{"title": "x", "title": "y"}',
    "twin members by another spelling": b'{"title": "x", "t\\u0069tle": "y"}',
    "twin members further down": b'{"title": "x", "y": {"a": 1, "a": 1}}',
    "65 levels": NESTED.replace(b"[]", b"[[]]"),
    "30,000 levels": b"[" * 30_000 + b"]" * 30_000,
    "30,000 levels that never close": b'{"x":' * 12_000,
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"title"',
    "a list": b'[{"title": "x"}]',
    "an empty list": b"[]",
}
WRONG = {
    "no member": ({}, ""),
    "a number": ({"title": 1}, "/title"),
    "null": ({"title": None}, "/title"),
    "true": ({"title": True}, "/title"),
    "a list": ({"title": ["x"]}, "/title"),
    "an object": ({"title": {"x": "y"}}, "/title"),
    "501 characters": ({"title": "a" * 501}, "/title"),
    "only spaces": ({"title": " \t\n\u3000"}, "/title"),
    "notes that are a number": ({"title": "x", "notes": 1}, "/notes"),
    "notes of 10,001 characters": ({"title": "x", "notes": "a" * 10_001}, "/notes"),
    "an id that is a number": ({"title": "x", "id": 1}, "/id"),
    "an id that is none": ({"title": "x", "id": "abc"}, "/id"),
    "an id in upper case": ({"title": "x", "id": NOBODYS_ID.upper()}, "/id"),
    "an id of version 4": ({"title": "x", "id": "01936f00-0000-4000-8000-000000000001"}, "/id"),
    "an id with a line break behind it": ({"title": "x", "id": f"{NOBODYS_ID}\n"}, "/id"),
}

OTHER_TYPES = [
    *("", "text/plain", "text/json", "application/jsonp", "application/problem+json", "application/json;;", "json"),
    *("application/json; charset=latin-1", "application/x-www-form-urlencoded", "application/json, text/plain"),
]
MALFORMED_IDS = [
    *("x", "0", "-1", NOBODYS_ID.upper(), NOBODYS_ID.replace("-", ""), f"{{{NOBODYS_ID}}}", f"{NOBODYS_ID}%0A", "%00"),
    *("01936f00-0000-4000-8000-000000000001", "%F0%9F%8D%9E", "%ff", "a" * 2000, "1%20OR%201=1", "%2e%2e%2fme"),
]
UNKNOWN_PATHS = [
    *(
        "/nowhere",
        "/todo/",
        "/Todo",
        "/todo/x/y",
        "/me/",
        "/.env",
        "/%2e%2e/etc/passwd",
        "/login%00",
        "/todo;x",
        "/%ff",
    ),
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


async def test_broken_json_is_422_at_once_whatever_is_wrong(device: Device) -> None:
    for name, body in BROKEN.items():
        begun = time.monotonic()
        answer = await device.ask("POST", "/todo", content=body, headers=JSON)
        assert (name, *kind(answer)) == (name, 422, "invalid-json")
        assert answer.json()["detail"] == "Invalid json provided"
        assert time.monotonic() - begun < 1, name


async def test_a_wrong_member_is_422_and_named(device: Device) -> None:
    for name, (body, pointer) in WRONG.items():
        answer = await device.ask("POST", "/todo", json=body)
        assert (name, *kind(answer)) == (name, 422, "invalid-value")
        (error,) = answer.json()["errors"]
        assert (name, error["pointer"]) == (name, pointer)
        assert error["detail"]


async def test_a_member_further_down_is_named_by_its_pointer(device: Device) -> None:
    for body, pointer in (
        ({"notify": {"created": 1}}, "/notify/created"),
        ({"quiet_hours": {"from": "22:00", "to": 7}}, "/quiet_hours/to"),
        ({"quiet_hours": {"from": "25:00", "to": "07:00"}}, "/quiet_hours/from"),
        ({"quiet_hours": {"to": "07:00"}}, "/quiet_hours"),
    ):
        answer = await device.ask("PATCH", "/me", json=body)
        assert (kind(answer), answer.json()["errors"][0]["pointer"]) == ((422, "invalid-value"), pointer)


async def test_what_is_strange_but_right_is_taken(service: Service) -> None:
    device = await somebody_on(service)
    taken = {
        "64 levels": (NESTED, "deep"),
        "a whole pair of surrogates": (b'{"title": "\\ud83c\\udf5e"}', "🍞"),
        "backslashes before u0000": (b'{"title": "a\\\\u0000"}', "a\\u0000"),
        "unknown members": (b'{"title": "x", "user_id": 1, "done": "yes", "y": {"z": [1.5e300, null]}}', "x"),
        "spaces around it": (b' \r\n\t{ "title" : "  x  " } ', "x"),
        "500 characters outside the BMP": (b'{"title": "%s"}' % ("🍞" * 500).encode(), "🍞" * 500),
        "an escaped name": (b'{"t\\u0069tle": "x"}', "x"),
        "a right-to-left override": ('{"title": "a\u202eb"}'.encode(), "a\u202eb"),
    }
    for name, (body, title) in taken.items():
        answer = await device.ask("POST", "/todo", content=body, headers=JSON)
        assert (name, answer.status_code, answer.json().get("title")) == (name, 201, title)
        read = await device.ask("GET", answer.headers["location"])
        assert read.json()["title"] == title


@pytest.mark.parametrize("content_type", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"])
async def test_json_may_be_declared_as_utf_8(device: Device, content_type: str) -> None:
    answer = await device.ask("PATCH", "/me", content=b"{}", headers={"Content-Type": content_type})
    assert answer.status_code == 200


async def test_another_content_type_is_415(device: Device) -> None:
    for declared in OTHER_TYPES:
        answer = await device.ask("POST", "/todo", content=b'{"title": "x"}', headers={"Content-Type": declared})
        assert (declared, *kind(answer)) == (declared, 415, "unsupported-media-type")


async def test_two_content_types_are_415(device: Device) -> None:
    told = [("Authorization", f"Bearer {device.tokens['access_token']}"), *JSON.items(), ("Content-Type", "text/plain")]
    answer = await device.client.post("/todo", content=b'{"title": "x"}', headers=told)
    assert kind(answer) == (415, "unsupported-media-type")


async def test_a_body_of_exactly_64_kib_is_read_and_one_byte_more_is_413(device: Device) -> None:
    body = b'{"x": "' + b"a" * (LIMIT - 9) + b'"}'
    assert len(body) == LIMIT
    assert (await device.ask("PATCH", "/me", content=body, headers=JSON)).status_code == 200
    assert kind(await device.ask("PATCH", "/me", content=body + b" ", headers=JSON)) == (413, "too-large")


async def test_a_body_over_the_limit_is_413_while_it_streams(device: Device) -> None:
    async def chunks(count: int) -> AsyncIterator[bytes]:
        yield b'{"x": "'
        for _ in range(count):
            yield b"a" * 4096
        yield b'"}'

    assert (await device.ask("PATCH", "/me", content=chunks(15), headers=JSON)).status_code == 200
    assert kind(await device.ask("PATCH", "/me", content=chunks(17), headers=JSON)) == (413, "too-large")


async def test_size_and_type_are_judged_before_the_token_and_the_token_before_the_members(service: Service) -> None:
    client, device = visitor(service), await somebody_on(service)
    large = b"a" * (LIMIT + 1)
    for token, expected in (({}, 401), ({"Authorization": f"Bearer {device.tokens['access_token']}"}, 422)):
        for method, path in (("POST", "/todo"), ("PATCH", "/me"), ("PATCH", f"/todo/{NOBODYS_ID}")):
            plain = {**token, "Content-Type": "text/plain"}
            right = {**token, **JSON}
            assert (await client.request(method, path, content=large, headers=plain)).status_code == 413
            assert (await client.request(method, path, content=large, headers=right)).status_code == 413
            assert (await client.request(method, path, content=b"{", headers=plain)).status_code == 415
            assert (await client.request(method, path, content=b"{", headers=right)).status_code == expected


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


async def test_a_user_name_that_forges_a_log_line_stays_one_line(service: Service) -> None:
    before = len(service.log.read_text())
    name = "eve\r\n2026 forged line\x1b[31m"
    client = visitor(service)
    assert (await client.post("/login", json={"username": name, "password": "x"})).status_code == 401
    assert (await client.post("/user", json={"username": name, "password": "x" * 20})).status_code == 422
    assert "forged line" not in service.log.read_text()[before:].replace(repr(name), "")
