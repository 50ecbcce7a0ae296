"""A person who uses the service over HTTP, as tests and their stories need one."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.http.conformance import conforms
from tests.running import Service

PASSWORD = "a long walk along the tagus river"
OTHER_PASSWORD = "seven green bottles on a shelf"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
NOBODYS_ID = "01936f00-0000-7000-8000-00000000dead"
_OF_THE_MOMENT = {"date", "x-request-id", "content-length"}  # the length goes with the request's name
_numbers = itertools.count(1)
_open: list[httpx2.AsyncClient] = []


def visitor(service: Service, address: str | None = None, **options: Any) -> httpx2.AsyncClient:
    """A client that nobody has signed in on. Every answer it gets is held to the contract."""
    client = service.client(address, event_hooks={"response": [conforms]}, **options)
    _open.append(client)
    return client


async def leave() -> None:
    """Close every client that was made."""
    while _open:
        await _open.pop().aclose()


@dataclass
class Person:
    """Somebody who has signed up. Each device is a client with its own tokens."""

    service: Service
    username: str
    user_id: int
    password: str = PASSWORD
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def credentials(self) -> dict[str, str]:
        return {"username": self.username, "password": self.password}

    async def device(self, name: str = "phone", address: str | None = None) -> Device:
        """Sign in on a new device."""
        client = visitor(self.service, address)
        self.clients.append(client)
        answer = await client.post("/login", json={**self.credentials, "device": name})
        assert answer.status_code == 200, answer.text
        return Device(client, answer.json())

    async def browser(self) -> httpx2.AsyncClient:
        """Sign in on a page of the service: a client with cookies and what a browser says of its own pages."""
        client = visitor(self.service, headers=SAME_ORIGIN)
        answer = await client.post("/login", json={**self.credentials, "cookie": True})
        assert answer.status_code == 200, answer.text
        return client


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

    async def create(self, title: str | None = "buy bread", **members: object) -> dict[str, Any]:
        """Create a to-do and return it; without a title its members must have a `quick`."""
        named = {} if title is None else {"title": title}
        answer = await self.ask("POST", "/todo", json={**named, **members})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def status(self) -> int:
        """What a request with this device's access token gets."""
        return (await self.ask("GET", "/me")).status_code


async def somebody(service: Service, name: str = "ana") -> Person:
    """Sign up a new person."""
    username = f"{name}.{next(_numbers)}"
    client = visitor(service)
    answer = await client.post("/user", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return Person(service, username, answer.json()["user_id"], clients=[client])


async def somebody_on(service: Service, name: str = "ana") -> Device:
    """Sign up a new person and sign them in."""
    return await (await somebody(service, name)).device()


async def with_phone(device: Device, service: Service, phone: str) -> None:
    """Verify a phone number with the code from the console."""
    before = len(service.log.read_text())
    assert (await device.ask("POST", "/me/phone", json={"phone": phone})).status_code == 202
    code = await code_from_log(service, before, phone)
    answer = await device.ask("POST", "/me/phone/verify", json={"code": code})
    assert answer.status_code == 204, answer.text


async def code_from_log(service: Service, start: int, phone: str = "") -> str:
    """Return the six-digit code that the console channel wrote for this number after this offset of the log."""
    for _ in range(200):
        lines = service.log.read_text()[start:].splitlines()
        to_this_number = [line for line in lines if re.search(rf"\] to \S*{phone[-2:]}:", line)]
        if (code := code_of("\n".join(to_this_number))) is not None:
            return code
        await asyncio.sleep(0.05)
    raise AssertionError("no code was written to the log")


def code_of(text: str) -> str | None:
    """Return the last six digits that stand alone in a text."""
    found = re.findall(r"\b(\d{6})\b", text)
    return found[-1] if found else None


async def wait_for(true: Callable[[], Awaitable[object]], seconds: float = 10) -> None:
    """Wait until `true()` is."""
    for _ in range(int(seconds / 0.05)):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not come true within {seconds} s")


def kind(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status of a problem and the end of its `type`."""
    return answer.status_code, answer.json()["type"].partition("#")[2]


def told(answer: httpx2.Response) -> tuple[object, ...]:
    """All that an answer says, but for what differs each time."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in _OF_THE_MOMENT)
    return answer.status_code, headers, {**answer.json(), "request_id": None}


async def pages(device: Device, path: str, limit: int) -> list[dict[str, Any]]:
    """Follow `next` from page to page; return all items."""
    items: list[dict[str, Any]] = []
    joint, cursor = "&" if "?" in path else "?", None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = (await device.ask("GET", f"{path}{joint}limit={limit}{more}")).json()
        assert len(page["items"]) <= limit
        items += page["items"]
        assert len(items) < 1000, "the pages do not end"
        cursor = page["next"]
        if cursor is None:
            return items
