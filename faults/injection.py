"""Faults put into a running process's system calls by strace, and the process ids to put them into."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, check=False)
    return [pid, *(below for child in listed.stdout.split() for below in family(int(child)))]


@contextmanager
def injected(pids: list[int], call: str, what: str) -> Iterator[Path]:
    """Every such call of these processes gets `what`, as strace's `--inject` reads it; yields the trace's file."""
    trace = Path(tempfile.mkstemp(prefix="recado-strace-")[1])
    command = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={call}", "-e", f"inject={call}:{what}"]
    for pid in pids:
        command += ["-p", str(pid)]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_attached(pids, tracer)
        yield trace
    finally:
        tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(10)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()
        trace.unlink(missing_ok=True)


def _await_attached(pids: list[int], tracer: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if tracer.poll() is not None or all(_tracer_of(pid) == tracer.pid for pid in pids):
            break
        time.sleep(0.01)
    time.sleep(0.1)  # its threads are attached to after the process


def _tracer_of(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("TracerPid:")), None)
