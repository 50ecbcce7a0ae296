"""Hostile and clumsy bodies: the contract's answer, quickly, and nothing stored."""

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
    "no member": ({}, "/title"),
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


async def test_no_body_at_all_is_422_where_one_is_needed(device: Device) -> None:
    for method, path in (("POST", "/login"), ("POST", "/todo"), ("PATCH", "/me"), ("POST", "/user"), ("DELETE", "/me")):
        for headers in ({}, JSON):
            assert kind(await device.ask(method, path, headers=headers)) == (422, "invalid-json")


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


async def test_a_user_name_that_forges_a_log_line_stays_one_line(service: Service) -> None:
    before = len(service.log.read_text())
    name = "eve\r\n2026 forged line\x1b[31m"
    client = visitor(service)
    assert (await client.post("/login", json={"username": name, "password": "x"})).status_code == 401
    assert (await client.post("/user", json={"username": name, "password": "x" * 20})).status_code == 422
    assert "forged line" not in service.log.read_text()[before:].replace(repr(name), "")
