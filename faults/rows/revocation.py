"""Histories of sessions that are used, refreshed and ended by many at once while processes die."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

import httpx2

from faults.ground import Ground
from faults.history import Operation, Saw, What, impossible
from faults.people import Device, somebody, until
from faults.registry import POSTGRES, REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service

_SESSIONS, _SECONDS = 180, 15.0


@row("revocation-history", SQLITE, POSTGRES, REDIS)
def revocation_history(ground: Ground, outcome: Outcome) -> None:
    """180 sessions, three clients each, one end each; a server process is killed about once a second."""
    with ground.service(outcome.stores, 2) as service:
        people = [somebody(service) for _ in range(12)]
        devices = [people[number % 12].device() for number in range(_SESSIONS)]
        with _killing(service) as killed:
            histories = asyncio.run(_all(service, devices))
        until(lambda: devices[0].ask("GET", "/healthz").status_code == 200, 10)
        _judge(histories, devices, outcome)
        outcome.note(f"{_SESSIONS} histories, {len(killed)} processes killed")


def _judge(histories: list[list[Operation]], devices: list[Device], outcome: Outcome) -> None:
    for history, device in zip(histories, devices, strict=True):
        acknowledged = any(each.what == "end" and each.saw == "ended" for each in history)
        status = device.status()
        begun = time.monotonic()
        history.append(Operation("authenticate", begun, begun, "alive" if status == 200 else "ended"))
        outcome.tries += len(history)
        outcome.acknowledged += acknowledged
        outcome.kept += acknowledged and status == 401
        why = impossible(history)
        outcome.demand(why is None, f"not linearizable: {why}")
        if why is not None:
            _tell(history)


def _tell(history: list[Operation]) -> None:
    """Print the part of a history that is about its end."""
    first = min(each.begun for each in history if each.what == "end")
    for each in sorted(history, key=lambda each: each.begun):
        if each.answered > first - 0.3:
            print(
                f"  {each.begun - first:+.3f} … {each.answered - first:+.3f} s: {each.what} {each.saw}", file=sys.stderr
            )


@contextmanager
def _killing(service: Service) -> Iterator[list[int]]:
    """Kill one of the server processes about once a second, never both."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.wait(random.uniform(0.6, 1.4)):  # noqa: S311 - a moment, no secret
            workers = service.workers()
            if len(workers) == 2:
                killed.append(random.choice(workers))  # noqa: S311
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


async def _all(service: Service, devices: list[Device]) -> list[list[Operation]]:
    """Give each session a life of a second or two, in the course of the row."""
    histories: list[list[Operation]] = [[] for _ in devices]
    starts = [number * (_SECONDS - 2) / len(devices) for number in range(len(devices))]
    async with service.client(limits=httpx2.Limits(max_connections=80)) as client:
        lives = zip(histories, devices, starts, strict=True)
        await asyncio.gather(*(_life(client, history, device, start) for history, device, start in lives))
    return histories


async def _life(client: httpx2.AsyncClient, history: list[Operation], device: Device, start: float) -> None:
    await asyncio.sleep(start)
    over = time.monotonic() + 2

    async def use() -> None:
        while time.monotonic() < over:
            path = {"Authorization": f"Bearer {device.tokens['access_token']}"}
            await _note(history, "authenticate", client.get("/session?limit=1", headers=path))
            await asyncio.sleep(random.uniform(0, 0.15))  # noqa: S311

    async def renew() -> None:
        while time.monotonic() < over:
            await asyncio.sleep(random.uniform(0.1, 0.6))  # noqa: S311
            body = {"refresh_token": device.tokens["refresh_token"]}
            answer = await _note(history, "refresh", client.post("/token/refresh", json=body))
            if answer is not None and answer.status_code == 201:
                device.tokens = answer.json()

    async def end() -> None:
        await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311
        for _ in range(8):  # as people press the button until it says that they are out
            header = {"Authorization": f"Bearer {device.tokens['access_token']}"}
            answer = await _note(history, "end", client.post("/logout", headers=header))
            if answer is not None and answer.status_code == 200:
                return
            await asyncio.sleep(0.1)

    await asyncio.gather(use(), use(), renew(), end())


async def _note(history: list[Operation], what: What, request: Awaitable[httpx2.Response]) -> httpx2.Response | None:
    begun = time.monotonic()
    try:
        answer = await request
    except httpx2.TransportError:
        history.append(Operation(what, begun, float("inf"), "unknown"))
        return None
    history.append(Operation(what, begun, time.monotonic(), _shows(what, answer)))
    return answer


def _shows(what: What, answer: httpx2.Response) -> Saw:
    if what == "end":
        return "ended" if answer.status_code == 200 else "unknown"
    if answer.status_code in (200, 201):
        return "alive"
    kind = answer.json().get("type", "").partition("#")[2]
    return "ended" if (answer.status_code, kind) == (401, "session-ended") else "unknown"
