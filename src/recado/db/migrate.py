"""Brings a database up to the program's version, one numbered file after the other, each in one transaction.

A file is `NNNN_name.sql`, or a pair `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` where the engines differ. A run
that was killed is simply run again; several processes may run it at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from recado.db.database import Database, Tx

_FILE = re.compile(r"(\d{4})_(\w+)(?:\.(sqlite|postgres))?\.sql\Z")


class DatabaseNewer(Exception):
    """The database was migrated by a newer program; this one must not touch it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step and its statements."""

    version: int
    name: str
    statements: tuple[str, ...]


def migrations(engine: str) -> list[Migration]:
    """Return all steps for `sqlite` or `postgres`, in order."""
    found: list[Migration] = []
    for file in files("recado.db").joinpath("migrations").iterdir():
        match = _FILE.match(file.name)
        if match and match[3] in (None, engine):
            found.append(Migration(int(match[1]), match[2], _statements(file.read_text("utf-8"))))
    return sorted(found, key=lambda step: step.version)


async def migrate(db: Database) -> list[Migration]:
    """Apply what is missing and return it. Raises `DatabaseNewer` when the database is ahead of this program."""
    steps = migrations(db.engine)
    current = await db.write(_current)
    if current > steps[-1].version:
        raise DatabaseNewer(f"the database is at version {current}, this program knows {steps[-1].version}: update it")
    return [step for step in steps if step.version > current and await db.write(_apply, step)]


async def _current(tx: Tx) -> int:
    await tx.change("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL)")
    row = await tx.one("SELECT MAX(version) FROM schema_version")
    return row[0] or 0 if row else 0


async def _apply(tx: Tx, step: Migration) -> bool:
    """The version row comes first: another process that does the same waits for it, then finds it taken."""
    taken = "INSERT INTO schema_version (version, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING version"
    if not await tx.change(taken, step.version, step.name):
        return False
    for statement in step.statements:
        await tx.change(statement)
    return True


def _statements(script: str) -> tuple[str, ...]:
    plain = re.sub(r"--[^\n]*", "", script)
    return tuple(part.strip() for part in re.split(r";\s*(?:\n|\Z)", plain) if part.strip())
