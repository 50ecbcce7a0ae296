"""One connection to one Redis, on which concurrent commands share round trips and system calls.

Replies come in the order of the commands (RESP2), so a queue of futures matches them. An answer that does not come in
time closes the connection; nothing that arrives late can reach the wrong caller.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

import hiredis

from revocable.address import Address

Argument = str | bytes | int

_MORE = object()
_pack: Callable[[tuple[Argument, ...]], bytes] = cast("Any", hiredis).pack_command
_MAX_REPLY = 1 << 20


class NoAnswer(Exception):
    """Redis gave no usable answer in time. The command may have been carried out."""


class ErrorReply(NoAnswer):
    """Redis answered, and refused: out of memory, loading, read-only, a wrong type …"""


class Redis(Protocol):
    """Something that sends a command to Redis; it raises `NoAnswer` and nothing else."""

    def __call__(self, *command: Argument) -> Awaitable[object]:
        """Send a command and return its reply: bytes, an int, None or a list."""
        ...

    async def aclose(self) -> None:
        """Let go of the connection."""
        ...


class Pipeline:
    """A `Redis` over one connection, opened when it is needed and again after it broke."""

    def __init__(self, address: Address, timeout: float = 0.25, most: int = 10_000) -> None:
        """`timeout` in seconds bounds each command, connecting included; `most` how many may wait at a time."""
        self._address = address
        self._timeout = timeout
        self._most = most
        self._wire: _Wire | None = None
        self._attempt: asyncio.Task[_Wire] | None = None
        self._tls: ssl.SSLContext | None = None

    def __call__(self, *command: Argument) -> Awaitable[object]:
        wire = self._wire
        return self._send_anew(command) if wire is None or wire.closed else wire.send(command)

    async def aclose(self) -> None:
        if self._attempt is not None:
            self._attempt.cancel()
        if self._wire is not None:
            self._wire.abort("closed")

    async def _send_anew(self, command: tuple[Argument, ...]) -> object:
        try:
            async with asyncio.timeout(self._timeout):
                wire = await asyncio.shield(self._connecting())
                return await wire.send(command)
        except TimeoutError as error:
            raise NoAnswer(f"{self._address} did not answer within {self._timeout:g} s") from error

    def _connecting(self) -> asyncio.Task[_Wire]:
        """Return the attempt to connect that all callers wait for."""
        if self._attempt is None:
            self._attempt = asyncio.get_running_loop().create_task(self._connect())
            self._attempt.add_done_callback(self._connected)
        return self._attempt

    def _connected(self, attempt: asyncio.Task[_Wire]) -> None:
        self._attempt = None
        if not attempt.cancelled() and attempt.exception() is None:
            self._wire = attempt.result()

    async def _connect(self) -> _Wire:
        loop, address, wire = asyncio.get_running_loop(), self._address, _Wire(self._timeout, self._most)
        try:
            async with asyncio.timeout(self._timeout):
                if address.tls is not None and self._tls is None:
                    self._tls = address.tls.context()
                await loop.create_connection(lambda: wire, address.host, address.port, ssl=self._tls)
                await self._introduce(wire)
        except BaseException as error:
            wire.abort("not connected")
            if isinstance(error, OSError | NoAnswer):  # a TimeoutError is an OSError
                raise NoAnswer(f"cannot connect to {address} ({error or type(error).__name__})") from error
            raise
        return wire

    async def _introduce(self, wire: _Wire) -> None:
        address = self._address
        if address.password is not None:
            await wire.send(("AUTH", *([address.username] if address.username else []), address.password))
        if address.db:
            await wire.send(("SELECT", address.db))


class _Wire(asyncio.Protocol):
    """One connection while it lasts: a FIFO of (deadline, future), and one timer for the oldest of them."""

    __slots__ = ("_loop", "_most", "_out", "_replies", "_timeout", "_timer", "_transport", "_waiting", "closed")

    def __init__(self, timeout: float, most: int) -> None:
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._most = most
        self._waiting: deque[tuple[float, asyncio.Future[object]]] = deque()
        self._replies: Any = hiredis.Reader(notEnoughData=_MORE)
        self._out: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def send(self, command: tuple[Argument, ...]) -> asyncio.Future[object]:
        if self.closed or len(self._waiting) >= self._most:
            raise NoAnswer("the connection is closed" if self.closed else "too many commands wait for Redis")
        future: asyncio.Future[object] = self._loop.create_future()
        deadline = self._loop.time() + self._timeout
        self._waiting.append((deadline, future))
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(_pack(command))
        if self._timer is None:
            self._timer = self._loop.call_at(deadline, self._look_at_the_clock)
        return future

    def abort(self, why: str) -> None:
        """Close at once; whoever still waits gets `NoAnswer`."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        while self._waiting:
            future = self._waiting.popleft()[1]
            if not future.done():
                future.set_exception(NoAnswer(why))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self.closed:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(f"Redis closed the connection ({exc})" if exc else "Redis closed the connection")

    def data_received(self, data: bytes) -> None:
        replies = self._replies
        try:
            replies.feed(data)
            while (reply := replies.gets()) is not _MORE:
                self._answer(reply)
        except (hiredis.ProtocolError, IndexError):
            self.abort("this is not Redis: the answer makes no sense")
        else:
            if replies.len() > _MAX_REPLY:
                self.abort("this is not our data: the answer is too long")

    def _answer(self, reply: object) -> None:
        future = self._waiting.popleft()[1]
        if future.done():
            return
        if isinstance(reply, hiredis.ReplyError):
            future.set_exception(ErrorReply(str(reply)))
        else:
            future.set_result(reply)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None and not self.closed:
            self._transport.write(b"".join(out))

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        deadline = self._waiting[0][0]
        if deadline <= self._loop.time():
            self.abort(f"Redis did not answer within {self._timeout:g} s")
        else:
            self._timer = self._loop.call_at(deadline, self._look_at_the_clock)
