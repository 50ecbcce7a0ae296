"""A person who uses the service over HTTP, as tests and their stories need one."""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass, field

import httpx2

from tests.running import Service

PASSWORD = "a long walk along the tagus river"
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody who has signed up. Each device is a client with its own tokens."""

    service: Service
    username: str
    user_id: int
    password: str = PASSWORD
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    async def device(self, name: str = "phone") -> Device:
        """Sign in on a new device."""
        client = self.service.client()
        self.clients.append(client)
        answer = await client.post(
            "/login", json={"username": self.username, "password": self.password, "device": name}
        )
        assert answer.status_code == 200, answer.text
        return Device(client, answer.json())


@dataclass
class Device:
    """A signed-in device: requests carry its access token."""

    client: httpx2.AsyncClient
    tokens: dict[str, str]

    @property
    def session_id(self) -> str:
        return self.tokens["session_id"]

    async def ask(self, method: str, path: str, **options: object) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **options.pop("headers", {})}  # type: ignore[dict-item]
        return await self.client.request(method, path, headers=headers, **options)  # type: ignore[arg-type]

    async def refresh(self) -> httpx2.Response:
        answer = await self.client.post("/token/refresh", json={"refresh_token": self.tokens["refresh_token"]})
        if answer.status_code == 201:
            self.tokens = answer.json()
        return answer


async def somebody(service: Service, name: str = "ana") -> Person:
    """Sign up a new person."""
    username = f"{name}.{next(_numbers)}"
    client = service.client()
    answer = await client.post("/user", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return Person(service, username, answer.json()["user_id"], clients=[client])


async def code_from_log(service: Service, start: int) -> str:
    """Return the six-digit code that the console channel wrote after this offset of the log."""
    for _ in range(100):
        found = re.findall(r"\b(\d{6})\b", service.log.read_text()[start:])
        if found:
            return found[-1]
        await asyncio.sleep(0.1)
    raise AssertionError("no code was written to the log")
