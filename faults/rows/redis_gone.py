"""Redis in every kind of trouble. SQL is the truth, so nobody may notice more than a delay."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from faults.ground import Ground
from faults.load import Load
from faults.nodes import Node, cluster, nodes
from faults.people import Device, Person, somebody, until
from faults.registry import REDIS, SQLITE_REDIS, row
from faults.relay import relay
from faults.table import Outcome
from tests.running import Service

STATED = 30.0
"""Seconds that an access token of an ended session may live after a failover, a partition or an old snapshot."""


@dataclass
class Scene:
    """Two server processes over SQL and a Redis that a row has in its hands, under load."""

    service: Service
    load: Load
    outcome: Outcome
    ana: Person
    alive: list[Device]
    ended: list[Device]

    def end(self, device: Device) -> None:
        """End a device's session from another one; it is acknowledged, whatever becomes of Redis."""
        answer = self.alive[0].ask("DELETE", f"/session/{device.session_id}")
        self.outcome.tries += 1
        self.outcome.demand(answer.status_code == 204, f"ending a session got {answer.status_code}")
        self.outcome.acknowledged += 1
        self.ended.append(device)

    def judge(self, seconds: float = 0.0, *, stated: float = 0.0) -> float:
        """Ask with every device for so long: the alive are let in within 1 s, the ended are not.

        For `stated` seconds an ended access token may be let in; returns how long it was. A refresh may never.
        """
        begun, last = time.monotonic(), 0.0
        while True:
            for device in self.alive:
                device.slowest = 0.0
                self._demand_alive(device)
            for device in self.ended:
                if device.status() == 200:
                    last = time.monotonic() - begun
                    self.outcome.demand(last <= stated, "an ended session's access token was let in")
                self.outcome.tries += 1
                if not stated:
                    self._demand_no_successor(device)
            if time.monotonic() - begun >= seconds:
                break
            time.sleep(0.05)
        for device in self.ended:  # not before: a refresh asks SQL, and leaves a tombstone
            self._demand_no_successor(device)
        return last

    def _demand_no_successor(self, device: Device) -> None:
        status = device.refresh().status_code
        self.outcome.tries += 1
        self.outcome.demand(status in (401, 503), f"an ended session's refresh token got {status}")

    def _demand_alive(self, device: Device) -> None:
        status = device.status()
        self.outcome.tries += 1
        self.outcome.demand(status == 200, f"a live session got {status}")
        self.outcome.demand(device.slowest <= 1, "an answer took more than 1 s")


@contextmanager
def scene(ground: Ground, outcome: Outcome, dsn: str) -> Iterator[Scene]:
    """The scene over this Redis. Its load runs; at the end everything acknowledged must be there."""
    with ground.service(outcome.stores, 2, REDIS_DSN=dsn) as service:
        ana = somebody(service)
        devices = [ana.device() for _ in range(8)]
        with Load([service], outcome, 4) as load:
            made = Scene(service, load, outcome, ana, devices[:3], [])
            load.await_writes(30)
            made.end(devices[3])
            made.judge()
            yield made
            outcome.demand(made.alive[0].refresh().status_code == 201, "a live session could not be refreshed")
        load.settle()
        made.judge()
        outcome.kept += len(made.ended)
        outcome.note(f"slowest answer under load {load.slowest:.2f} s")


def _spare(made: Scene) -> Device:
    """A further device, signed in now."""
    device = made.ana.device()
    until(lambda: device.status() == 200, 5)
    return device


def _away(made: Scene, back: Callable[[], None]) -> None:
    """Redis is away: judge, end a session meanwhile, bring Redis back, judge again."""
    doomed = _spare(made)
    made.judge(2)
    made.end(doomed)
    made.judge(2)
    back()
    made.load.healed(time.monotonic())
    if not until(lambda: _trouble(made) == [], 5):
        made.outcome.demand(False, f"/readyz still says: {_trouble(made)}")
    made.judge(1)


def _trouble(made: Scene) -> list[str]:
    """What is said of sessions. That logins are not counted together is said until the next one."""
    detail: list[str] = made.alive[0].ask("GET", "/readyz").json().get("detail", [])
    return [sentence for sentence in detail if "sessions are asked of SQL" in sentence]


@row("redis-killed", REDIS, SQLITE_REDIS)
def killed(ground: Ground, outcome: Outcome) -> None:
    """Killed with its data, and back empty."""
    with nodes(ground, 1) as [node], scene(ground, outcome, _dsn(node)) as made:
        node.send(signal.SIGKILL)
        _away(made, node.start)


