"""The load: devices that create, read and refresh in a thread of their own while a row breaks something.

Each to-do has an `Idempotency-Key` and a title of its own. What was acknowledged is written down, and what was not is
sent again afterwards, as an honest client does; then everything must be there exactly once.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx2

from faults.people import Device, Person, somebody
from faults.table import Outcome
from tests.running import Service

_PACE = 0.01
_RESENT = 40


@dataclass
class Load:
    """Runs for the length of a `with` block. `devices` of as many people each go to one of the services in turn."""

    services: list[Service]
    outcome: Outcome
    devices: int = 6
    most: int = 100_000
    """How many to-dos in all."""
    prepare: Callable[[Device], None] | None = None
    people: list[Person] = field(default_factory=list[Person])
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """Title → device and id."""
    unsure: dict[str, int] = field(default_factory=dict[str, int])
    """Title → device, of what was sent and not acknowledged."""
    statuses: Counter[int] = field(default_factory=Counter[int])
    moments: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    """When each write ended, and whether it was acknowledged."""
    slowest: float = 0.0

    def __enter__(self) -> Load:
        self.held: list[Device] = []
        for number in range(self.devices):
            service = self.services[number % len(self.services)]
            person = somebody(service)
            device = person.device()
            if self.prepare:
                self.prepare(device)
            self.people.append(person)
            self.held.append(device)
        self._stop = threading.Event()
        self._numbers = itertools.count(1)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(60)

    def await_writes(self, more: int = 60, seconds: float = 20) -> None:
        """Wait until so many more writes were acknowledged."""
        goal, deadline = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < goal and time.monotonic() < deadline and self._thread.is_alive():
            time.sleep(0.01)
        self.outcome.demand(len(self.acknowledged) >= goal, f"it did not take {more} more writes in {seconds:g} s")

    def healed(self, since: float) -> None:
        """Wait for calm, then note how long after `since` the first write went well that no failure followed."""
        self.await_writes(40)
        moments = list(self.moments)
        failed = max((at for at, well in moments if not well), default=0.0)
        well = min((at for at, went_well in moments if went_well and at > failed), default=time.monotonic())
        self.outcome.healed(max(0.0, well - since) if failed > since else 0.0)

    def settle(self) -> None:
        """Send again what was not acknowledged, and some of what was; then compare all with what is there."""
        outcome = self.outcome
        outcome.tries += sum(self.statuses.values())
        for title, number in list(self.unsure.items()):
            self._again(title, number)
        for title, (number, id_) in list(self.acknowledged.items())[-_RESENT:]:
            outcome.demand(self._again(title, number) == id_, "a key sent again made another to-do")
        stored = [self._stored(device) for device in self.held]
        outcome.acknowledged += len(self.acknowledged)
        outcome.kept += sum(stored[number].get(title) == [id_] for title, (number, id_) in self.acknowledged.items())
        for titles in stored:
            for ids in titles.values():
                outcome.demand(len(ids) == 1, "a to-do is there twice")
        for device in self.held:
            outcome.demand(device.refresh().status_code == 201, "somebody was signed out")

    async def _all(self) -> None:
        await asyncio.gather(*(self._device(number, device) for number, device in enumerate(self.held)))

    async def _device(self, number: int, device: Device) -> None:
        service = self.people[number].service
        async with service.client() as client:
            for turn in itertools.count(1):
                if self._stop.is_set():
                    return
                if len(self.acknowledged) < self.most:
                    await self._create(client, number, device)
                if turn % 4 == 0:
                    await self._send(client, device, "GET", "/me", {200})
                if turn % 15 == 0:
                    await self._refresh(client, device)
                await asyncio.sleep(_PACE)

    async def _create(self, client: httpx2.AsyncClient, number: int, device: Device) -> None:
        title = f"t{next(self._numbers)}"
        self.unsure[title] = number
        key = {"Idempotency-Key": title}
        answer = await self._send(client, device, "POST", "/todo", {201}, json={"title": title}, headers=key)
        self.moments.append((time.monotonic(), answer is not None))
        if answer is not None:
            del self.unsure[title]
            self.acknowledged[title] = (number, answer.json()["id"])

    async def _refresh(self, client: httpx2.AsyncClient, device: Device) -> None:
        body = {"refresh_token": device.tokens["refresh_token"]}
        answer = await self._send(client, device, "POST", "/token/refresh", {201}, json=body)
        if answer is not None:
            device.tokens = answer.json()

    async def _send(
        self, client: httpx2.AsyncClient, device: Device, method: str, path: str, right: set[int], **options: Any
    ) -> httpx2.Response | None:
        """Return a good answer. A broken connection and 503 are honest; anything else is wrong."""
        headers = {"Authorization": f"Bearer {device.tokens['access_token']}", **options.pop("headers", {})}
        begun = time.monotonic()
        try:
            answer = await client.request(method, path, headers=headers, **options)
        except httpx2.TransportError:
            self.statuses[0] += 1
            await asyncio.sleep(0.05)
            return None
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.statuses[answer.status_code] += 1
        if answer.status_code in right:
            return answer
        if answer.status_code != 503:
            self.outcome.wrong[f"{method} {path} got {answer.status_code}: {answer.text[:200]}"] += 1
        elif "retry-after" not in answer.headers:
            self.outcome.wrong["503 without Retry-After"] += 1
        await asyncio.sleep(0.05)
        return None

    def _again(self, title: str, number: int) -> str | None:
        for _ in range(60):
            key = {"Idempotency-Key": title}
            answer = self.held[number].ask("POST", "/todo", json={"title": title}, headers=key)
            if answer.status_code == 201:
                return answer.json()["id"]
            time.sleep(0.1)
        self.outcome.wrong[f"what was sent again got {answer.status_code}"] += 1
        return None

    def _stored(self, device: Device) -> dict[str, list[str]]:
        titles: dict[str, list[str]] = {}
        cursor = ""
        while True:
            page = device.ask("GET", f"/todo?state=all&limit=200{cursor}").json()
            for item in page["items"]:
                titles.setdefault(item["title"], []).append(item["id"])
            if page["next"] is None:
                return titles
            cursor = f"&cursor={page['next']}"
