"""Bytes on a socket, for requests that no HTTP library would send."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from tests.running import Service


@dataclass(frozen=True)
class Reply:
    """What came back for some bytes, and after how many seconds; status 0 is a connection closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def problem(self) -> dict[str, Any]:
        return json.loads(self.body)


def send(service: Service, sent: bytes, *more: bytes) -> Reply:
    """Send bytes, in as many pieces as are given, and read one answer."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
        begun = time.monotonic()
        raw = _exchange(connection, [sent, *more])
        seconds = time.monotonic() - begun
    if not raw:
        return Reply(0, {}, b"", seconds)
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(first.split()[1]), headers, body, seconds)


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    """A request with `Host: localhost` and these header lines."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _exchange(connection: socket.socket, pieces: list[bytes]) -> bytes:
    raw = b""
    try:
        for piece in pieces:
            connection.sendall(piece)
        while not _complete(raw):
            piece = connection.recv(65536)
            if not piece:
                break
            raw += piece
    except (ConnectionResetError, BrokenPipeError):
        pass
    return raw


def _complete(raw: bytes) -> bool:
    head, end, body = raw.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    lengths = [int(value) for name, _, value in lines if name == b"content-length"]
    return bool(end) and len(body) >= sum(lengths)
