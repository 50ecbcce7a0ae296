"""A real HTTP server in the place of ntfy: takes `POST /TOPIC` and keeps what it took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class NtfyServer(ThreadingHTTPServer):
    """`took` holds (topic, text, Authorization) of each request; `script` chooses the next answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.took: list[tuple[str, str, str | None]] = []
        self._answers: list[str] = []

    def script(self, *answers: str) -> None:
        """Choose the next answers: a status, or `hang` or `hang_up`; 200 after them."""
        self._answers = list(answers)

    def next(self) -> str:
        return self._answers.pop(0) if self._answers else "200"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: NtfyServer  # pyright: ignore[reportIncompatibleVariableOverride] - no other server has this handler

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.took.append((self.path.removeprefix("/"), text, self.headers.get("Authorization")))
        answer = self.server.next()
        if answer == "hang":
            time.sleep(1.5)
        if answer in ("hang", "hang_up"):
            self.close_connection = True
            return
        body = b'{"id": "x"}'
        self.send_response(int(answer))
        self.send_header("Content-Length", str(len(body)))
        if answer == "429":
            self.send_header("Retry-After", "20")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def ntfy_server() -> Iterator[NtfyServer]:
    """A running server for the length of the block."""
    server = NtfyServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
