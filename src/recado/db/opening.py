"""Chooses the engine for a database address."""

from __future__ import annotations

from pathlib import Path

from recado.db.database import Database
from recado.db.sqlite import SqliteDatabase


async def open_database(url: str, connections: int = 10, patience: float = 8.0) -> Database:
    """Open `sqlite:///path/to/file` or `postgresql://…`.

    On PostgreSQL, `connections` bounds the pool of this process, and `patience` is how many seconds a unit may take:
    a migration of a big table needs more. On SQLite nothing is cut short.

    Raises `Unavailable` when the database cannot be opened or reached, ValueError for any other address.
    """
    if url.startswith("sqlite:///"):
        return SqliteDatabase(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from recado.db.postgres import PostgresDatabase  # noqa: PLC0415 - the embedded set-up never pays for asyncpg

        return await PostgresDatabase.connect(url, connections, patience)
    raise ValueError("a database address begins with sqlite:/// or postgresql://")
