"""The set-ups that are compared: how each is filled, started and counted."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg

from bench.population import PASSWORD, TODOS_EACH, USERS, Session
from bench.stores import Stores
from bench.wrk import WORKLOADS, Workload

ROOT = Path(__file__).parent.parent
DEFAULT_STACK_PYTHON = ROOT / ".venv-bench/bin/python"
GO_SEED = ROOT / "build/go-seed"
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
    """A `postgresql://` URL, or the path of an SQLite file; empty where nothing is stored."""
    workloads: tuple[Workload, ...] = WORKLOADS
    """What it can do."""
    serving: dict[str, str] = field(default_factory=dict[str, str])
    """Settings that differ while it serves."""

    def environment(self, port: int = 0) -> dict[str, str]:
        """Return the whole environment of its processes."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        own = self.settings | self.serving if port else self.settings
        return inherited | {"HOST": "127.0.0.1", "PORT": str(port)} | _SECRETS | own

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
        if not questions:
            return []
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


def _python_peer(name: str, serve: tuple[str, ...], population: str, settings: dict[str, str], url: str) -> Peer:
    if not DEFAULT_STACK_PYTHON.exists():
        raise SystemExit("The stacks to compare with are not installed: make bench does it.")
    python = str(DEFAULT_STACK_PYTHON)
    return Peer(
        name=name,
        serve=(python, "-m", *serve),
        settings=settings,
        ready_path="/todo",
        population=(python, "-m", population),
        counted={"create": ("SELECT COUNT(*) FROM todos",)},
        store=url,
    )


def _uvicorn(app: str) -> tuple[str, ...]:
    return ("uvicorn", app, "--port", "{port}", "--no-access-log", "--log-level", "warning")


def default_stack(stores: Stores) -> Peer:
    """FastAPI, uvicorn, PyJWT, redis-py and SQLAlchemy's ORM on asyncpg."""
    url = stores.postgres("default_stack")
    settings = {"DATABASE_URL": url.replace("postgresql:", "postgresql+asyncpg:"), "REDIS_URL": stores.redis(0)}
    serve = _uvicorn("bench.default_stack.app:app")
    return _python_peer(DEFAULT, serve, "bench.default_stack.population", settings, url)


def tuned_stack(stores: Stores) -> Peer:
    """The same routes by somebody who knows it: asyncpg, pipelined Redis, no ORM, no response models."""
    url = stores.postgres("tuned_stack")
    orm = {"DATABASE_URL": url.replace("postgresql:", "postgresql+asyncpg:"), "REDIS_URL": stores.redis(2)}
    peer = _python_peer(
        "tuned stack", _uvicorn("bench.tuned_stack.app:app"), "bench.default_stack.population", orm, url
    )
    return replace(peer, serving={"DATABASE_URL": url})


def django_stack(stores: Stores) -> Peer:
    """Django REST framework, simplejwt with its blacklist, psycopg, gunicorn with threads."""
    url = stores.postgres("django_stack")
    serve = (
        *("gunicorn", "bench.django_stack.wsgi:app", "--bind", "127.0.0.1:{port}", "--log-level", "warning"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--keep-alive", "60"),
        *("--worker-connections", "200"),
    )
    peer = _python_peer("Django", serve, "bench.django_stack.population", {"DATABASE_URL": url}, url)
    counted: dict[Workload, tuple[str, ...]] = {
        "create": ("SELECT COUNT(*) FROM stack_todo",),
        "refresh": ("SELECT COUNT(*) FROM token_blacklist_blacklistedtoken",),
    }
    return replace(peer, counted=counted)


def floor() -> Peer:
    """Uvicorn with a fixed 201: what no service on it can beat."""
    peer = _python_peer("floor: uvicorn, fixed 201", _uvicorn("bench.floor.app:app"), "bench.floor.population", {}, "")
    return replace(peer, counted={}, workloads=("create",))


def go_seed(stores: Stores, store: str, redis: int, folder: Path) -> Peer:
    """The seed's own design in Go, with gin and go-redis; with a store also an INSERT for each to-do."""
    if not GO_SEED.exists():
        raise SystemExit("The Go peer is not built: make bench does it.")
    where = {"": "", "postgres": stores.postgres("go_seed"), "sqlite": str(folder / "go-seed.db")}[store]
    return Peer(
        name={"": "Go seed", "postgres": "Go seed + PostgreSQL", "sqlite": "Go seed + SQLite"}[store],
        serve=(str(GO_SEED), "serve"),
        settings={"STORE": store, "DATABASE_URL": where, "REDIS_URL": stores.redis(redis), "BENCH_PASSWORD": PASSWORD},
        ready_path="/healthz",
        population=(str(GO_SEED),),
        counted={"create": ("SELECT COUNT(*) FROM todos",)} if store else {},
        store=where,
        workloads=("refresh", "create"),  # its passwords are not hashed, and it cannot list
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


def all_peers(stores: Stores, folder: Path) -> dict[str, Callable[[], Peer]]:
    """Return what makes each peer, by the name that chooses it."""
    postgres, both = stores.postgres("recado"), stores.postgres("recado_with_redis")
    return {
        "default": lambda: default_stack(stores),
        "tuned": lambda: tuned_stack(stores),
        "django": lambda: django_stack(stores),
        "seed": lambda: go_seed(stores, "", 3, folder),
        "seed-postgres": lambda: go_seed(stores, "postgres", 4, folder),
        "seed-sqlite": lambda: go_seed(stores, "sqlite", 5, folder),
        "floor": floor,
        "embedded": lambda: recado("recado embedded", folder / "embedded", {}),
        "postgres": lambda: recado("recado PostgreSQL", folder / "postgres", {"DATABASE_URL": postgres}),
        "redis": lambda: recado(
            "recado PostgreSQL + Redis", folder / "redis", {"DATABASE_URL": both, "REDIS_DSN": stores.redis(1)}
        ),
    }
