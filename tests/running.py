"""The service as people run it: `recado serve` in processes of its own, over HTTP."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.servers import free_port, wait_until

_PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR", "COVERAGE_PROCESS_START")
_places = itertools.count(2)


def command(*arguments: str) -> list[str]:
    """The command line that runs `recado` from this environment."""
    return [sys.executable, "-m", "recado", *arguments]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What a child sees: the given settings and nothing of this machine's own."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(given)


@dataclass
class Service:
    """One `recado serve` with its own folder and settings. The log holds what it wrote, console messages included."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file with everything it wrote to standard output and standard error."""
        return self.folder / "log"

    @property
    def environment(self) -> dict[str, str]:
        """What the process sees; a second command over the same database needs the same."""
        own = {"PORT": str(self.port), "RECADO_DATA": str(self.folder / "data")}
        return environment(own | dict(self.settings))

    @property
    def serving(self) -> list[str]:
        """The command line that it runs by."""
        return command("serve")

    def start(self) -> Service:
        """Start it and wait until it answers; it sits in a process group of its own."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.serving,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_until(self.alive, "recado serve", self.process, self.log, 20)
        return self

    def alive(self) -> bool:
        """Whether `/healthz` answers."""
        try:
            return httpx2.get(f"{self.base_url}/healthz", trust_env=False, timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run another command over the same data, such as `run("user", "list")`; `more` are further settings."""
        return subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def workers(self) -> list[int]:
        """The process ids of its server processes, when there are several."""
        assert self.process
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, as `kill` or Ctrl+C would, and return its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill9()
        return self.process.returncode

    def kill9(self) -> None:
        """End it and its server processes at once, without a chance to tidy up."""
        assert self.process
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self) -> Service:
        self.stop()
        return self.start()

    def client(self, address: str | None = None, **options: Any) -> httpx2.AsyncClient:
        """A new client. Each comes from an address of its own (127.0.0.0/8), so limits by address do not meet."""
        transport = httpx2.AsyncHTTPTransport(local_address=address or _new_address())
        return httpx2.AsyncClient(transport=transport, base_url=self.base_url, trust_env=False, timeout=15, **options)

    def plain_client(self) -> httpx2.Client:
        """The same without an event loop."""
        transport = httpx2.HTTPTransport(local_address=_new_address())
        return httpx2.Client(transport=transport, base_url=self.base_url, trust_env=False, timeout=15)


def _new_address() -> str:
    place = next(_places)
    return f"127.{os.getpid() % 200 + 1}.{place // 250 % 250}.{place % 250 + 2}"
