"""Vonage in every kind of trouble: to-dos do not notice, and each answer is treated as the policy of messages says."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from faults.ground import Ground, texted
from faults.people import Device, somebody, until, with_phone
from faults.registry import REDIS, SQLITE, row
from faults.table import Outcome
from tests.servers import free_port
from tests.vonage.server import StandIn, stand_in

PHONE = "+447700900001"
_SEEN = 4.0
"""Seconds that a text is watched; what must rest for longer may not be sent again in them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """An answer of Vonage's, and what must follow: how often the text is sent at most, and what its person is told."""

    name: str
    script: dict[str, Any]
    sends: int
    state: str
    trouble: bool = False
    """Whether the operator is told by `/readyz`, and nothing more is sent."""


POLICIES = (
    Policy("refuses connections", {}, 0, "queued"),
    Policy("hangs", {"always": "hang"}, 1, "queued"),
    Policy("429, then well", {"next": [{"answer": "429", "retry_after": 1}]}, 2, "sent"),
    Policy("500", {"always": "500"}, 1, "queued"),
    Policy("503", {"always": "503"}, 1, "queued"),
    Policy("401", {"always": "401"}, 1, "queued", trouble=True),
    Policy("402", {"always": "402"}, 1, "queued", trouble=True),
    Policy("422", {"always": "422"}, 1, "failed"),
    Policy("broken answer", {"always": "broken"}, 1, "sent"),
    Policy("bytes that are no HTTP", {"always": "garbage"}, 1, "queued"),
    Policy("10 MB answer", {"always": "huge"}, 1, "sent|queued"),
    Policy("answer lost", {"always": "hang_up"}, 1, "queued"),
)


@row("vonage-in-trouble", SQLITE, REDIS)
def vonage_in_trouble(ground: Ground, outcome: Outcome) -> None:
    """Each answer in turn, each with a service of its own. Five texts at once share a stopped channel's one request."""
    slowest = 0.0
    ground.settings(outcome.stores)  # servers live no longer than the thread that starts them, which is not a pool's
    with ThreadPoolExecutor(3) as pool:
        for one, slow in pool.map(lambda policy: _one(ground, outcome.stores, policy), POLICIES):
            outcome.tries += one.tries
            outcome.acknowledged += one.acknowledged
            outcome.kept += one.kept
            outcome.wrong.update(one.wrong)
            slowest = max(slowest, slow)
    outcome.note(f"{len(POLICIES)} answers; slowest to-do {slowest:.2f} s")


def _one(ground: Ground, stores: str, policy: Policy) -> tuple[Outcome, float]:
    outcome = Outcome(policy.name, stores)
    with stand_in() as vonage:
        refusing = f"http://127.0.0.1:{free_port()}"
        with ground.service(stores, **texted(vonage)) as service:
            device = somebody(service).device()
            with_phone(device, vonage, PHONE)
            if not policy.sends:
                service.settings = {**service.settings, "VONAGE_URL": refusing}
                service.restart()
            vonage.requests.clear()
            vonage.script(*policy.script.get("next", []), always=policy.script.get("always"))
            device.slowest = 0.0
            _watch(policy, outcome, device, vonage)
            return outcome, device.slowest


def _watch(policy: Policy, outcome: Outcome, device: Device, vonage: StandIn) -> None:
    wrong: Callable[[str], str] = lambda what: f"Vonage {policy.name}: {what}"  # noqa: E731 - one line
    created = [device.ask("POST", "/todo", json={"title": f"bread {n}"}) for n in range(1 if policy.sends > 1 else 5)]
    outcome.tries += len(created)
    outcome.acknowledged += sum(answer.status_code == 201 for answer in created)
    outcome.demand(outcome.acknowledged == len(created), wrong("a to-do was not taken"))
    outcome.demand(device.slowest <= 1, wrong("a to-do took more than 1 s"))
    until(lambda: _settled(policy, device, len(created)), 15)
    time.sleep(_SEEN)
    sent: dict[str, int] = {}
    for request in list(vonage.requests):
        sent[request["client_ref"]] = sent.get(request["client_ref"], 0) + 1
    outcome.demand(max(sent.values(), default=0) == policy.sends, wrong(f"texts were sent {sent.values()} times"))
    states = [message["state"] for message in _messages(device)]
    outcome.demand(all(state in policy.state.split("|") for state in states), wrong(f"messages are {states}"))
    told = device.ask("GET", "/readyz").json()
    outcome.demand(bool(told.get("detail")) == policy.trouble, wrong(f"/readyz says {told}"))
    kept = {item["id"] for item in device.ask("GET", "/todo").json()["items"]}
    outcome.kept += sum(answer.json()["id"] in kept for answer in created if answer.status_code == 201)


def _messages(device: Device) -> list[dict[str, Any]]:
    items = device.ask("GET", "/message?limit=200").json()["items"]
    return [message for message in items if message["todo_id"]]


def _settled(policy: Policy, device: Device, many: int) -> bool:
    messages = _messages(device)
    return len(messages) == many and all(message["state"] in policy.state.split("|") for message in messages)
