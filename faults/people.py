"""Somebody with devices, over blocking HTTP: what a row does by hand beside the load."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.http.people import code_of
from tests.running import Service
from tests.vonage.server import StandIn

PASSWORD = "a long walk along the tagus river"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
_numbers = itertools.count(1)
_open: list[httpx2.Client] = []


def leave() -> None:
    """Close every client that was made for a device."""
    while _open:
        _open.pop().close()


@dataclass
class Device:
    """A signed-in device. `ask` never raises: a connection that broke is the status 0."""

    client: httpx2.Client
    tokens: dict[str, Any]
    slowest: float = 0.0
    """Of all answers, in seconds."""

    @property
    def session_id(self) -> str:
        return self.tokens["session_id"]

    def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **options.pop("headers", {})}
        begun = time.monotonic()
        try:
            return self.client.request(method, path, headers=headers, **options)
        except httpx2.TransportError:
            return httpx2.Response(0)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def status(self) -> int:
        """Return what a request with the access token gets."""
        return self.ask("GET", "/me").status_code

    def refresh(self, token: str | None = None) -> httpx2.Response:
        """Spend the refresh token (or an older one); on 201 the device has the new pair."""
        body = {"refresh_token": token or self.tokens["refresh_token"]}
        try:
            answer = self.client.post("/token/refresh", json=body)
        except httpx2.TransportError:
            return httpx2.Response(0)
        if answer.status_code == 201:
            self.tokens = answer.json()
        return answer


@dataclass
class Person:
    """Somebody who signed up on a service."""

    service: Service
    username: str

    @property
    def credentials(self) -> dict[str, str]:
        return {"username": self.username, "password": PASSWORD}

    def device(self, service: Service | None = None) -> Device:
        """Sign in on a new device, perhaps on another machine over the same stores."""
        client = (service or self.service).plain_client()
        client.headers["Connection"] = "close"  # a connection that rests would keep a process that is to be replaced
        _open.append(client)
        answer = client.post("/login", json=self.credentials)
        answer.raise_for_status()
        return Device(client, answer.json())


def somebody(service: Service) -> Person:
    """Sign up a new person."""
    username = f"ana.{next(_numbers)}"
    with service.plain_client() as client:
        client.post("/user", json={"username": username, "password": PASSWORD}).raise_for_status()
    return Person(service, username)


def with_phone(device: Device, vonage: StandIn, phone: str) -> None:
    """Verify a number with the code that the stand-in gets; from then on each to-do is texted."""
    before = len(vonage.requests)
    assert device.ask("POST", "/me/phone", json={"phone": phone}).status_code == 202
    until(lambda: len(vonage.requests) > before, 10)
    code = code_of(vonage.requests[-1]["body"]["text"])
    assert device.ask("POST", "/me/phone/verify", json={"code": code}).status_code == 204


def until(true: Callable[[], object], seconds: float) -> bool:
    """Wait until it is true; tell whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
