"""The operations port: answers `GET /metrics` and nothing else, apart from the port that people use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from recado.server.listening import CannotListen

_SECONDS = 10
_HEAD_LIMIT = 16 * 1024

Read = Callable[[], Awaitable[tuple[str, bytes]]]
"""Returns a content type and what to answer."""


@asynccontextmanager
async def listening(host: str, port: int, read: Read, *, shared: bool) -> AsyncGenerator[int, None]:
    """Answer for the length of the block; yield the port. `shared` lets several processes listen on it.

    Raises `CannotListen`.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                writer.write(await _answer(reader, read))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(answer, host, port, limit=_HEAD_LIMIT, reuse_port=shared or None)
    except OSError as error:
        raise CannotListen(f"RECADO_OPS_PORT {port} cannot be listened on ({error.strerror}): take another") from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, read: Read) -> bytes:
    line = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].split(b" ")
    path = line[1].partition(b"?")[0] if len(line) == 3 else b""
    if path != b"/metrics" or line[0] not in (b"GET", b"HEAD"):
        return _response("404 Not Found" if path != b"/metrics" else "405 Method Not Allowed", "text/plain", b"")
    content_type, body = await read()
    return _response("200 OK", content_type, b"" if line[0] == b"HEAD" else body)


def _response(status: str, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
