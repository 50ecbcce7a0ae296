"""Disks that are full, or fail."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from faults.disk import full, small_disk
from faults.ground import Ground
from faults.injection import family, injected
from faults.load import Load
from faults.people import until
from faults.registry import POSTGRES, SQLITE, row
from faults.table import Outcome
from tests import servers
from tests.running import Service


@row("disk-full", SQLITE, needs=("mount", "root"))
def sqlite_disk_full(ground: Ground, outcome: Outcome) -> None:
    """SQLite's file on a disk without a free block: writes are refused, reads go on, and it heals when freed."""
    folder = ground.place("disk")
    with small_disk(folder, 48), ground.service(outcome.stores, RECADO_DATA=str(folder / "data")) as service:
        with Load([service], outcome) as load:
            load.await_writes(60)
            with full(folder):
                _refused_and_read(load, outcome)
            load.healed(time.monotonic())
        load.settle()
        service.stop()


@row("disk-full-postgres", POSTGRES, needs=("mount", "root"))
def postgres_disk_full(ground: Ground, outcome: Outcome) -> None:
    """The same with PostgreSQL's cluster. A server that ended itself is started again, as an operator would."""
    folder = ground.open_place("disk")
    with small_disk(folder, 160), _cluster_on(folder) as server:
        settings = ground.settings("sqlite") | {"DATABASE_URL": server.url()}
        service = Service(ground.place("service"), settings)
        try:
            with Load([service.start()], outcome) as load:
                load.await_writes(60)
                with full(folder):
                    _refused_and_read(load, outcome, reads=False)
                assert server.process
                if server.process.poll() is not None:
                    outcome.note("PostgreSQL ended itself; started again")
                    server.start()
                load.healed(time.monotonic())
            load.settle()
        finally:
            service.stop()


@contextmanager
def _cluster_on(folder: Path) -> Iterator[servers.Postgres]:
    with servers.postgres() as made:
        made.stop()
        subprocess.run(["cp", "-a", str(made.folder), str(folder / "pg")], check=True)
        moved = servers.Postgres(folder / "pg")
        moved.start()
        try:
            yield moved
        finally:
            moved.stop()


def _refused_and_read(load: Load, outcome: Outcome, *, reads: bool = True) -> None:
    before, refused, seen = len(load.acknowledged), load.statuses[503], load.statuses[200]
    outcome.demand(until(lambda: load.statuses[503] >= refused + 40, 30), "nobody was told that the disk is full")
    time.sleep(1)
    if reads:
        outcome.demand(load.statuses[200] > seen, "reads did not go on")
    outcome.note(
        f"{load.statuses[503] - refused} writes refused with 503, {load.statuses[200] - seen} reads answered, "
        f"{len(load.acknowledged) - before} writes found room"
    )


@row("fdatasync-fails", SQLITE, POSTGRES, needs=("strace",))
def fdatasync_fails(ground: Ground, outcome: Outcome) -> None:
    """Each `fdatasync` of the store's processes returns EIO for two seconds."""
    with ground.service(outcome.stores) as service:
        with Load([service], outcome) as load:
            load.await_writes(60)
            owner = service.process if outcome.stores == SQLITE else ground.postgres.process
            assert owner
            with injected(family(owner.pid), "fdatasync", "error=EIO"):
                refused, before = load.statuses[503], len(load.acknowledged)
                time.sleep(2)
                told = load.statuses[503] - refused
                slipped = len(load.acknowledged) - before
            if owner.poll() is not None:
                outcome.note("PostgreSQL ended itself; started again")
                ground.postgres.start()
            if outcome.stores == POSTGRES:
                begun = time.monotonic()
                outcome.demand(until(lambda: _answers(ground.postgres), 60), "PostgreSQL did not recover")
                outcome.note(f"PostgreSQL was back {time.monotonic() - begun:.1f} s later")
            load.healed(time.monotonic())
        outcome.demand(told > 0, "no write was refused")
        load.settle()
        outcome.note(f"{told} writes refused with 503, {slipped} acknowledged meanwhile")


def _answers(server: servers.Postgres) -> bool:
    try:
        asyncio.run(server.execute("SELECT 1"))
    except (OSError, asyncpg.PostgresError):
        return False
    return True
