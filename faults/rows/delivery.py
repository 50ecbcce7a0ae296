"""Delivery workers side by side, and one that dies with a text in its hands."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from contextlib import ExitStack

from faults.fake_time import MovedClock
from faults.ground import Ground, texted
from faults.people import somebody, until, with_phone
from faults.registry import REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service, command
from tests.vonage.server import stand_in


def _deliverer(service: Service, stack: ExitStack) -> subprocess.Popen[bytes]:
    log = stack.enter_context((service.folder / "deliver.log").open("ab"))
    process = subprocess.Popen(
        command("deliver"),
        cwd=service.folder,
        env=service.environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


@row("two-delivery-workers", SQLITE, REDIS, needs=("libfaketime",))
def two_workers(ground: Ground, outcome: Outcome) -> None:
    """Three workers over one outbox send each text once; one killed while sending costs one more text at most."""
    clock = MovedClock(ground.place("clock"))
    with ExitStack() as stack:
        vonage = stack.enter_context(stand_in())
        service = stack.enter_context(ground.service(outcome.stores, **texted(vonage), **clock.settings))
        device = somebody(service).device()
        with_phone(device, vonage, "+447700900001")
        vonage.requests.clear()
        workers = [_deliverer(service, stack) for _ in range(2)]
        time.sleep(2)
        created = [device.ask("POST", "/todo", json={"title": f"bread {n}"}) for n in range(60)]
        outcome.tries += len(created)
        outcome.acknowledged += sum(answer.status_code == 201 for answer in created)
        outcome.demand(until(lambda: len(vonage.requests) >= 60, 30), "not all were sent")
        time.sleep(2)
        first = Counter(request["client_ref"] for request in list(vonage.requests))
        outcome.demand(set(first.values()) == {1}, "a text was sent twice with nobody killed")
        # Now all texts hang, and every worker dies while it holds some.
        vonage.requests.clear()
        vonage.script(always="hang")
        more = [device.ask("POST", "/todo", json={"title": f"milk {n}"}) for n in range(6)]
        outcome.tries += len(more)
        outcome.acknowledged += sum(answer.status_code == 201 for answer in more)
        until(lambda: len(vonage.requests) >= 6, 20)
        held = len(vonage.requests)
        for worker in workers:
            worker.kill()
        service.kill9()
        vonage.script()
        service.start()
        for offset in (61, 400, 800):
            clock.set(offset)
            time.sleep(2.5)
        again = Counter(request["client_ref"] for request in list(vonage.requests))
        outcome.demand(max(again.values()) <= 2, "a text was sent more than twice")
        outcome.demand(len(again) == 6, f"{len(again)} of 6 texts were sent")
        clock.set(0)
        states = Counter(m["state"] for m in device.ask("GET", "/message?limit=200").json()["items"] if m["todo_id"])
        outcome.demand(states == {"sent": 66}, f"messages are {dict(states)}")
        outcome.kept += len(device.ask("GET", "/todo?limit=200").json()["items"])
        twice = sum(many > 1 for many in again.values())
        outcome.note(f"60 texts by 3 workers, each once; {held} in hand when all were killed: {twice} sent once more")
