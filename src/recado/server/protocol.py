"""uvicorn's HTTP protocol with the deadlines and limits it lacks: nobody holds a connection by being slow.

Without it, of 60 connections that never finished their header 60 were still open after 45 s.
"""

from __future__ import annotations

import json
import secrets
from asyncio import Event, TimerHandle, Transport
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from httptools import HttpRequestParser, parse_url
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from recado.server.cycle import Cycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

ENDLESS = "recado.endless"
"""Stands in the scope of a request whose answer goes on until somebody leaves."""
HEADER_SECONDS = 15.0
BODY_SECONDS = 30.0
READER_SECONDS = 30.0
HEADER_BYTES = 32 * 1024
HEADER_FIELDS = 100
TARGET_BYTES = 8 * 1024


class _Stage(Enum):
    HEADER = 1
    BODY = 2
    RECEIVED = 3


class _Refused(Exception):
    """Stops the parser, which turns it into its own error; `send_400_response` then says why."""


class DeadlineProtocol(HttpToolsProtocol):
    """A connection that is cut when a header takes 15 s, a body 30 s, or a reader leaves its answer alone for 30 s.

    A header above its limits is answered 431, a target above its limit 414, and what is no HTTP 400 (RFC 9110, 15.5;
    RFC 6585, 5). A request that arrives whole, which is the usual case, never makes a timer.
    """

    _stage = _Stage.HEADER
    _header_bytes = 0
    _arriving: TimerHandle | None = None
    _leaving: TimerHandle | None = None
    _resting_since: float | None = None
    _refusal = HTTPStatus.BAD_REQUEST
    _leaving_soon = False

    def connection_made(self, transport: Transport) -> None:
        """Expect a header at once."""
        super().connection_made(transport)
        self._expect(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._expect(None)
        self._hurry_reader(on=False)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and start a timer only for what did not arrive whole."""
        if self._stage is _Stage.RECEIVED:
            self._stage, self._header_bytes = _Stage.HEADER, 0
        if self._stage is _Stage.HEADER:
            self._header_bytes += len(data)
        super().data_received(data)
        self._expect_the_rest()

    def on_message_begin(self) -> None:
        """Begin a header; of several in one read, each counts for itself."""
        super().on_message_begin()
        if self._stage is _Stage.RECEIVED:
            self._stage, self._header_bytes = _Stage.HEADER, 0

    def on_headers_complete(self) -> None:
        """Judge the header, then expect the body."""
        self._judge_header()
        self._expect(None)
        self._stage = _Stage.BODY
        parser = cast("HttpRequestParser", self.parser)
        version, method, url = parser.get_http_version(), parser.get_method(), parse_url(self.url)
        path = url.path.decode("ascii")
        self.scope["method"], self.scope["http_version"] = method.decode("ascii"), version
        self.scope["path"] = unquote(path) if "%" in path else path
        self.scope["raw_path"], self.scope["query_string"] = url.path, url.query or b""
        self._begin(keep_alive=version != "1.0" and parser.should_keep_alive())

    def on_message_complete(self) -> None:
        """Expect nothing until the client sends again."""
        self._expect(None)
        self._stage = _Stage.RECEIVED
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The reader is behind: give it 30 s."""
        super().pause_writing()
        self._hurry_reader(on=True)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        super().resume_writing()
        self._hurry_reader(on=False)

    def on_response_complete(self) -> None:
        """Go on to what was asked meanwhile, or rest. A closing connection lingers only while its last bytes leave."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._hurry_reader(on=True)
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._resting_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._rest(self.timeout_keep_alive)

    def leave(self) -> None:
        """Let the next answer be the last here, and say so in it (RFC 9112, 9.6): nobody asks what is not answered.

        A connection that rests stays open. An answer that would never end is ended between two of its parts.
        """
        self._leaving_soon = True
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = False
        self._end_endless()

    def shutdown(self) -> None:
        """Stop: close what rests, let an answer finish, and end one that never would."""
        super().shutdown()
        self._end_endless()

    def _end_endless(self) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None until something was asked
        if cycle is not None and not cycle.response_complete and self.scope.get(ENDLESS):
            if cycle.chunked_encoding and not self.transport.is_closing():
                self.transport.write(b"0\r\n\r\n")
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Close when nothing was asked for so long. One timer serves many requests: each only notes the time."""
        self.timeout_keep_alive_task = None
        if self._resting_since is None:
            return
        left = self._resting_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._rest(left)
        else:
            super().timeout_keep_alive_handler()
            self._hurry_reader(on=True)

    def send_400_response(self, msg: str) -> None:
        """Refuse as a problem (RFC 9457) and close."""
        if self.transport.is_closing():
            return
        status, request_id = self._refusal, secrets.token_hex(8)
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": msg}
        body = json.dumps(problem | {"request_id": request_id}).encode()
        self.transport.write(
            STATUS_LINE[status.value]
            + b"content-type: application/problem+json\r\ncache-control: no-store\r\nconnection: close\r\n"
            + b"x-request-id: %b\r\ncontent-length: %d\r\n\r\n" % (request_id.encode(), len(body))
            + body
        )
        self.transport.close()

    def _unset_keepalive_if_required(self) -> None:
        self._resting_since = None

    def _rest(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _begin(self, *, keep_alive: bool) -> None:
        """Start the request whose header is complete, or let it wait for the one before."""
        before = cast("RequestResponseCycle | None", self.cycle)
        app = cast("ASGI3Application", self.app)  # pyright: ignore[reportUnknownMemberType] - uvicorn types it loosely
        self.cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive and not self._leaving_soon,
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))

    def _expect_the_rest(self) -> None:
        if self._stage is _Stage.HEADER and self._header_bytes > HEADER_BYTES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.send_400_response(self._refusal.phrase)
        if self._arriving is None and self._stage is not _Stage.RECEIVED:
            self._expect(HEADER_SECONDS if self._stage is _Stage.HEADER else BODY_SECONDS)

    def _judge_header(self) -> None:
        if len(self.url) > TARGET_BYTES:
            self._refusal = HTTPStatus.REQUEST_URI_TOO_LONG
        elif len(self.headers) > HEADER_FIELDS or (
            # The count of bytes may include some of the body, so it only tells when to look closely.
            self._header_bytes > HEADER_BYTES and sum(len(n) + len(v) for n, v in self.headers) > HEADER_BYTES
        ):
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        else:
            return
        raise _Refused

    def _expect(self, seconds: float | None) -> None:
        """Cut the connection after so many seconds, or stop counting."""
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = self.loop.call_later(seconds, self.transport.abort) if seconds else None

    def _hurry_reader(self, *, on: bool) -> None:
        if self._leaving is not None and not on:
            self._leaving.cancel()
            self._leaving = None
        elif self._leaving is None and on:
            self._leaving = self.loop.call_later(READER_SECONDS, self.transport.abort)
