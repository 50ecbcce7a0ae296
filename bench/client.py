"""A keep-alive HTTP/1.1 connection, just enough to ask a peer one thing after another with little delay."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


class Connection:
    """One connection to 127.0.0.1; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, method: str, path: str, token: str | None = None, body: object = None) -> Answer:
        """Send one request and return its answer."""
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        content = b"" if body is None else json.dumps(body).encode()
        if token:
            head.append(f"Authorization: Bearer {token}")
        if body is not None:
            head.append("Content-Type: application/json")
        if content or method != "GET":
            head.append(f"Content-Length: {len(content)}")
        self._writer.write("\r\n".join([*head, "", ""]).encode() + content)
        return await self._answer()

    async def _answer(self) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        lengths = [line.partition(":")[2] for line in head if line.lower().startswith("content-length:")]
        body = await self._reader.readexactly(int(lengths[0])) if lengths else b""
        return Answer(int(head[0].split(" ", 2)[1]), body)

    def taken_by(self, processes: list[int]) -> int:
        """Return which of these processes holds the other end. Raises LookupError."""
        port: int = self._writer.get_extra_info("sockname")[1]
        inode = _inode_of_other_end(port)
        for pid in processes:
            if any(link.is_symlink() and link.readlink() == inode for link in Path(f"/proc/{pid}/fd").iterdir()):
                return pid
        raise LookupError(f"none of {processes} holds the other end of port {port}")

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


def _inode_of_other_end(port: int) -> Path:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            return Path(f"socket:[{fields[9]}]")
    raise LookupError(f"nobody is connected to port {port}")
