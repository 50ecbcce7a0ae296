"""Processes of the service that are killed, stopped or replaced under load."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

from faults.ground import Ground, texted
from faults.injection import injected
from faults.load import Load
from faults.people import Device, somebody, until, with_phone
from faults.registry import POSTGRES, REDIS, SQLITE, row
from faults.relay import relay
from faults.table import Outcome
from tests.running import Service
from tests.vonage.server import StandIn, stand_in


@row("worker-killed", SQLITE, REDIS)
def worker_killed(ground: Ground, outcome: Outcome) -> None:
    """Kill -9 of one of two server processes, three times, while to-dos with texts are created."""
    with stand_in() as vonage, ground.service(outcome.stores, 2, **texted(vonage)) as service:
        phones = iter(f"+44770090{n:04}" for n in range(1, 50))
        with Load([service], outcome, 8, most=480, prepare=lambda d: with_phone(d, vonage, next(phones))) as load:
            for _ in range(3):
                load.await_writes(40)
                os.kill(service.workers()[0], signal.SIGKILL)
                killed = time.monotonic()
                load.healed(killed)
        load.settle()
        _one_message_each(load, vonage, outcome)


def _one_message_each(load: Load, vonage: StandIn, outcome: Outcome) -> None:
    """Each to-do has one message; a text that was on its way in a killed process may follow once more, later."""
    queued = Counter[str]()
    for device in load.held:
        answer = device.ask("GET", "/message?limit=200").json()
        queued.update(message["todo_id"] for message in answer["items"] if message["todo_id"])
    outcome.demand(set(queued.values()) <= {1}, "a to-do has more than one message")
    outcome.demand(len(queued) >= len(load.acknowledged), "a to-do has no message")
    sent = Counter(request["client_ref"] for request in list(vonage.requests))
    outcome.demand(max(sent.values()) <= 2, "a text was sent more than twice")
    outcome.note(f"{len(queued)} to-dos with one message each, {sum(n > 1 for n in sent.values())} texts sent twice")


@row("rotation-killed", SQLITE, REDIS)
def rotation_killed(ground: Ground, outcome: Outcome) -> None:
    """Kill -9 in a refresh: at the moment its answer leaves, which nobody gets, and at random moments before."""
    with ground.service(outcome.stores, 2) as service, relay(service.port) as between:
        device = somebody(service).device()
        elsewhere = Device(Service(service.folder, port=between.port).plain_client(), dict(device.tokens))
        for attempt in range(12):
            doomed = frozenset(service.workers())

            def shoot(pids: frozenset[int] = doomed) -> None:
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)

            if attempt % 2 == 0:
                between.swallow = shoot
            else:
                threading.Timer(random.uniform(0, 0.012), shoot).start()  # noqa: S311 - a moment, no secret
            lost = elsewhere.refresh()
            outcome.tries += 1
            outcome.demand(lost.status_code in (0, 201, 503), f"the refresh that was shot at got {lost.status_code}")
            killed = time.monotonic()
            outcome.demand(until(lambda: _kept_in(elsewhere, outcome), 10), "the old refresh token gets no successor")
            outcome.healed(time.monotonic() - killed)
            outcome.acknowledged += 1
            outcome.kept += until(lambda: elsewhere.status() == 200, 5)
            until(lambda old=doomed: _replaced(service, old), 10)


def _replaced(service: Service, old: frozenset[int]) -> bool:
    workers = set(service.workers())
    return len(workers) == 2 and not workers & old


def _kept_in(device: Device, outcome: Outcome) -> bool:
    status = device.refresh().status_code
    outcome.demand(status in (0, 201, 503), f"a refresh sent again got {status}")
    return status == 201


@row("sqlite-killed-in-commit", SQLITE, needs=("strace",))
def killed_in_commit(ground: Ground, outcome: Outcome) -> None:
    """The process dies in `fdatasync`, in the midst of a commit, four times; then it is started again."""
    with ground.service(outcome.stores) as service:
        with Load([service], outcome) as load:
            for _ in range(4):
                load.await_writes(60)
                assert service.process
                moment = random.randrange(5, 60)  # noqa: S311 - a moment, no secret
                with injected([service.process.pid], "fdatasync", f"signal=KILL:when={moment}"):
                    outcome.demand(until(lambda: service.process.poll() is not None, 20), "it was not killed")  # type: ignore[union-attr]
                service.start()
                load.healed(time.monotonic())
        load.settle()


@row("postgres-killed", POSTGRES, REDIS)
def postgres_killed(ground: Ground, outcome: Outcome) -> None:
    """PostgreSQL and all its processes killed under load, away for two seconds, twice."""
    with ground.service(outcome.stores, 2) as service:
        with Load([service], outcome) as load:
            for _ in range(2):
                load.await_writes(60)
                ground.postgres.kill9()
                time.sleep(2)
                ground.postgres.start()
                load.healed(time.monotonic())
        outcome.demand(load.statuses[503] > 0, "nobody was told 503")
        load.settle()
        outcome.note(f"{load.statuses[503]} answers were 503; slowest {load.slowest:.1f} s")


@row("sigterm-under-load", SQLITE, REDIS)
def sigterm(ground: Ground, outcome: Outcome) -> None:
    """SIGTERM under load: it ends with 0, what was in flight is finished; then it is started again. Three times."""
    with ground.service(outcome.stores, 2) as service:
        with Load([service], outcome) as load:
            for _ in range(3):
                load.await_writes(60)
                workers = service.workers()
                outcome.demand(service.stop() == 0, "it did not end with 0")
                left = [pid for pid in workers if Path(f"/proc/{pid}").exists()]
                outcome.demand(not left, "a process was left behind")
                service.start()
                load.healed(time.monotonic())
        load.settle()
        outcome.note(f"{load.statuses[503]} answers were 503, {load.statuses[0]} connections refused or closed")


@row("rolling-restart", SQLITE, REDIS)
def rolling(ground: Ground, outcome: Outcome) -> None:
    """SIGHUP replaces both server processes one by one under load; nobody is refused."""
    with ground.service(outcome.stores, 2) as service:
        with Load([service], outcome) as load:
            for _ in range(3):
                load.await_writes(60)
                before = frozenset(service.workers())
                assert service.process
                service.process.send_signal(signal.SIGHUP)
                begun = time.monotonic()
                replaced = until(lambda old=before: _replaced(service, old), 20)
                outcome.demand(replaced, "the processes were not replaced")
                load.healed(begun)
        outcome.demand(load.statuses[503] == 0, "somebody was refused with 503")
        outcome.note(f"{load.statuses[0]} connections closed between two requests, each sent again")
        load.settle()
