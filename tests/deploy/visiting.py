"""People who keep asking while the service is replaced, and notice each request that is not answered."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from tests.running import Service

WHO = {"username": "ana", "password": "a long walk along the tagus river"}


@dataclass
class Crowd:
    """Clients of one person. Some keep their connection, as proxies do, and some make one for each request."""

    port: int
    token: str
    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: bool = False

    async def keep(self, name: str, pause: float) -> None:
        """Create to-dos over a connection that is kept until an answer, or its end, says that it was the last."""
        number = 0
        while not self.over:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            last = False
            while not (last or self.over or reader.at_eof()):
                number += 1
                last = await self._create(f"{name} {number}", reader, writer)
                await asyncio.sleep(pause)
            writer.close()

    async def come_and_go(self, name: str) -> None:
        """Create to-dos, each over a connection of its own."""
        number = 0
        while not self.over:
            number += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            await self._create(f"{name} {number}", reader, writer)
            writer.close()

    async def _create(self, title: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Return whether the connection is not to be used again."""
        body = json.dumps({"title": title}).encode()
        head = f"POST /todo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        try:
            answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode().lower()
            length = int(answer.partition("content-length: ")[2].partition("\r\n")[0])
            await reader.readexactly(length)
        except (OSError, EOFError, TimeoutError) as error:
            self.failed.append(f"{title}: {error!r}")
            return True
        if answer.split(" ")[1] == "201":
            self.acknowledged.append(title)
        else:
            self.failed.append(f"{title}: {answer.splitlines()[0]}")
        return "\r\nconnection: close\r\n" in answer


async def crowd(service: Service, port: int | None = None) -> Crowd:
    """Sign somebody up and in; return their clients, which do not ask yet."""
    async with service.client() as client:
        made = await client.post("/user", json=WHO)
        assert made.status_code in (201, 409), made.text
        token = (await client.post("/login", json=WHO)).json()["access_token"]
    return Crowd(port or service.port, token)


async def titles(service: Service, token: str) -> list[str]:
    """Every to-do that is stored."""
    found, cursor = list[str](), ""
    async with service.client(headers={"Authorization": f"Bearer {token}"}) as client:
        while True:
            page = (await client.get(f"/todo?limit=200&cursor={cursor}" if cursor else "/todo?limit=200")).json()
            found += [todo["title"] for todo in page["items"]]
            if (cursor := page["next"]) is None:
                return found
