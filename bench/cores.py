"""Cores and processes: who runs where, and what the kernel says they used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SERVICE_CORE = 0
LOAD_CORE = 1

_TICK = os.sysconf("SC_CLK_TCK")


def claim_load_core() -> None:
    """Move this process, and with it all it starts from now on, to the load core."""
    if not {SERVICE_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
        raise SystemExit("The bench needs two cores: 0 for the service, 1 for wrk and the stores.")
    os.sched_setaffinity(0, {LOAD_CORE})


def on_service_core(*command: str) -> list[str]:
    """Return the command that runs `command` on the service core, as the same process."""
    return ["taskset", "-c", str(SERVICE_CORE), *command]


def on_both_cores(*command: str) -> list[str]:
    """Return the command that runs `command` on either core, as the same process."""
    return ["taskset", "-c", f"{SERVICE_CORE},{LOAD_CORE}", *command]


def family(pid: int) -> list[int]:
    """Return `pid` and all its living descendants."""
    found = [pid]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of `pid` and its descendants so far, threads included."""
    total = 0
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def exact_cpu_seconds(pid: int) -> float:
    """Return the same to the nanosecond, but without threads and processes that have ended."""
    tasks = [task for member in family(pid) for task in Path(f"/proc/{member}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (10⁶ bytes) of a process and its descendants: resident, and resident with shared pages divided."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    """Measure `pid` and its descendants."""
    sums = {"Rss:": 0, "Pss:": 0}
    for member in family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            name, *rest = line.split()
            if name in sums:
                sums[name] += int(rest[0])
    return Memory(rss=sums["Rss:"] * 1024 / 1e6, pss=sums["Pss:"] * 1024 / 1e6)


def busy_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Return which part of the time between two `core_times` the core worked, 0 to 1."""
    spent = after[0] - before[0]
    return spent / max(1, spent + after[1] - before[1])


def core_times(core: int) -> tuple[int, int]:
    """Return the ticks that this core has worked and rested since the machine started."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            ticks = [int(field) for field in fields[:8]]
            idle = ticks[3] + ticks[4]
            return sum(ticks) - idle, idle
    raise LookupError(f"no core {core}")
