"""Redis servers as a row needs them: with options, as replicas, as a cluster of three."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from faults.ground import Ground
from faults.people import until
from tests.servers import Missing, free_port


class Node:
    """One server. Started again, it has what its snapshot has."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options, self.port = folder, options, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise Missing("needs redis-server")
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", *self.options]
        with (self.folder / f"log-{self.port}").open("ab") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if not until(lambda: self.cli("ping", check=False) == "PONG", 10):
            raise RuntimeError("Redis did not start")

    def send(self, how: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process
        self.process.send_signal(how)
        if how == signal.SIGKILL:
            self.process.wait()

    def cli(self, *command: str, check: bool = True) -> str:
        """Run a command with `redis-cli`; return what it prints."""
        words = ["redis-cli", "-p", str(self.port), *command]
        return subprocess.run(words, capture_output=True, text=True, check=check, timeout=30).stdout.strip()

    def stop(self) -> None:
        """End it, even where it hangs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextmanager
def nodes(ground: Ground, many: int, *options: str) -> Iterator[list[Node]]:
    """So many servers, for the length of the block."""
    with ExitStack() as stack:
        made: list[Node] = []
        for _ in range(many):
            node = Node(ground.place("redis"), *options)
            stack.callback(node.stop)
            node.start()
            made.append(node)
        yield made


@contextmanager
def cluster(ground: Ground) -> Iterator[list[Node]]:
    """A cluster of three nodes that goes on with the slots it still has when one is lost."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no")
    with nodes(ground, 3, *options) as made:
        addresses = [f"127.0.0.1:{node.port}" for node in made]
        made[0].cli("--cluster", "create", *addresses, "--cluster-yes")
        if not until(lambda: all("cluster_state:ok" in node.cli("cluster", "info") for node in made), 20):
            raise RuntimeError("the cluster did not come together")
        yield made
