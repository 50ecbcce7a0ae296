"""Copies of a SQLite database: one file, made by SQLite's own backup while others write, as of one moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from recado.db.backups import BackupFailed
from recado.db.migrate import NEWEST

_BESIDE = ("-wal", "-shm")


def backup(database: Path, file: Path) -> int:
    """Copy the database to a new file of its owner's only, and return the version it is at.

    The file appears under its name once it is whole, checked and on the disk. Raises `BackupFailed`.
    """
    if not database.is_file():
        raise BackupFailed(f"there is no database at {database} yet")
    with _part(file) as part:
        try:
            with closing(sqlite3.connect(database, timeout=10)) as source, closing(sqlite3.connect(part)) as copy:
                source.execute("PRAGMA query_only = ON")
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # so that it is one file, wherever it is taken
            version = check(part)
        except sqlite3.Error as error:
            raise BackupFailed(f"the copy failed ({error})") from error
        _settle(part, file)
    return version


def check(file: Path) -> int:
    """Read every page of a copy and return the version it is at. Raises `BackupFailed`."""
    if not file.is_file():
        raise BackupFailed(f"there is no file {file}")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            row = copy.execute(NEWEST).fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"{file} is no whole backup of recado's SQLite database ({error})") from error
    if found != "ok" or not row[0]:
        raise BackupFailed(f"{file} is damaged: {found}")
    return row[0]


def restore(file: Path, database: Path, aside: Path) -> None:
    """Put a copy in the database's place, and the database that was there aside, in one step each.

    Nobody else may have it open. Raises `BackupFailed` before anything was changed.
    """
    check(file)
    with _part(database.with_name(f"{database.name}.new")) as part:
        shutil.copyfile(file, part)
        check(part)
        if database.exists():
            _close(database)
            for end in ("", *_BESIDE):
                with suppress(FileNotFoundError):
                    os.link(f"{database}{end}", f"{aside}{end}")
        for end in _BESIDE:
            Path(f"{database}{end}").unlink(missing_ok=True)
        _settle(part, database, replace=True)


def _close(database: Path) -> None:
    """Fold the log into the file, which nobody may have open then. A damaged one is left as it is."""
    try:
        with closing(sqlite3.connect(database, timeout=1)) as old:
            old.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupFailed(f"{database} is in use by another process: stop it") from error
    except sqlite3.DatabaseError:
        return


@contextmanager
def _part(file: Path) -> Generator[Path]:
    """Yield the name of a new, empty file beside `file`, which is gone afterwards unless it was renamed."""
    part = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise BackupFailed(f"{part} is there: another run makes it, or one was broken off; then remove it") from error
    except OSError as error:
        raise BackupFailed(f"{part} cannot be written ({error.strerror})") from error
    try:
        yield part
    except OSError as error:
        raise BackupFailed(f"{part} cannot be written ({error.strerror})") from error
    finally:
        for end in ("", *_BESIDE, "-journal"):
            Path(f"{part}{end}").unlink(missing_ok=True)


def _settle(part: Path, file: Path, *, replace: bool = False) -> None:
    """Give a whole file its name once it is on the disk; never over another, unless told so."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    if replace:
        part.replace(file)
    else:
        try:
            os.link(part, file)
        except FileExistsError as error:
            raise BackupFailed(f"{file} is there already: name a new file") from error
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