@row("redis-hung", REDIS)
def hung(ground: Ground, outcome: Outcome) -> None:
    """Stopped with SIGSTOP: connections stay, nothing is answered."""
    with nodes(ground, 1) as [node], scene(ground, outcome, _dsn(node)) as made:
        node.send(signal.SIGSTOP)
        _away(made, lambda: node.send(signal.SIGCONT))


@row("redis-slow", REDIS)
def slow(ground: Ground, outcome: Outcome) -> None:
    """Each answer comes 800 ms late."""
    with (
        nodes(ground, 1) as [node],
        relay(node.port) as between,
        scene(ground, outcome, f"redis://127.0.0.1:{between.port}/0") as made,
    ):
        between.delay = 0.8

        def back() -> None:
            between.delay = 0.0

        _away(made, back)


@row("redis-emptied", REDIS)
def emptied(ground: Ground, outcome: Outcome) -> None:
    """FLUSHALL, again and again."""
    with nodes(ground, 1) as [node], scene(ground, outcome, _dsn(node)) as made:
        for _ in range(10):
            doomed = _spare(made)
            made.end(doomed)
            node.cli("flushall")
            made.judge(0.3)
        made.load.healed(time.monotonic())


@row("redis-old-snapshot", REDIS)
def old_snapshot(ground: Ground, outcome: Outcome) -> None:
    """A snapshot is saved, sessions end, and Redis comes back from the snapshot."""
    with nodes(ground, 1, "--dbfilename", "old.rdb") as [node], scene(ground, outcome, _dsn(node)) as made:
        doomed = _spare(made)
        node.cli("save")
        kept = (node.folder / "old.rdb").read_bytes()
        made.end(doomed)
        made.judge()
        node.send(signal.SIGKILL)
        (node.folder / "old.rdb").write_bytes(kept)
        node.start()
        made.load.healed(time.monotonic())
        lived = made.judge(STATED + 3, stated=STATED)
        outcome.note(f"an ended access token lived on for {lived:.1f} s of the {STATED:g} s stated; its refresh never")


@row("redis-failed-over", REDIS)
def failed_over(ground: Ground, outcome: Outcome) -> None:
    """A replica that had fallen behind takes over: the tombstone that the primary acknowledged is not there."""
    with nodes(ground, 2) as [primary, replica], relay(primary.port) as between, relay(primary.port) as copying:
        replica.cli("replicaof", "127.0.0.1", str(copying.port))
        until(lambda: "master_link_status:up" in replica.cli("info", "replication"), 10)
        with scene(ground, outcome, f"redis://127.0.0.1:{between.port}/0") as made:
            doomed = _spare(made)
            until(lambda: primary.cli("dbsize") == replica.cli("dbsize"), 5)
            copying.deaf = True
            made.end(doomed)
            made.judge()
            primary.send(signal.SIGKILL)
            replica.cli("replicaof", "no", "one")
            between.target = replica.port
            between.cut()
            made.load.healed(time.monotonic())
            lived = made.judge(STATED + 3, stated=STATED)
            outcome.note(
                f"an ended access token lived on for {lived:.1f} s of the {STATED:g} s stated; its refresh never"
            )


@row("redis-out-of-memory", REDIS)
def out_of_memory(ground: Ground, outcome: Outcome) -> None:
    """Redis refuses every write and answers reads."""
    with nodes(ground, 1, "--maxmemory-policy", "noeviction") as [node], scene(ground, outcome, _dsn(node)) as made:
        node.cli("config", "set", "maxmemory", "1")
        doomed = _spare(made)
        made.end(doomed)
        made.judge(2)
        node.cli("config", "set", "maxmemory", "0")
        made.load.healed(time.monotonic())
        made.judge(1)


@row("redis-cluster-loses-node", REDIS)
def cluster_loses_node(ground: Ground, outcome: Outcome) -> None:
    """A cluster of three loses one node with its slots, then another, and gets both back empty."""
    with cluster(ground) as made_nodes:
        dsn = ",".join(_dsn(node) for node in made_nodes)
        with scene(ground, outcome, dsn) as made:
            for node in made_nodes[:2]:
                node.send(signal.SIGKILL)
                _away(made, lambda back=node: _rejoined(back, made_nodes))


def _rejoined(node: Node, all_nodes: list[Node]) -> None:
    node.start()
    until(lambda: all("cluster_state:ok" in each.cli("cluster", "info") for each in all_nodes), 20)


def _dsn(node: Node) -> str:
    return f"redis://127.0.0.1:{node.port}/0"
