"""Slow and oversized clients against the protocol, with its deadlines shortened: real sockets, a small app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from uvicorn.server import Server

from recado.server import protocol
from recado.server.listening import listen
from recado.server.process import configuration

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKS = 400


async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """Echoes the length of a body; `/large` answers with 25 MB."""
    if scope["type"] == "lifespan":
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-size", b"%d" % size)]})
    for _ in range(CHUNKS if scope["path"] == "/large" else 0):
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def dial(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dial]:
    """Opens a connection to a server with deadlines of 0.3, 0.6 and 0.6 s."""
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.6)
    monkeypatch.setattr(protocol, "READER_SECONDS", 0.6)
    server = Server(configuration(lambda: app))
    listener = listen("127.0.0.1", 0)
    running = asyncio.create_task(server.serve([listener]))
    yield lambda: asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    server.should_exit = True
    await running


async def closes_after(reader: asyncio.StreamReader, seconds: float) -> None:
    """Check that the other side closes at that time, give or take, and not before."""
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(seconds + 2):
            await reader.read()
    except ConnectionResetError:
        pass
    assert seconds - 0.1 < asyncio.get_running_loop().time() - begun < seconds + 1


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one response with a length or in chunks; return status and header."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b"chunked" in head:
        await reader.readuntil(b"0\r\n\r\n")
    return int(head.split()[1]), head


async def test_a_connection_that_says_nothing_is_closed(dial: Dial) -> None:
    reader, _ = await dial()
    await closes_after(reader, 0.3)


async def test_a_header_that_drips_is_closed_although_bytes_keep_coming(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"GET / HTTP/1.1\r\n")

    async def drip() -> None:
        for number in range(100):
            writer.write(b"x-%d: y\r\n" % number)
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    await closes_after(reader, 0.3)
    dripping.cancel()


async def test_a_body_that_drips_is_closed(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome")
    await closes_after(reader, 0.6)


async def test_a_second_request_has_the_deadline_too(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(REQUEST)
    assert (await answer(reader))[0] == 200
    writer.write(b"GET / HT")
    await closes_after(reader, 0.3)


async def test_empty_lines_between_requests_do_not_hold_a_connection(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(REQUEST)
    await answer(reader)
    writer.write(b"\r\n")
    await closes_after(reader, 0.3)


async def test_an_idle_connection_is_kept_between_requests(dial: Dial) -> None:
    reader, writer = await dial()
    for _ in range(2):
        writer.write(REQUEST)
        assert (await answer(reader))[0] == 200
        await asyncio.sleep(0.8)


async def test_a_body_that_came_in_two_parts_leaves_no_deadline_behind(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nsome")
    await asyncio.sleep(0.1)
    writer.write(b"more")
    assert (await answer(reader))[0] == 200
    await asyncio.sleep(0.8)
    writer.write(REQUEST)
    assert (await answer(reader))[0] == 200


async def test_a_reader_that_leaves_its_answer_alone_is_closed(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.sleep(1.5)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(CHUNKS * 65536)


async def test_a_slow_reader_that_goes_on_reading_gets_everything(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    size = 0
    while piece := await reader.read(1_000_000):
        size += len(piece)
        await asyncio.sleep(0.02)
    assert size > CHUNKS * 65536


async def test_requests_sent_in_one_go_are_all_answered(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody" + REQUEST + REQUEST)
    assert [(await answer(reader))[0] for _ in range(3)] == [200, 200, 200]


async def test_a_large_body_does_not_count_as_header(dial: Dial) -> None:
    reader, writer = await dial()
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + b"b" * 60000)
    status, head = await answer(reader)
    assert status == 200
    assert b"x-size: 60000" in head


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 40_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /" + b"y" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"NOT HTTP\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody", 400),
    ],
)
async def test_what_is_too_large_or_no_http_is_refused_as_a_problem(
    dial: Dial, request_bytes: bytes, status: int
) -> None:
    reader, writer = await dial()
    writer.write(request_bytes)
    async with asyncio.timeout(0.2):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert f"x-request-id: {problem['request_id']}\r\n".encode() in head
