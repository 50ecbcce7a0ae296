"""The four set-ups that are compared: how each is filled, started and counted."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.population import PASSWORD, TODOS_EACH, USERS, Session
from bench.stores import Stores
from bench.wrk import Workload

ROOT = Path(__file__).parent.parent
DEFAULT_STACK_PYTHON = ROOT / ".venv-bench/bin/python"
DEFAULT = "default stack"

_SECRETS = {name: secrets.token_urlsafe(48) for name in ("ACCESS_SECRET", "REFRESH_SECRET")}
_RECADO_COUNTS: dict[Workload, tuple[str, ...]] = {
    "create": ("SELECT COUNT(*) FROM todo", "SELECT COUNT(*) FROM message"),
    "refresh": ("SELECT SUM(gen) FROM session",),
    "login": ("SELECT COUNT(*) FROM session",),
}
_INHERITED = ("PATH", "HOME", "LANG", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Peer:
    """A service under test."""

    name: str
    serve: tuple[str, ...]
    """The command that starts it; `{port}` stands for the port."""
    settings: dict[str, str]
    ready_path: str
    """What is asked with GET to see that it serves."""
    population: tuple[str, ...]
    """The command that fills its stores and opens sessions there."""
    counted: dict[Workload, tuple[str, ...]]
    """Per workload, questions in SQL to which each right answer adds exactly 1."""
    store: str
    """A `postgresql://` URL, or the path of an SQLite file."""

    def environment(self, port: int = 0) -> dict[str, str]:
        """Return the whole environment of its processes."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return inherited | {"HOST": "127.0.0.1", "PORT": str(port)} | _SECRETS | self.settings

    def command(self, port: int) -> list[str]:
        """Return the command that serves on this port."""
        return [part.format(port=port) for part in self.serve]

    def fill(self) -> None:
        """Create the stores, and in them the users and their to-dos."""
        if self.store.startswith("postgresql:"):
            asyncio.run(_create_database(self.store))
        self._populate("fill", USERS, TODOS_EACH)

    def grow(self, user_id: int, todos: int) -> None:
        """Give one user so many more to-dos."""
        self._populate("grow", user_id, todos)

    def sessions(self, count: int) -> list[Session]:
        """Open so many sessions, the users in turn."""
        return [Session(**opened) for opened in json.loads(self._populate("sessions", USERS, count))]

    def stored(self, workload: Workload) -> list[int]:
        """Answer this workload's questions from what is committed."""
        questions = self.counted.get(workload, ())
        if self.store.startswith("postgresql:"):
            return asyncio.run(_numbers(self.store, questions))
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            return [connection.execute(question).fetchone()[0] for question in questions]

    def _populate(self, task: str, users: int, count: int) -> str:
        options = [task, "--users", str(users), "--count", str(count), "--password", PASSWORD]
        command = [*self.population, *options]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, env=self.environment(), cwd=ROOT, text=True)
        if done.returncode:
            raise SystemExit(f"{self.name}: its stores could not be filled; why stands above.")
        return done.stdout


async def _create_database(url: str) -> None:
    server, _, name = url.rpartition("/")
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()


async def _numbers(url: str, questions: tuple[str, ...]) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [int(await connection.fetchval(question)) for question in questions]
    finally:
        await connection.close()


def default_stack(stores: Stores) -> Peer:
    """FastAPI, uvicorn, PyJWT, redis-py and SQLAlchemy's ORM on asyncpg."""
    if not DEFAULT_STACK_PYTHON.exists():
        raise SystemExit("The default stack is not installed: make bench does it.")
    python = str(DEFAULT_STACK_PYTHON)
    url = stores.postgres("default_stack")
    uvicorn = (
        "uvicorn",
        "bench.default_stack.app:app",
        "--port",
        "{port}",
        "--no-access-log",
        "--log-level",
        "warning",
    )
    return Peer(
        name=DEFAULT,
        serve=(python, "-m", *uvicorn),
        settings={"DATABASE_URL": url.replace("postgresql:", "postgresql+asyncpg:"), "REDIS_URL": stores.redis(0)},
        ready_path="/todo",
        population=(python, "-m", "bench.default_stack.population"),
        counted={"create": ("SELECT COUNT(*) FROM todos",)},
        store=url,
    )


def recado(name: str, data: Path, settings: dict[str, str]) -> Peer:
    """Recado with these settings over its defaults, its keys and its SQLite file in `data`."""
    return Peer(
        name=name,
        serve=(sys.executable, "-m", "recado", "serve"),
        settings={"RECADO_DATA": str(data)} | settings,
        ready_path="/readyz",
        population=(sys.executable, "-m", "bench.recado_population"),
        counted=_RECADO_COUNTS,
        store=settings.get("DATABASE_URL", str(data / "recado.db")),
    )


def all_peers(stores: Stores, folder: Path) -> list[Peer]:
    """Return the default stack and recado's three set-ups."""
    postgres, both = stores.postgres("recado"), stores.postgres("recado_with_redis")
    return [
        default_stack(stores),
        recado("recado embedded", folder / "embedded", {}),
        recado("recado PostgreSQL", folder / "postgres", {"DATABASE_URL": postgres}),
        recado("recado PostgreSQL + Redis", folder / "redis", {"DATABASE_URL": both, "REDIS_DSN": stores.redis(1)}),
    ]
