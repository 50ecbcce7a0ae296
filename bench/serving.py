"""A peer's process: started on the service core, watched until its first answer, stopped."""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cores import on_service_core
from bench.peers import ROOT, Peer
from tests.servers import free_port

_LOGS = ROOT / "build/bench-logs"
"""What the peers write, of all runs."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running peer. `cold_start` is in seconds, from the spawn to the first answer."""

    peer: Peer
    pid: int
    port: int
    cold_start: float


@contextmanager
def serving(peer: Peer, place: Callable[..., list[str]] = on_service_core) -> Iterator[Service]:
    """Start the peer on a free port; stop it at the end, after it has finished what it does."""
    port, log = free_port(), _LOGS / f"{peer.name}.log"
    _LOGS.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        started = time.perf_counter()
        command = place(*peer.command(port))
        process = subprocess.Popen(command, env=peer.environment(port), cwd=ROOT, stdout=output, stderr=output)
        try:
            _await_answer(process, port, peer, log)
            yield Service(peer, process.pid, port, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(60)


def _await_answer(process: subprocess.Popen[bytes], port: int, peer: Peer, log: Path) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise SystemExit(f"{peer.name} did not start; its last words are in {log}:\n{log.read_text()[-2000:]}")
        if _answers(port, peer.ready_path):
            return
        time.sleep(0.005)
    raise SystemExit(f"{peer.name} gave no answer within 30 s; see {log}")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
