"""Head and body of an answer in one write: uvicorn sends them one by one, and a system call is a tenth of a request."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Transport
from typing import Any

_END_OF_HEAD = b"\r\n\r\n"


class OneWrite:
    """A transport that keeps a head back until its body comes, or the event loop comes round again."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        """Send `data`, together with a head that waits."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.endswith(_END_OF_HEAD):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Send what waits, then close."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
