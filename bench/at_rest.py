"""A service that has nothing to do: how soon it answers after its start, and how much memory it holds."""

from __future__ import annotations

import http.client
import statistics
import time
from dataclasses import dataclass

from bench.cores import Memory, family, memory
from bench.peers import Peer
from bench.serving import Service, serving


@dataclass(frozen=True, slots=True)
class AtRest:
    """`cold_start` in seconds is the median of several starts over stores that are there; memory is of the last one."""

    peer: str
    cold_start: float
    processes: int
    after_start: Memory
    after_one_request: Memory


def measure(peer: Peer, starts: int) -> AtRest:
    """Start the peer so many times, and watch the last one."""
    token = peer.sessions(1)[0].access
    took: list[float] = []
    for _ in range(starts - 1):
        with serving(peer) as service:
            took.append(service.cold_start)
    with serving(peer) as service:
        took.append(service.cold_start)
        time.sleep(1)
        after_start = memory(service.pid)
        _ask(service, token)
        return AtRest(
            peer=peer.name,
            cold_start=statistics.median(took),
            processes=len(family(service.pid)),
            after_start=after_start,
            after_one_request=memory(service.pid),
        )


def _ask(service: Service, token: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if "list" in service.peer.workloads:
        connection.request("GET", "/todo", headers=headers)
    else:
        connection.request("POST", "/todo", '{"title": "bench 1"}', headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status not in (200, 201):
        raise SystemExit(f"{service.peer.name} answered {answer.status} to its first request")
