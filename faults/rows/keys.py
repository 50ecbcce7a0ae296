"""Signing keys that change while people work, or are missing."""

from __future__ import annotations

import time

from faults.ground import SECRETS, Ground
from faults.load import Load
from faults.people import somebody, until
from faults.registry import REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service


@row("key-rotated", SQLITE, REDIS)
def key_rotated(ground: Ground, outcome: Outcome) -> None:
    """`recado keys rotate` under load, three times; with two machines, secrets from settings one machine at a time."""
    if outcome.stores == SQLITE:
        _by_command(ground, outcome)
    else:
        _by_settings(ground, outcome)


def _by_command(ground: Ground, outcome: Outcome) -> None:
    generated = dict.fromkeys(SECRETS, "")
    settings = {name: value for name, value in ground.settings(outcome.stores).items() if name not in generated}
    service = Service(ground.place("service"), settings | {"RECADO_WORKERS": "2"})
    try:
        idle = somebody(service.start()).device()
        with Load([service], outcome) as load:
            for _ in range(3):
                load.await_writes(60)
                done = service.run("keys", "rotate", "--after", "2s")
                outcome.demand(done.returncode == 0, f"keys rotate: {done.stderr[:200]}")
                time.sleep(4)
        outcome.demand(load.statuses[503] == 0, "somebody was told 503")
        outcome.demand(idle.status() == 200, "an access token of before three rotations was refused")
        outcome.demand(idle.refresh().status_code == 201, "a refresh token of before three rotations was refused")
        load.settle()
        outcome.note("three rotations by command, with two processes that serve")
    finally:
        service.stop()


def _by_settings(ground: Ground, outcome: Outcome) -> None:
    """The three steps of docs/operations.md, each on one machine after the other."""
    shared = ground.settings(outcome.stores)
    new = {name: f"{secret[::-1]}-new" for name, secret in SECRETS.items()}
    announced = {f"{name}_PREVIOUS": secret for name, secret in new.items()}
    taken = new | {f"{name}_PREVIOUS": secret for name, secret in SECRETS.items()}
    machines = [Service(ground.place("service"), shared) for _ in range(2)]
    try:
        for machine in machines:
            machine.start()
        idle = somebody(machines[0]).device()
        with Load(machines, outcome) as load:
            for step in (announced, taken):
                for machine in machines:
                    load.await_writes(40)
                    machine.settings = {**shared, **step}
                    machine.restart()
                    load.healed(time.monotonic())
        for machine in machines:
            with machine.plain_client() as client:
                header = {"Authorization": f"Bearer {idle.tokens['access_token']}"}
                outcome.tries += 1
                outcome.demand(client.get("/me", headers=header).status_code == 200, "an old token was refused")
        until(lambda: idle.refresh().status_code == 201, 5)
        load.settle()
        outcome.note("two machines, one after the other, in the documented steps")
    finally:
        for machine in machines:
            machine.stop()


@row("key-missing", REDIS)
def key_missing(ground: Ground, outcome: Outcome) -> None:
    """A second machine without the first one's keys, or with others, refuses to start; the first one goes on."""
    shared = ground.settings(outcome.stores)
    one = Service(ground.place("service"), shared)
    try:
        device = somebody(one.start()).device()
        others = {name: f"{secret[::-1]}-of-another" for name, secret in SECRETS.items()}
        generated = {name: value for name, value in shared.items() if name not in SECRETS}
        for settings in (shared | others, generated):
            refused = Service(ground.place("service"), settings).run("serve")
            outcome.tries += 1
            outcome.demand(refused.returncode in (1, 2), f"it started, or ended with {refused.returncode}")
            outcome.demand("missing" in refused.stderr, f"it said {refused.stderr[:200]!r}")
        outcome.demand(device.status() == 200, "somebody was signed out of the first machine")
        outcome.acknowledged += 1
        outcome.kept += device.refresh().status_code == 201
    finally:
        one.stop()
