"""What no HTTP library would send: refused at once, with a problem, and the connection closed where it must be."""

from __future__ import annotations

import re
import socket

import pytest

from tests.http.people import somebody_on
from tests.http.wire import request, send
from tests.running import Service

JSON = "Content-Type: application/json"
HOSTILE = {
    "Content-Length and chunks": request(
        "POST", "/login", JSON, "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "chunks and Content-Length": request(
        "POST", "/login", JSON, "Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"
    ),
    "two Content-Lengths": request("POST", "/login", JSON, "Content-Length: 2", "Content-Length: 3", body=b"{}x"),
    "a Content-Length below zero": request("POST", "/login", JSON, "Content-Length: -1"),
    "a Content-Length with a plus": request("POST", "/login", JSON, "Content-Length: +2", body=b"{}"),
    "a Content-Length of 5,000 digits": request("POST", "/login", JSON, f"Content-Length: {'9' * 5000}"),
    "a Content-Length that is a word": request("POST", "/login", JSON, "Content-Length: two", body=b"{}"),
    "a Content-Length of 20 GB": request("POST", "/login", JSON, "Content-Length: 20000000000"),
    "an unknown coding": request("POST", "/login", JSON, "Transfer-Encoding: gzip", body=b"{}"),
    "chunked, but not last": request("POST", "/login", JSON, "Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    "a chunk whose size is a word": request("POST", "/login", JSON, "Transfer-Encoding: chunked", body=b"xyz\r\n"),
    "a chunk of 16 EB": request("POST", "/login", JSON, "Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\n"),
    "a space before the colon": request("GET", "/me", "Authorization : Bearer x"),
    "a header without a colon": request("GET", "/me", "Authorization"),
    "a header folded over two lines": request("GET", "/me", "X: a", " b"),
    "a NUL in a header": request("GET", "/me", "X: a\0b"),
    "a lone line feed in a header": request("GET", "/me", "X: a\nAuthorization: Bearer x\r"),
    "a header of 100 KiB": request("GET", "/me", f"X: {'a' * 100 * 1024}"),
    "10,000 headers": request("GET", "/me", *(f"X-{i}: 1" for i in range(10_000))),
    "a target of 100 KiB": request("GET", f"/{'a' * 100 * 1024}"),
    "a query of 100 KiB": request("GET", f"/todo?q={'a' * 100 * 1024}"),
    "a target without a slash": request("GET", "todo"),
    "a target that is not ASCII": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target with a space": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two slashes": request("GET", "//todo"),
    "another site as the target": request("GET", "http://evil.example/todo"),
    "a tunnel": request("CONNECT", "evil.example:443"),
    "no such method": request("BREW", "/me"),
    "a method in lower case": request("get", "/me"),
    "no host": b"GET /me HTTP/1.1\r\n\r\n",
    "two hosts": request("GET", "/me", "Host: localhost"),
    "HTTP/1.0": b"GET /me HTTP/1.0\r\n\r\n",
    "HTTP/0.9": b"GET /me\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /me HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "noise": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_at_once(service: Service, name: str) -> None:
    before = len(service.log.read_text())
    reply = send(service, HOSTILE[name])
    assert 400 <= reply.status < 500, reply
    assert reply.seconds < 1
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    assert (reply.problem["status"], bool(reply.problem["title"])) == (reply.status, True)
    assert service.alive()
    assert "Traceback" not in service.log.read_text()[before:]


def test_a_request_hidden_behind_another_is_not_answered(service: Service) -> None:
    hidden = request("GET", "/healthz")
    first = request("POST", "/login", JSON, "Content-Length: 4", "Transfer-Encoding: chunked")
    reply = send(service, first + b"0\r\n\r\n" + hidden)
    assert reply.status == 400
    assert b"HTTP/1.1" not in reply.body


def test_a_client_that_leaves_in_the_middle_of_its_body_leaves_no_trace(service: Service) -> None:
    before = len(service.log.read_text())
    for head in (("Content-Length: 1000",), ("Transfer-Encoding: chunked",)):
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
            connection.sendall(request("POST", "/login", JSON, *head, body=b'{"us'))
    assert service.alive()
    assert service.log.read_text()[before:] == ""


def test_upgrades_are_not_taken_up(service: Service) -> None:
    for offer in ("websocket", "h2c"):
        reply = send(service, request("GET", "/healthz", "Connection: Upgrade", f"Upgrade: {offer}"))
        assert reply.status == 200


def test_whoever_expects_a_100_gets_it_or_the_refusal(service: Service) -> None:
    headers = (JSON, "Expect: 100-continue")
    assert send(service, request("POST", "/login", *headers, "Content-Length: 2")).status == 100
    assert send(service, request("POST", "/login", *headers, "Content-Length: 100000")).status == 413


def test_no_answer_tells_what_serves(service: Service) -> None:
    for data in (request("GET", "/me"), request("GET", "/"), b"nonsense\r\n\r\n"):
        reply = send(service, data)
        assert "server" not in reply.headers
        assert not re.search(rb"uvicorn|starlette|python|Traceback", reply.body, re.IGNORECASE)


async def test_a_body_in_many_pieces_is_one_body(service: Service) -> None:
    device = await somebody_on(service)
    body = b'{"title": "in pieces"}'
    token = f"Authorization: Bearer {device.tokens['access_token']}"
    head = request("POST", "/todo", JSON, token, f"Content-Length: {len(body)}")
    reply = send(service, head, *(body[i : i + 1] for i in range(len(body))))
    assert (reply.status, reply.problem["title"]) == (201, "in pieces")


async def test_two_requests_at_once_on_one_connection_are_answered_in_order(service: Service) -> None:
    device = await somebody_on(service)
    token = f"Authorization: Bearer {device.tokens['access_token']}"
    last = request("GET", "/me", token, "Connection: close")
    reply = send(service, request("GET", "/healthz", "Connection: keep-alive") + last)
    assert reply.body.startswith(b'{"status":"alive"}')
