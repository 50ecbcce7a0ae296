"""Clocks that jump, or disagree."""

from __future__ import annotations

import base64
import json
import time

from faults.fake_time import MovedClock
from faults.ground import Ground, texted
from faults.people import Device, somebody, until, with_phone
from faults.registry import REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service
from tests.vonage.server import stand_in


def _lifetime(token: str) -> int:
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims["exp"] - claims["iat"]


def _status(device: Device, outcome: Outcome, right: tuple[int, str], when: str) -> None:
    answer = device.ask("GET", "/me")
    outcome.tries += 1
    kind = answer.json().get("type", "").partition("#")[2] if answer.status_code != 200 else ""
    outcome.demand((answer.status_code, kind) == right, f"{when}: {answer.status_code} {kind}, where {right} is right")


def _refresh(device: Device, outcome: Outcome, when: str) -> None:
    answer = device.refresh()
    outcome.tries += 1
    outcome.acknowledged += 1
    outcome.demand(answer.status_code == 201, f"{when}: a refresh got {answer.status_code} {answer.text[:150]}")
    outcome.kept += answer.status_code == 201
    if answer.status_code == 201:
        outcome.demand(answer.json()["expires_in"] > 0, f"{when}: expires_in is not positive")
        outcome.demand(_lifetime(answer.json()["access_token"]) > 0, f"{when}: a token's life is negative")
        outcome.demand(_lifetime(answer.json()["refresh_token"]) > 0, f"{when}: a refresh token's life is negative")


@row("clock-jumps", SQLITE, REDIS, needs=("libfaketime",))
def jumps(ground: Ground, outcome: Outcome) -> None:
    """The clock of a running service goes 901 s ahead, and later 120 s back; nobody has to sign in again.

    Tokens made less than a minute before the step of 120 s back lie more than 60 s in the future and are refused until
    the clock has caught up; their sessions go on.
    """
    clock = MovedClock(ground.place("clock"))
    with ground.service(outcome.stores, **clock.settings) as service:
        ana = somebody(service)
        clock.set(-1000)
        old = [ana.device() for _ in range(5)]
        clock.set(-110)
        for device in old:
            _status(device, outcome, (200, ""), "890 s on")
        clock.set(-99)
        for device in old:
            _status(device, outcome, (401, "token-expired"), "901 s on")
            _refresh(device, outcome, "901 s on")
            _status(device, outcome, (200, ""), "901 s on, refreshed")
        clock.set(0)
        new = [ana.device() for _ in range(5)]
        clock.set(-120)
        for device in old:
            _status(device, outcome, (200, ""), "120 s back")
            _refresh(device, outcome, "120 s back")
            _status(device, outcome, (200, ""), "120 s back, refreshed")
        for device in new:
            _status(device, outcome, (401, "token-invalid"), "120 s back, signed in a moment before")
        clock.set(-55)
        for device in [*old, *new]:
            _status(device, outcome, (200, ""), "65 s later")
            _refresh(device, outcome, "65 s later")
        outcome.note("tokens of the last minute before the step back rest until the clock has caught up; none is ended")


@row("clocks-apart", REDIS, needs=("libfaketime",))
def apart(ground: Ground, outcome: Outcome) -> None:
    """Two machines over the same stores, one 5 s ahead: tokens of each pass at the other, in both directions."""
    clock = MovedClock(ground.place("clock"))
    clock.set(5)
    with ground.service(outcome.stores) as one:
        two = Service(ground.place("service"), {**one.settings, **clock.settings})
        two.start()
        try:
            ana = somebody(one)
            here, there = ana.device(), ana.device(two)
            crossing = [(here, two, one), (there, one, two)]
            for _ in range(20):
                for device, away, home in crossing:
                    for service in (away, home):
                        with service.plain_client() as client:
                            moved = Device(client, device.tokens)
                            _status(moved, outcome, (200, ""), "5 s apart")
                            _refresh(moved, outcome, "5 s apart")
                            device.tokens = moved.tokens
        finally:
            two.stop()


@row("doubt-after-five-minutes", SQLITE, REDIS, needs=("libfaketime",))
def doubt(ground: Ground, outcome: Outcome) -> None:
    """Vonage's answer is lost; five minutes later (the clock is moved) one more text is sent, and never a third."""
    clock = MovedClock(ground.place("clock"))
    with stand_in() as vonage, ground.service(outcome.stores, **texted(vonage), **clock.settings) as service:
        device = somebody(service).device()
        with_phone(device, vonage, "+447700900001")
        vonage.requests.clear()
        vonage.script(always="hang_up")
        outcome.tries += 1
        outcome.acknowledged += device.ask("POST", "/todo", json={"title": "bread"}).status_code == 201
        outcome.demand(until(lambda: len(vonage.requests) == 1, 5), "it was not sent")
        for offset, right in ((290, 1), (310, 2), (700, 2), (5000, 2)):
            clock.set(offset)
            time.sleep(3)
            sent = len(vonage.requests)
            outcome.demand(sent == right, f"{offset} s later it was sent {sent} times, where {right} is right")
        clock.set(0)
        outcome.kept += len(device.ask("GET", "/todo").json()["items"])
        (message,) = [each for each in device.ask("GET", "/message").json()["items"] if each["todo_id"]]
        outcome.demand(message["state"] == "failed", f"after two lost answers the message is {message['state']}")
        outcome.note("sent twice in all, then failed as in doubt")
