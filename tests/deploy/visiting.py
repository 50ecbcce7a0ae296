"""People who keep asking while the service is replaced, and notice each request that is not answered."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.running import Service

WHO = {"username": "ana", "password": "a long walk along the tagus river"}


@dataclass
class Crowd:
    """Clients of one person. Some keep their connection, as proxies do, and some make one for each request."""

    port: int
    token: str
    trust: ssl.SSLContext | None = None
    name: str = "localhost"
    reads: bool = False
    """Ask what there is, in place of creating to-dos."""
    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    over: bool = False

    async def keep(self, name: str, pause: float) -> None:
        """Create to-dos over a connection that is kept until an answer, or its end, says that it was the last."""
        number = 0
        while not self.over:
            reader, writer = await self._connected()
            last = False
            while not (last or self.over or reader.at_eof()):
                number += 1
                last = await self._ask(f"{name} {number}", reader, writer)
                await asyncio.sleep(pause)
            writer.close()

    async def come_and_go(self, name: str) -> None:
        """Create to-dos, each over a connection of its own."""
        number = 0
        while not self.over:
            number += 1
            reader, writer = await self._connected()
            await self._ask(f"{name} {number}", reader, writer)
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        known_as = self.name if self.trust else None
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self.trust, server_hostname=known_as)

    async def _ask(self, title: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Return whether the connection is not to be used again."""
        body = b"" if self.reads else json.dumps({"title": title}).encode()
        what = "GET /todo?limit=1" if self.reads else "POST /todo"
        head = f"{what} HTTP/1.1\r\nHost: {self.name}\r\nAuthorization: Bearer {self.token}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        try:
            answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode().lower()
            length = int(answer.partition("content-length: ")[2].partition("\r\n")[0])
            await reader.readexactly(length)
        except (OSError, EOFError, TimeoutError) as error:
            self.failed.append(f"{title}: {error!r}")
            return True
        if answer.split(" ")[1] == ("200" if self.reads else "201"):
            self.acknowledged.append(title)
        else:
            self.failed.append(f"{title}: {answer.splitlines()[0]}")
        return "\r\nconnection: close\r\n" in answer


async def asked_while(
    service: Service,
    happens: Callable[[], object],
    *,
    port: int | None = None,
    trust: ssl.SSLContext | None = None,
    name: str = "localhost",
    reads: bool = False,
) -> Crowd:
    """Do `happens` in a thread while a crowd asks; return the crowd when all its requests were answered."""
    people = Crowd(port or service.port, await _token(service), trust, name, reads)
    kept = [people.keep(f"kept {n}", pause) for n, pause in enumerate((0, 0, 0.01, 0.05, 0.2, 0.3))]
    asking = asyncio.gather(*kept, *(people.come_and_go(f"new {n}") for n in range(4)))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(happens)
    await asyncio.sleep(0.3)
    people.over = True
    await asyncio.wait_for(asking, 30)
    return people


async def _token(service: Service) -> str:
    async with service.client() as client:
        made = await client.post("/user", json=WHO)
        assert made.status_code == 201, made.text
        return (await client.post("/login", json=WHO)).json()["access_token"]


async def assert_nobody_noticed(service: Service, people: Crowd) -> None:
    """No request failed, and what was acknowledged is there, once, and nothing else."""
    assert people.failed == [], people.failed[:10]
    assert len(people.acknowledged) > 20, len(people.acknowledged)
    stored = [] if people.reads else sorted(people.acknowledged)
    assert sorted(await titles(service, people.token)) == stored


async def titles(service: Service, token: str) -> list[str]:
    """Every to-do that is stored."""
    found, cursor = list[str](), ""
    async with service.client(headers={"Authorization": f"Bearer {token}"}) as client:
        while True:
            page = (await client.get(f"/todo?limit=200&cursor={cursor}" if cursor else "/todo?limit=200")).json()
            found += [todo["title"] for todo in page["items"]]
            if (cursor := page["next"]) is None:
                return found
