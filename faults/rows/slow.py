"""Clients that are slow on purpose, and ten thousand that say nothing."""

from __future__ import annotations

import re
import resource
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.ground import Ground
from faults.injection import family
from faults.people import Device, somebody
from faults.registry import REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service

_IDLE = 10_000
_CONNECTIONS = 300
_ATTACKS = {
    "slow headers": (["-H", "-i", "5"], 15),
    "slow bodies": (["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST"], 30),
}
"""slowhttptest's way, and the seconds within which a connection must be closed."""


@row("slow-clients", SQLITE, needs=("slowhttptest",))
def slow_clients(ground: Ground, outcome: Outcome) -> None:
    """slowhttptest with 300 connections: slow headers are closed within 15 s, slow bodies within 30 s; others go on."""
    with ground.service(outcome.stores) as service:
        device = somebody(service).device()
        quiet = _percentile(device, 3, outcome)
        for name, (options, within) in _ATTACKS.items():
            command = ["slowhttptest", *options, "-c", str(_CONNECTIONS), "-r", "150", "-l", str(within + 8), "-p", "3"]
            command += ["-u", f"{service.base_url}/login"]
            attack = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            early = _percentile(device, 6, outcome)
            held = _held_by(service)
            during = max(early, _percentile(device, within - 2, outcome))
            left = _held_by(service)
            told = re.sub(r"\x1b\[[0-9;]*m", "", attack.communicate(timeout=60)[0])
            ended = re.search(r"Test ended on (\d+)", told)
            outcome.demand(held >= _CONNECTIONS, f"{name}: only {held} connections were held")
            outcome.demand("No open connections left" in told, f"{name}: slowhttptest still had connections at its end")
            outcome.demand(left <= 20, f"{name}: {left} connections are open after {within + 4} s")
            outcome.demand(during < 0.5, f"{name}: p99 of others was {during:.2f} s")
            outcome.note(
                f"{name}: {_CONNECTIONS} held, all closed by second {ended[1] if ended else '?'} (opening takes 2); "
                f"p99 of others {during * 1000:.0f} ms"
            )
        outcome.note(f"p99 before {quiet * 1000:.0f} ms")


@row("idle-connections", SQLITE, REDIS)
def idle_connections(ground: Ground, outcome: Outcome) -> None:
    """Ten thousand connections that were opened and say nothing: p99 and memory of the service stay bounded."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _IDLE + 1000:
        outcome.not_run = f"needs `ulimit -Hn` of {_IDLE + 1000}; it is {hard}"
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with ground.service(outcome.stores) as service:
            device = somebody(service).device()
            quiet, before = _percentile(device, 3, outcome), _memory(service)
            begun = time.monotonic()
            with _idle(service, _IDLE):
                held = _held_by(service)
                during, after = _percentile(device, 5, outcome), _memory(service)
                opened = time.monotonic() - begun
                outcome.demand(held >= _IDLE * 0.99 or opened > 15, f"only {held} connections were held")
                time.sleep(max(0.0, 21 - (time.monotonic() - begun)))
                left = _held_by(service)
                outcome.demand(left < 200, f"{left} silent connections are open after 15 s")
        outcome.demand(during < 0.25, f"p99 was {during:.2f} s")
        outcome.demand(after - before < 250, f"memory grew by {after - before} MB")
        outcome.note(
            f"{held} held; p99 {quiet * 1000:.0f} → {during * 1000:.0f} ms; memory {before} → {after} MB; "
            f"after 21 s {left} were left"
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def _idle(service: Service, many: int) -> Iterator[None]:
    held: list[socket.socket] = []
    try:
        for number in range(many):
            made = socket.socket()
            made.bind((f"127.9.{number // 200 % 200}.{number % 200 + 1}", 0))
            made.connect(("127.0.0.1", service.port))
            held.append(made)
        yield
    finally:
        for made in held:
            made.close()


def _percentile(device: Device, seconds: float, outcome: Outcome) -> float:
    """Return the 99th percentile of a person's requests for so long, in seconds."""
    took: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        created = device.ask("POST", "/todo", json={"title": "bread"}).status_code
        took.append(time.monotonic() - begun)
        outcome.tries += 1
        outcome.acknowledged += created == 201
        outcome.kept += created == 201
        outcome.demand(created == 201, f"a to-do got {created}")
        time.sleep(0.02)
    return statistics.quantiles(took, n=100)[98]


def _held_by(service: Service) -> int:
    """Return how many sockets the service's processes hold."""
    assert service.process
    held = 0
    for pid in family(service.process.pid):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            held += link.is_symlink() and str(link.readlink()).startswith("socket:")
    return held


def _memory(service: Service) -> int:
    """Return the resident memory of the service's processes, in MB."""
    assert service.process
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family(service.process.pid))
    return pages * resource.getpagesize() // 1_000_000
