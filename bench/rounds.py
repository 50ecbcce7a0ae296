"""Interleaved rounds: every peer does every workload in each round, and each answer and stored row is accounted for."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import cores, hashing, wrk
from bench.peers import Peer
from bench.population import USERS
from bench.serving import Service, serving
from bench.wrk import CONNECTIONS, WORKLOADS, Load, Workload

WARM_UP_SECONDS = 2
_LONGER: dict[Workload, int] = {"login": 2}
"""A login takes seconds in the queue, so those that wrk cuts off would weigh too much in a short run."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One workload of one peer in one round. Rates are right answers a second; `problems` should be empty."""

    round: int
    peer: str
    workload: Workload
    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the service for each right answer, in microseconds."""
    service_core: float
    """Which part of the time the service's core worked, 0 to 1."""
    load_core: float
    """The same of the core of wrk and the stores: near 1 means that the peer could do more."""
    problems: tuple[str, ...]
    bare_argon2: float | None = None
    """Beside a login: verifies a second of bare Argon2 on the same core, measured right after."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    workloads: tuple[Workload, ...]


def run(peers: list[Peer], plan: Plan, folder: Path) -> Iterator[Measurement]:
    """Measure all rounds; yield each measurement as it comes."""
    for number in range(plan.rounds):
        turn = number % len(peers)
        for peer in peers[turn:] + peers[:turn]:
            yield from _one_peer(peer, number, plan, folder)


def _one_peer(peer: Peer, number: int, plan: Plan, folder: Path) -> Iterator[Measurement]:
    sessions = peer.sessions(2 * USERS)
    with serving(peer) as service:
        for workload in (one for one in WORKLOADS if one in peer.workloads and one in ("create", "list")):
            wrk.run(workload, service.port, sessions[:USERS], WARM_UP_SECONDS / 2, folder)
        for workload in (one for one in plan.workloads if one in peer.workloads):
            chosen = sessions[USERS:] if workload == "refresh" else sessions[:USERS]
            seconds = plan.seconds * _LONGER.get(workload, 1)
            send = partial(wrk.run, workload, service.port, chosen, seconds, folder)
            measured = _measure(service, number, workload, send, {session.user_id for session in chosen})
            if workload == "login":
                measured = replace(measured, bare_argon2=hashing.verifies_per_second(plan.seconds, threads=1))
            yield measured


def _measure(
    service: Service, number: int, workload: Workload, send: Callable[[], Load], known: set[int]
) -> Measurement:
    _settle(service)
    before = service.peer.stored(workload)
    core_times = [cores.core_times(core) for core in (cores.SERVICE_CORE, cores.LOAD_CORE)]
    cpu = cores.cpu_seconds(service.pid)
    load = send()
    cpu = cores.cpu_seconds(service.pid) - cpu
    busy = [
        cores.busy_share(core_times[core], cores.core_times(core)) for core in (cores.SERVICE_CORE, cores.LOAD_CORE)
    ]
    _settle(service)
    stored = [after - then for after, then in zip(service.peer.stored(workload), before, strict=True)]
    return Measurement(
        round=number,
        peer=service.peer.name,
        workload=workload,
        rate=load.rate,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        cpu_us=cpu * 1e6 / max(1, load.right),
        service_core=busy[0],
        load_core=busy[1],
        problems=tuple(_problems(workload, load, stored, known)),
    )


def _settle(service: Service) -> None:
    """Wait until the service has done what wrk asked and did not wait for, such as logins in a queue; 10 s at most."""
    for _ in range(40):
        before = cores.cpu_seconds(service.pid)
        time.sleep(0.25)
        if cores.cpu_seconds(service.pid) - before <= 0.02:
            return


def _problems(workload: Workload, load: Load, stored: list[int], known: set[int]) -> Iterator[str]:
    """Say what was wrong. Requests under way when wrk hangs up may have been done without being acknowledged."""
    if load.wrong or load.errors or not load.right:
        yield f"{load.right} right, {load.wrong} wrong answers, {load.errors} connection errors; {load.first_wrong}"
    if not all(load.right <= rows <= load.right + CONNECTIONS for rows in stored):
        yield f"{load.right} acknowledged, {stored} stored"
    whose = [subject(token) for token in load.kept]
    if not set(whose) <= known:
        yield "a token belongs to nobody who asked for one"
    # one more than the connections: wrk asks a script for one request that it never sends
    if workload == "refresh" and (len(whose) < USERS - CONNECTIONS - 1 or len(set(whose)) != len(whose)):
        yield f"of {USERS} chains {len(set(whose))} are left, with {len(whose)} tokens"


def subject(token: str) -> int:
    """Return the user id that a JSON Web Token names. The signature is not looked at."""
    payload = token.split(".")[1]
    return int(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
