"""The stores under test: SQLite in a file, a real PostgreSQL, a real Redis in front of either."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from revocable import KeyRing, Lifetimes, Sessions, SessionStore, Tokens
from revocable.redis import IndexedSessionStore, open_index
from revocable.sql import SCHEMA, AsyncpgConnection, SqliteConnection, SqlSessionStore
from revocable.testing import FakeClock
from tests.servers import INSTALL, Missing, Postgres, _die_with_parent, free_port, postgres, wait_until

ACCESS = KeyRing(b"a" * 32)
REFRESH = KeyRing(b"r" * 32)
PATIENCE = 5.0
"""Seconds to wait for a Redis that is well, on a machine that may be busy."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Postgres) -> str:
    """A database with the table. Tests share it, each with users of its own."""

    async def prepare() -> str:
        url = await postgres_server.new_database()
        connection = await asyncpg.connect(url)
        await connection.execute(SCHEMA)
        await connection.close()
        return url

    return asyncio.run(prepare())


@dataclass
class RedisNode:
    """A Redis server with options of its own; `options` are those of its command line."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> RedisNode:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing(f"Redis is needed for the tests: {INSTALL}")
        common = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder))
        command = [program, *common, "--save", "", "--appendonly", "no", *self.options]
        log = self.folder / f"redis-{self.port}.log"
        log.unlink(missing_ok=True)
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_parent(signal.SIGKILL),  # noqa: PLW1509  (no threads run yet that could hold a lock)
            )
        wait_until(lambda: b"Ready to accept connections" in log.read_bytes(), "Redis", self.process, log, 10)
        return self

    def send(self, how: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(how)

    def kill9(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.kill9()
        self.start()

    def cli(self, *command: str) -> str:
        """Run a command with `redis-cli` and return what it prints."""
        done = subprocess.run(["redis-cli", "-p", str(self.port), *command], capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture(scope="session")
def run_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RedisNode]]:
    """Starts a Redis server with further options; it is gone at the end."""
    with ExitStack() as stack:

        def run(*options: str) -> RedisNode:
            node = RedisNode(tmp_path_factory.mktemp("redis"), options)
            stack.callback(lambda: node.process and node.kill9())
            return node.start()

        yield run


@pytest.fixture(scope="session")
def redis_node(run_redis: Callable[..., RedisNode]) -> RedisNode:
    """A Redis that nobody harms."""
    return run_redis()


@pytest.fixture
def sqlite_connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def sqlite_truth(sqlite_connection: sqlite3.Connection) -> SqlSessionStore:
    return SqlSessionStore(SqliteConnection(sqlite_connection))


@pytest.fixture
async def pool(postgres_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(postgres_url, min_size=1, max_size=5) as pool:
        yield pool


@pytest.fixture
def postgres_truth(pool: asyncpg.Pool) -> SqlSessionStore:
    return SqlSessionStore(AsyncpgConnection(pool))


@pytest.fixture
async def index_over_sqlite(sqlite_truth: SqlSessionStore, redis_node: RedisNode) -> AsyncIterator[IndexedSessionStore]:
    index = open_index(redis_node.address, sqlite_truth, 900, PATIENCE)
    yield index
    assert index.trouble is None
    await index.aclose()


@pytest.fixture
async def index_over_postgres(
    postgres_truth: SqlSessionStore, redis_node: RedisNode
) -> AsyncIterator[IndexedSessionStore]:
    index = open_index(redis_node.address, postgres_truth, 900, PATIENCE)
    yield index
    assert index.trouble is None
    await index.aclose()


@pytest.fixture(params=["sqlite_truth", "postgres_truth", "index_over_sqlite", "index_over_postgres"])
def store(request: pytest.FixtureRequest) -> SessionStore:
    """Each store in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def sessions_of(clock: FakeClock) -> AsyncIterator[Callable[..., Sessions]]:
    """Makes sessions over a store, with the clock that stands still; each call is like another process."""
    made: list[Sessions] = []

    def make(store: SessionStore, lifetimes: Lifetimes | None = None, tokens: Tokens | None = None) -> Sessions:
        made.append(Sessions(store, tokens or Tokens(ACCESS, REFRESH), lifetimes, clock=clock))
        return made[-1]

    yield make
    for sessions in made:
        await sessions.settle()


@pytest.fixture
def sessions(store: SessionStore, sessions_of: Callable[..., Sessions]) -> Sessions:
    """Sessions over each store in turn."""
    return sessions_of(store)


@pytest.fixture
def user() -> str:
    """A user nobody else has."""
    return secrets.token_hex(8)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its private key, as PEM files."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private
