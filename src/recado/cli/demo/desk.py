"""The demonstration's own address: the page with the phones for people, and Vonage's Messages API for the service.

GET /            the page                     GET /texts         texts as they come (Server-Sent Events)
GET /household   who lives here, as JSON      POST /phone/NUMBER {"text"}: what its owner writes
POST /v1/messages   the API, with the account's credentials
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

import msgspec

from recado.cli.demo.carrier import Carrier

_PANE = resources.files("recado.cli.demo") / "pane"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/pane.js": ("pane.js", "text/javascript; charset=utf-8"),
    "/pane.css": ("pane.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_LONGEST, _LONGEST_TEXT = 64 * 1024, 1600
_STILL_HERE = 15


class Desk(ThreadingHTTPServer):
    """Listens on this machine only. `household` is what the page is told of the three, None until they moved in."""

    daemon_threads = True

    def __init__(self, port: int, carrier: Carrier) -> None:
        """Take the port; 0 is a free one. Raises `OSError`."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.carrier = carrier
        self.household: dict[str, Any] | None = None

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Desk  # pyright: ignore[reportIncompatibleVariableOverride] - no other server has this handler

    def do_GET(self) -> None:
        if not self._asked_here():
            return self._answer(421, b"")
        if self.path == "/texts":
            return self._tell()
        if self.path == "/household" and self.server.household is not None:
            return self._answer(200, json.dumps(self.server.household).encode(), "application/json")
        if self.path in _FILES:
            name, kind = _FILES[self.path]
            return self._answer(200, (_PANE / name).read_bytes(), kind)
        return self._answer(404, b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length") or ""
        if not (length.isascii() and length.isdigit() and int(length) <= _LONGEST):
            self.close_connection = True
            return self._answer(413, b"")
        raw = self.rfile.read(int(length))
        # No page of another origin can send JSON without being asked first, and nobody here answers that.
        if not self._asked_here() or self.headers.get_content_type() != "application/json":
            return self._answer(403, b"")
        try:
            body: Any = json.loads(raw)
            if self.path == "/v1/messages":
                return self._message(body)
            return self._from_phone(self.path.removeprefix("/phone/"), body["text"].strip()[:_LONGEST_TEXT])
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._answer(422, b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the page shows what happens."""

    def _message(self, body: dict[str, Any]) -> None:
        if not self.server.carrier.accepts(self.headers.get("Authorization")):
            return self._answer(401, b"")
        return self._answer(
            202, json.dumps({"message_uuid": self.server.carrier.take(body)}).encode(), "application/json"
        )

    def _from_phone(self, number: str, text: str) -> None:
        residents = (self.server.household or {}).get("residents", [])
        if number not in {resident["number"] for resident in residents}:
            return self._answer(404, b"")
        if not text:
            return self._answer(422, b"")
        return self._answer(204 if self.server.carrier.answer(number, text) else 502, b"")

    def _tell(self) -> None:
        """Every text so far, then each as it comes; resumes after `Last-Event-ID`."""
        last = self.headers.get("Last-Event-ID") or "0"
        seen = int(last) if last.isascii() and last.isdigit() else 0
        self.close_connection = True
        self._head(200, "text/event-stream")
        self.end_headers()
        phones = self.server.carrier.phones
        while not phones.closed:
            for text in phones.after(seen, _STILL_HERE):
                seen += 1
                self.wfile.write(f"id: {seen}\ndata: ".encode() + msgspec.json.encode(text) + b"\n\n")
            self.wfile.write(b": still here\n\n")

    def _asked_here(self) -> bool:
        """Whether it was asked for by a name of this machine, so that no name of elsewhere can lead here."""
        return (self.headers.get("Host") or "").partition(":")[0] in ("localhost", "127.0.0.1")

    def _answer(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self._head(status, kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, status: int, kind: str) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        for name, value in (headers | {"Content-Security-Policy": _POLICY}).items():
            self.send_header(name, value)
