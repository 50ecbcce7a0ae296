"""The database as a command needs it: opened and migrated, or one sentence that says why not."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from recado.datafolder import make_folder
from recado.db import Database, migrate, open_database
from recado.db.migrate import Migration
from recado.errors import Unavailable
from recado.settings import Settings
from revocable.sql import SqlSessionStore
from revocable.store import SessionStore

_CONNECTIONS = 2


@asynccontextmanager
async def database(settings: Settings) -> AsyncGenerator[tuple[Database, list[Migration]]]:
    """Open the database, bring it up to date, and close it afterwards; yield it with the steps that were missing.

    Raises `Unavailable` when it cannot be reached, `DatabaseNewer` when a newer program has migrated it.
    """
    db = await opened(settings)
    try:
        yield db, await migrate(db)
    finally:
        await db.close()


@asynccontextmanager
async def ending_sessions(settings: Settings, db: Database) -> AsyncGenerator[SessionStore]:
    """Yield the session store, with the index in front when there is Redis, for a command that ends sessions."""
    truth = SqlSessionStore(db)
    if not settings.redis_urls:
        yield truth
        return
    from revocable.redis import open_index  # noqa: PLC0415  (only with Redis)

    index = open_index(",".join(settings.redis_urls), truth, settings.access_ttl)
    try:
        yield index
    finally:
        await index.aclose()


async def opened(settings: Settings) -> Database:
    """Open the database as it is. Raises `Unavailable` with a sentence for the operator."""
    if settings.embedded:
        make_folder(settings.data)
    try:
        return await open_database(settings.database_url, _CONNECTIONS)
    except Exception as error:
        if not isinstance(error, Unavailable | OSError) and not type(error).__module__.startswith("asyncpg"):
            raise
        cause = error.__cause__ or error
        reason = str(cause).strip().rstrip(".") or type(cause).__name__
        raise Unavailable(f"{place(settings)} cannot be opened ({reason}): {_advice(settings)}") from error


def place(settings: Settings) -> str:
    """Say where the database is, without its password."""
    if settings.embedded:
        return f"SQLite, {settings.database_url.removeprefix('sqlite:///')}"
    url = urlsplit(settings.database_url)
    return f"PostgreSQL, {url.hostname or 'local socket'}:{url.port or 5432}{url.path}"


def _advice(settings: Settings) -> str:
    if settings.embedded:
        return "check that the user that runs recado may write the file and its folder."
    return "check that it runs, and what DATABASE_URL says."
