"""Throw-away servers for the tests: PostgreSQL and Redis from Debian's packages, on free ports, gone afterwards.

PostgreSQL never runs as root and keeps `fsync` on. Should the test process die, the kernel ends the servers with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

INSTALL = "run `sudo sh .ci/tools postgresql redis-server`"
_PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """A program is not installed; the message holds the one command that installs it."""


def free_port() -> int:
    """Return a TCP port that nobody uses on any address, below those that the system gives to clients."""
    while True:
        port = random.randrange(15_000, 32_000)  # noqa: S311 - only to be unlike the other test process's
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("0.0.0.0", port))
            return port


def wait_until(
    ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Wait for a server that was just started; say what it wrote when it ends or is too slow."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"{what} did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.01)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with_parent(how: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Postgres:
    """A PostgreSQL server with a superuser `recado` and no password, reachable from this machine only."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://recado@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, or start again after `kill9` (recovery included)."""
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "32MB",
            "autovacuum_naptime": "10min",
        }
        command = [str(_postgres_program("postgres")), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_parent(signal.SIGQUIT),  # noqa: PLW1509  (no threads run yet that could hold a lock)
                user=_owner(),
                group=_owner(),
            )
        wait_until(lambda: asyncio.run(self._ready()), "PostgreSQL", self.process, log, 30)

    async def _ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url(), timeout=5)
        except (TimeoutError, OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    def kill9(self) -> None:
        """End the server and all its children at once, as a power cut would (the page cache apart)."""
        assert self.process
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, check=False
        )
        self.process.kill()
        self.process.wait()
        for child in children.stdout.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        if self.process:
            _end(self.process, signal.SIGINT)

    async def execute(self, sql: str) -> None:
        """Run one statement in the database `postgres`."""
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def new_database(self, template: str = "template1") -> str:
        """Create a database from a template that nobody is connected to; return its URL."""
        name = f"test_{secrets.token_hex(6)}"
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    async def drop_database(self, url: str) -> None:
        await self.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL for the length of the block."""
    program = _postgres_program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="recado-postgres-"))
    if owner := _owner():
        account = pwd.getpwnam(owner)
        os.chown(folder, account.pw_uid, account.pw_gid)
    server = Postgres(folder)
    try:
        made = subprocess.run(
            # A collation as people have it: one that sorts unlike bytes finds what relies on them.
            [
                *(program, "-D", folder / "data", "-U", "recado", "-A", "trust", "-E", "UTF8", "--no-sync"),
                *("--locale=C", "--locale-provider=icu", "--icu-locale=en-US"),
            ],
            cwd="/",
            capture_output=True,
            check=False,
            user=_owner(),
            group=_owner(),
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr.decode(errors='replace')}")
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_program(name: str) -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if versions:
        return versions[-1]
    found = shutil.which(name)
    if found is None:
        raise Missing(f"PostgreSQL is needed for the tests: {INSTALL}")
    return Path(found)


def _owner() -> str | None:
    """Who runs PostgreSQL when we are root, which it refuses to be."""
    return "postgres" if os.geteuid() == 0 else None


@dataclass
class Redis:
    """A Redis server that keeps nothing on disk."""

    folder: Path
    password: str | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        login = f":{self.password}@" if self.password else ""
        return f"redis://{login}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, or start again, empty, after `kill9`."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise Missing(f"Redis is needed for the tests: {INSTALL}")
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no"]
        command += ["--requirepass", self.password] if self.password else []
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_parent(signal.SIGKILL),  # noqa: PLW1509  (no threads run yet that could hold a lock)
            )
        wait_until(lambda: _answers(self.port), "Redis", self.process, log, 10)

    def kill9(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process:
            _end(self.process, signal.SIGTERM)


@contextmanager
def redis(password: str | None = None) -> Iterator[Redis]:
    """A running, empty Redis for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="recado-redis-"))
    server = Redis(folder, password)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
