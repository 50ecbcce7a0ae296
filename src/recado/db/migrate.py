"""Brings a database up to the program's version, one numbered file after the other, each in one transaction.

A file is `NNNN_name.sql`, or a pair `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` where the engines differ. A run
that was killed is simply run again; several processes may run it at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from recado.db.database import Database, Tx
from recado.errors import Unavailable

_FILE = re.compile(r"(\d{4})_(\w+)(?:\.(sqlite|postgres))?\.sql\Z")
_PART = re.compile(
    r"""'[^']*' | "[^"]*" | \$\$.*?\$\$ | (?P<comment>--[^\n]*) | (?P<end>;[ \t]*(?:--[^\n]*)?(?:\n|\Z)) | .""",
    re.DOTALL | re.VERBOSE,
)
NEWEST = "SELECT MAX(version) FROM schema_version"
_LOCK = 0x7265_6361_646F
"""The key of the advisory lock: `recado`."""


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
            found.append(Migration(int(match[1]), match[2], statements(file.read_text("utf-8"))))
    return sorted(found, key=lambda step: step.version)


async def migrate(db: Database) -> list[Migration]:
    """Apply what is missing and return it. Raises `DatabaseNewer` when the database is ahead of this program."""
    steps = migrations(db.engine)
    applied = await db.write(_applied, db.engine)
    if max(applied, default=0) > steps[-1].version:
        raise DatabaseNewer(
            f"the database is at version {max(applied)}, this program knows {steps[-1].version}: update it"
        )
    return [step for step in steps if step.version not in applied and await db.write(_apply, step)]


async def is_current(db: Database) -> bool:
    """Tell whether the database answers and is exactly at this program's version."""
    try:
        row = await db.one(NEWEST)
    except Exception:  # an outage, or no such table
        return False
    return row is not None and row[0] == _newest(db.engine)


async def versions(db: Database) -> tuple[int, int]:
    """Return the version of the database, 0 for an empty one, and this program's."""
    try:
        row = await db.one(NEWEST)
    except Unavailable:
        raise
    except Exception:  # no such table
        row = None
    return (row[0] if row and row[0] else 0), _newest(db.engine)


@lru_cache(maxsize=2)
def _newest(engine: str) -> int:
    return migrations(engine)[-1].version


async def _applied(tx: Tx, engine: str) -> set[int]:
    if engine == "postgres":  # where two CREATE TABLE IF NOT EXISTS at once collide
        await tx.one(f"SELECT pg_advisory_xact_lock({_LOCK})")
    await tx.change("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL)")
    return {row[0] for row in await tx.all("SELECT version FROM schema_version")}


async def _apply(tx: Tx, step: Migration) -> bool:
    """The version row comes first: another process that does the same waits for it, then finds it taken."""
    taken = "INSERT INTO schema_version (version, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING version"
    if not await tx.change(taken, step.version, step.name):
        return False
    for statement in step.statements:
        await tx.change(statement)
    return True


def statements(script: str) -> tuple[str, ...]:
    """Split a script, without its comments. A statement ends with `;` at the end of a line.

    A `;` inside a line, a literal, a quoted name or a `$$` body ends nothing, so a trigger's body goes on one line.
    """
    found = [""]
    for part in _PART.finditer(script):
        if part["end"]:
            found.append("")
        elif not part["comment"]:
            found[-1] += part[0]
    return tuple(statement.strip() for statement in found if statement.strip())
