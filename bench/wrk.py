"""One run of wrk with one of the scripts in `lua/`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.population import PASSWORD, Session

Workload = Literal["create", "list", "refresh", "login"]
WORKLOADS: tuple[Workload, ...] = ("list", "refresh", "login", "create")
CONNECTIONS = 64

_SCRIPTS = Path(__file__).parent / "lua"


@dataclass(frozen=True, slots=True)
class Load:
    """What one run saw. `kept` are tokens: the ends of the refresh chains, or the access tokens of the logins."""

    right: int
    wrong: int
    first_wrong: str
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float
    kept: list[str]

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return self.right / self.seconds


def require_wrk() -> None:
    """Stop with the command that installs it when wrk is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")


def run(workload: Workload, port: int, sessions: list[Session], seconds: float, folder: Path) -> Load:
    """Send `workload` over 64 connections for so many seconds. It starts no answer anew and counts each one."""
    given, seen = folder / "wrk.in", folder / "wrk.out"
    given.write_text("".join(f"{s.user_id}\t{s.access}\t{s.refresh}\n" for s in sessions))
    names = {"BENCH_LUA": str(_SCRIPTS), "BENCH_IN": str(given), "BENCH_OUT": str(seen), "BENCH_PASSWORD": PASSWORD}
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}", "--latency", "--timeout", "20s"]
    script = ["-s", str(_SCRIPTS / f"{workload}.lua"), f"http://127.0.0.1:{port}"]
    subprocess.run([*command, *script], check=True, capture_output=True, env=os.environ | names)
    return _read(seen)


def _read(seen: Path) -> Load:
    told = json.loads(seen.read_text())
    return Load(
        right=told["right"],
        wrong=told["wrong"],
        first_wrong=told["first_wrong"],
        errors=told["errors"],
        seconds=told["duration_us"] / 1e6,
        p50_ms=told["p50_us"] / 1e3,
        p99_ms=told["p99_us"] / 1e3,
        kept=told["kept"],
    )
