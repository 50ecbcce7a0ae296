"""A backup put back, and a migration killed half-way."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import asyncpg
import httpx2

from faults.ground import Ground
from faults.people import Device, somebody
from faults.registry import POSTGRES, REDIS, SQLITE, row
from faults.table import Outcome
from tests.running import Service, command


@row("backup-restored", SQLITE, REDIS)
def backup_restored(ground: Ground, outcome: Outcome) -> None:
    """Taken with `recado backup` while it serves, put back with `recado restore`, with Redis as it was."""
    if outcome.stores == REDIS and shutil.which("pg_dump") is None:
        outcome.not_run = "needs pg_dump (postgresql-client)"
        return
    with ground.service(outcome.stores) as service:
        people = [somebody(service) for _ in range(5)]
        before = [person.device() for person in people]
        moved = [person.device() for person in people]
        kept = [device.ask("POST", "/todo", json={"title": "bread"}).json()["id"] for device in before]
        file = ground.place("backup") / "it.backup"
        done = service.run("backup", str(file))
        outcome.demand(done.returncode == 0, f"backup: {done.stderr[:300]}")
        for device in moved:
            device.refresh()
            device.status()  # its successor is used
            device.refresh()
        late = [person.device() for person in people]
        service.stop()
        done = service.run("restore", str(file))
        outcome.demand(done.returncode == 0, f"restore: {done.stderr[:300]}")
        service.start()
        for device, id_ in zip(before, kept, strict=True):
            outcome.tries += 2
            outcome.acknowledged += 1
            outcome.kept += device.ask("GET", f"/todo/{id_}").status_code == 200
            outcome.demand(device.refresh().status_code == 201, "who did nothing since the backup was signed out")
        _newer_are_refused([*moved, *late], outcome)
        told = service.run("events", "--kind", "reuse")
        outcome.demand(told.returncode == 0, f"events: {told.stderr[:200]}")
        outcome.demand("reuse" not in told.stdout, f"an alarm was raised: {told.stdout[:200]}")
        outcome.note("no alarm of reuse")


def _newer_are_refused(devices: list[Device], outcome: Outcome) -> None:
    """Refresh tokens at once; access tokens at once where SQL is asked, and where Redis is, once it has forgotten."""
    for device in devices:
        _refused(device.refresh(), "refresh", outcome)
    if outcome.stores == REDIS:
        known = sum(device.status() == 200 for device in devices)
        outcome.note(f"Redis still knew {known} of {len(devices)} newer access tokens, for its 30 s")
        time.sleep(31)
    for device in devices:
        _refused(device.ask("GET", "/me"), "access", outcome)


def _refused(answer: httpx2.Response, what: str, outcome: Outcome) -> None:
    kind = answer.json().get("type", "").partition("#")[2]
    outcome.tries += 1
    outcome.demand((answer.status_code, kind) == (401, "session-ended"), f"newer {what} token: {kind}")


@row("migration-killed", SQLITE, POSTGRES)
def migration_killed(ground: Ground, outcome: Outcome) -> None:
    """`recado migrate` killed at twelve random moments; the next run ends with the schema of a whole run."""
    whole = _Target(ground, outcome.stores)
    begun = time.monotonic()
    whole.migrate().wait()
    lasts, right = time.monotonic() - begun, whole.schema()
    killed_early = 0
    for attempt in range(12):
        target = _Target(ground, outcome.stores)
        process = target.migrate()
        time.sleep(lasts * (0.3 + 0.06 * attempt) * random.uniform(0.9, 1.1))  # noqa: S311 - a moment, no secret
        process.kill()
        killed_early += process.wait() != 0 and target.schema() != right
        outcome.tries += 1
        outcome.acknowledged += 1
        outcome.demand(target.migrate().wait() == 0, "the next run did not finish")
        outcome.kept += target.schema() == right
    outcome.note(f"{killed_early} of 12 were killed before the end")


class _Target:
    """An empty database, and the command that brings it up."""

    def __init__(self, ground: Ground, stores: str) -> None:
        self.service = Service(ground.place("migrated"), ground.settings(stores))

    def migrate(self) -> subprocess.Popen[bytes]:
        service = self.service
        return subprocess.Popen(
            command("migrate"),
            cwd=service.folder,
            env=service.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def schema(self) -> list[tuple[str, ...]]:
        """Return every table and column, and how many migrations are written down."""
        url = self.service.settings.get("DATABASE_URL")
        return asyncio.run(_postgres_schema(url)) if url else _sqlite_schema(self.service.folder / "data/recado.db")


def _sqlite_schema(path: Path) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return sorted((row[0], row[1] or "") for row in connection.execute("SELECT name, sql FROM sqlite_master"))
    finally:
        connection.close()


async def _postgres_schema(url: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        )
        return sorted(tuple(row) for row in rows)
    finally:
        await connection.close()
