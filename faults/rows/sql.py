"""SQL away, hung, or locked by somebody else."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx2

from faults.ground import Ground
from faults.injection import family
from faults.load import Load
from faults.people import SAME_ORIGIN, Device, Person, somebody, until
from faults.registry import POSTGRES, REDIS, SQLITE, row
from faults.table import Outcome
from tests.servers import Postgres


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    """PostgreSQL is shut down, as for maintenance."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def hung(pid: int) -> Iterator[None]:
    """A process and its children stand still."""
    held = family(pid)
    for each in held:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in held:
            os.kill(each, signal.SIGCONT)


@row("sql-down", POSTGRES, REDIS)
def sql_down(ground: Ground, outcome: Outcome) -> None:
    """PostgreSQL shut down for five seconds under load."""
    _away(ground, outcome, lambda: stopped(ground.postgres), judged=3)


@row("sql-hung", POSTGRES, REDIS)
def sql_hung(ground: Ground, outcome: Outcome) -> None:
    """PostgreSQL takes connections and says nothing for five seconds."""
    assert ground.postgres.process
    pid = ground.postgres.process.pid
    _away(ground, outcome, lambda: hung(pid), judged=1)


def _away(ground: Ground, outcome: Outcome, fault: Callable[[], AbstractContextManager[None]], judged: int) -> None:
    with ground.service(outcome.stores, 2) as service:
        ana = somebody(service)
        device, page = ana.device(), _page(ana)
        cookies = dict(page.cookies)
        with Load([service], outcome) as load:
            load.await_writes(60)
            with fault():
                until(lambda: load.statuses[503] > 0, 15)
                for _ in range(judged):
                    _judge(device, page, outcome)
                time.sleep(2)
            load.healed(time.monotonic())
        load.settle()
        outcome.demand(dict(page.cookies) == cookies, "a page lost its cookies")
        outcome.demand(page.post("/token/refresh").status_code == 201, "a page was signed out")
        outcome.demand(device.ask("GET", "/readyz").status_code == 200, "/readyz did not heal")
        outcome.note(f"{load.statuses[503]} answers were 503; slowest {max(load.slowest, device.slowest):.1f} s")
        page.close()


def _page(person: Person) -> httpx2.Client:
    page = person.service.plain_client()
    page.headers.update(SAME_ORIGIN)
    page.post("/login", json={**person.credentials, "cookie": True}).raise_for_status()
    return page


def _judge(device: Device, page: httpx2.Client, outcome: Outcome) -> None:
    answers = [
        device.ask("GET", "/todo"),
        device.ask("POST", "/todo", json={"title": "meanwhile"}),
        device.refresh(),
        device.ask("POST", "/logout"),
        page.post("/token/refresh"),
    ]
    for answer in answers:
        outcome.tries += 1
        outcome.demand(answer.status_code == 503, f"SQL was away, and an answer was {answer.status_code}")
        outcome.demand("retry-after" in answer.headers, "503 without Retry-After")
        outcome.demand("set-cookie" not in answer.headers, "503 touched the cookies")
    outcome.demand(device.ask("GET", "/healthz").status_code == 200, "/healthz was not 200")
    outcome.demand(device.ask("GET", "/readyz").status_code == 503, "/readyz was not 503")


@row("sqlite-locked", SQLITE)
def locked(ground: Ground, outcome: Outcome) -> None:
    """Another program holds SQLite's write lock for 30 s: writes are 503 after the busy time, reads go on."""
    with ground.service(outcome.stores) as service:
        with Load([service], outcome) as load:
            load.await_writes(60)
            other = sqlite3.connect(service.folder / "data/recado.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            before = len(load.acknowledged)
            seen = load.statuses[200]
            time.sleep(30)
            outcome.demand(len(load.acknowledged) - before <= 1, "a write passed the lock")
            outcome.demand(load.statuses[200] > seen, "reads did not go on")
            outcome.demand(load.statuses[503] > 0, "nobody was told 503")
            other.close()
            load.healed(time.monotonic())
        load.settle()
        outcome.note(f"{load.statuses[503]} answers were 503; slowest {load.slowest:.1f} s")
