"""One request and its answer on a connection: uvicorn's, but an answer that is whole leaves in one piece.

uvicorn sends head and body one by one and searches every header, each time, for characters that may not be there. Both
are a tenth of a small request (docs/decisions/0012).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent, HTTPResponseStartEvent

_SAME_EACH_TIME = frozenset(
    {
        *(b"content-type", b"cache-control", b"content-security-policy", b"cross-origin-opener-policy"),
        *(b"referrer-policy", b"strict-transport-security", b"x-content-type-options"),
    }
)
_MOST_LINES = 256
_lines: dict[tuple[bytes, bytes], bytes] = {}
"""Header lines that were judged and made before."""


class Cycle(RequestResponseCycle):
    """Holds the start of an answer back until its body comes, and what is not whole it leaves to uvicorn."""

    _start: HTTPResponseStartEvent | None = None

    async def send(self, message: ASGISendEvent) -> None:
        """Take the next message of the app (ASGI, HTTP connection scope). Raises RuntimeError for a wrong one."""
        if message["type"] == "http.response.start" and self._start is None and not self.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None and message["type"] == "http.response.body":
            if not message.get("more_body", False) and not self.flow.write_paused and not self.disconnected:
                head = self._head(start, len(body := message.get("body", b"")))
                if head is not None:
                    self._finish(head + body)
                    return
            await super().send(start)
        await super().send(message)

    def _head(self, start: HTTPResponseStartEvent, size: int) -> bytes | None:
        """Return the head of an answer with a body of `size` bytes; None unless it declares just that length."""
        lines, length = [STATUS_LINE[start["status"]]], -1
        for name, value in [*self.default_headers, *start.get("headers", ())]:
            if name == b"content-length" and value.isdigit():
                length = int(value)
            elif name in (b"connection", b"transfer-encoding"):
                return None
            lines.append(_lines.get((name, value)) or _line(name, value))
        if length != size or self.scope["method"] == "HEAD":
            return None
        lines.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        return b"".join(lines)

    def _finish(self, answer: bytes) -> None:
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(answer)
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def _line(name: bytes, value: bytes) -> bytes:
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError("a header holds characters that may not be there")
    line = b"%b: %b\r\n" % (name.lower(), value)
    if name in _SAME_EACH_TIME and len(_lines) < _MOST_LINES:
        _lines[name, value] = line
    return line
