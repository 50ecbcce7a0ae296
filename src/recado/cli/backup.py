"""`recado backup` and `recado restore`: a copy of the whole database in one file, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from recado.cli.stores import database, place
from recado.datafolder import Hold
from recado.db import Database, Tx
from recado.db.backups import BackupFailed
from recado.db.ids import uuid7
from recado.db.migrate import migrations
from recado.messages import inbox, outbox
from recado.settings import Settings, load
from recado.todos import history, search
from recado.todos.reminding import remind_due
from revocable.sessions import microseconds
from revocable.sql import SqlSessionStore


def backup(file: Path, /) -> None:
    """Copy the whole database to a new file, while the service runs, and check the copy.

    The file is for its owner only. It holds no usable password, token or code, but everything that people wrote. The
    keys are not in it: keep ACCESS_SECRET and REFRESH_SECRET, or the key files (*.key) in RECADO_DATA, with it.

    Parameters
    ----------
    file
        Where to; a file that is there already is left alone.
    """
    settings = load()
    if settings.embedded:
        from recado.db.backups.sqlite import backup as copy  # noqa: PLC0415  (each engine on its own)

        version = copy(_path(settings), file)
    else:
        from recado.db.backups.postgres import backup as dump  # noqa: PLC0415

        version = dump(settings.database_url, file)
    print(f"{place(settings)} is copied to {file}: {file.stat().st_size:,} bytes, at version {version}, checked.")
    print("Keep the keys with it: without them everybody has to sign in again.")


def restore(file: Path, /, *, end_sessions: bool = False) -> None:
    """Put a copy in the place of the database. The service must be stopped first.

    A copy of an earlier version is brought up to date. What was queued to be sent then is not sent, since it may have
    been since: `recado messages list --state failed` shows it. Sessions are as they were: who refreshed since then
    signs in anew, and a device that was signed out since then is signed in again, unless you end all sessions.

    Parameters
    ----------
    file
        What `recado backup` made, on the same kind of database.
    end_sessions
        Sign everybody out.
    """
    settings = load()
    hold = Hold(settings.data) if settings.embedded else None
    try:
        if settings.embedded:
            _restore_sqlite(settings, file)
        else:
            _restore_postgres(settings, file)
        steps, ended = asyncio.run(_settled(settings, end_sessions=end_sessions))
    finally:
        if hold:
            hold.release()
    for step in steps:
        print(f"{step} was applied.")
    print(f"{place(settings)} is what {file} holds.{f' Sessions ended: {ended}.' if end_sessions else ''}")


def _restore_sqlite(settings: Settings, file: Path) -> None:
    from recado.db.backups import sqlite  # noqa: PLC0415  (each engine on its own)

    _check_version(sqlite.check(file), "sqlite")
    aside = _path(settings).with_name(f"recado.db.before-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    sqlite.restore(file, _path(settings), aside)
    if aside.exists():
        print(f"What was there is kept in {aside}.")


def _restore_postgres(settings: Settings, file: Path) -> None:
    from recado.db.backups import postgres  # noqa: PLC0415  (each engine on its own)

    _check_version(postgres.check(file), "postgres")
    if using := asyncio.run(postgres.in_use(settings.database_url)):
        raise BackupFailed(f"recado still runs over this database ({using} connections): stop it everywhere first")
    postgres.restore(file, settings.database_url)


def _check_version(version: int, engine: str) -> None:
    if version > (own := migrations(engine)[-1].version):
        raise BackupFailed(f"the backup is at version {version}, this program knows {own}: update it")


async def _settled(settings: Settings, *, end_sessions: bool) -> tuple[Sequence[str], int]:
    """Bring it up to date, and see to it that nothing is done twice that was done after the copy was made."""
    async with database(settings) as (db, steps):
        now = microseconds()
        await remind_due(db, now, partial(uuid7, microseconds))  # queued only to be given up with the rest
        await db.write(_begin_anew, db.engine, now)
        ended = await _end_all(db, now) if end_sessions else 0
        return [f"{step.version:04} {step.name}" for step in steps], ended


async def _begin_anew(tx: Tx, engine: str, now: int) -> None:
    await outbox.give_up_all(tx)
    await inbox.give_up_all(tx)
    await history.begin_anew(tx, engine, now)
    await search.begin_anew(tx, engine)


async def _end_all(db: Database, now: int) -> int:
    return await SqlSessionStore(db).end_everybodys(now)


def _path(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))
