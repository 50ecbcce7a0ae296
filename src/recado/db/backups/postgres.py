"""Copies of a PostgreSQL database by its own programs: `pg_dump` takes one snapshot, `psql` puts it back in one
transaction. The password goes to them in their environment, never on a command line that others can see.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg  # pyright: ignore[reportMissingTypeStubs] - it carries none; what is used of it is a Protocol here

from recado.db.backups import BackupFailed
from recado.db.migrate import migrations

_SCHEMA = "public"
_USING = """
SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'recado'"""
_MADE = re.compile(r"(?:CREATE TABLE (?:IF NOT EXISTS )?|RENAME TO )(\w+)")
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(")


def backup(url: str, file: Path) -> int:
    """Copy recado's tables to a new file of its owner's only, checked, and return the version they are at.

    Raises `BackupFailed`, and then leaves no file.
    """
    part = file.with_name(f"{file.name}.part")
    if file.exists() or part.exists():
        raise BackupFailed(f"{file if file.exists() else part} is there already: name a new file")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        tables = [f"--table={_SCHEMA}.{name}" for name in _own()]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}", f"--dbname={_place(url)}"]
        _run("pg_dump", [*options, *tables], url)
        version = check(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(file)
    except OSError as error:
        raise BackupFailed(f"{part} cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
    return version


def check(file: Path) -> int:
    """Read a whole copy and return the version it is at. Raises `BackupFailed`."""
    if not file.is_file():
        raise BackupFailed(f"there is no file {file}")
    _run("pg_restore", ["--file=/dev/null", str(file)])
    rows = _run("pg_restore", ["--data-only", "--table=schema_version", "--file=-", str(file)])
    versions = [int(found[1]) for found in re.finditer(r"^(\d+)\t\w+$", rows, re.MULTILINE)]
    if not versions:
        raise BackupFailed(f"{file} is no backup of recado's database")
    return max(versions)


async def in_use(url: str) -> int:
    """Return how many connections of the service there are. Raises `BackupFailed` when it cannot be asked."""
    connect = cast("Any", asyncpg.connect)  # pyright: ignore[reportUnknownMemberType] - asyncpg carries no types
    try:
        connection = await connect(url, timeout=5)
        try:
            return await connection.fetchval(_USING)
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise BackupFailed(f"the database cannot be reached ({type(error).__name__})") from error


def restore(file: Path, url: str) -> None:
    """Put a copy in the place of recado's tables, in one transaction: all of it, or nothing. Raises `BackupFailed`."""
    version = check(file)
    listed = _run("pg_restore", ["--list", str(file)])
    with tempfile.TemporaryDirectory(prefix="recado-restore-") as folder:
        before, script = (Path(folder) / name for name in ("before.sql", "script.sql"))
        away = f"SET client_min_messages = warning;\nDROP TABLE IF EXISTS {_tables(listed)} CASCADE;\n"
        before.write_text(away + _functions(version))
        _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(file)])
        plain = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _run("psql", [*plain, f"--file={before}", f"--file={script}", f"--dbname={_place(url)}"], url)


def _tables(listed: str) -> str:
    """Return the tables to be dropped: those of the copy and those of this program, no others."""
    in_copy = re.findall(rf"\bTABLE {_SCHEMA} (\w+) ", listed)
    return ", ".join(f'{_SCHEMA}."{name}"' for name in sorted({*in_copy, *_own()}))


def _functions(version: int) -> str:
    """Return what puts the functions of triggers in place as of a version: a copy of tables does not hold them."""
    made = [(step.version, text) for step in migrations("postgres") for text in step.statements]
    functions = [(when, text, found[1]) for when, text in made if (found := _FUNCTION.match(text))]
    dropped = [f"DROP FUNCTION IF EXISTS {_SCHEMA}.{name} CASCADE;\n" for _, _, name in functions]
    return "".join([*dropped, *(f"{text};\n" for when, text, _ in functions if when <= version)])


def _own() -> list[str]:
    """Return the names of all tables that this program's migrations make."""
    texts = [text for step in migrations("postgres") for text in step.statements]
    return sorted({"schema_version", *(name for text in texts for name in _MADE.findall(text))})


def _run(program: str, arguments: Sequence[str], url: str | None = None) -> str:
    path = shutil.which(program)
    if path is None:
        raise BackupFailed(
            f"{program} is not installed: it comes with PostgreSQL's client (apt install postgresql-client)"
        )
    password = urlsplit(url).password if url else None
    environment = dict(os.environ) | ({"PGPASSWORD": unquote(password)} if password else {})
    done = subprocess.run(  # noqa: S603  (its own programs, with arguments that no shell reads)
        [path, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = next((line for line in done.stderr.splitlines() if line.strip()), "no reason was given")
        raise BackupFailed(f"{program} failed ({said})")
    return done.stdout


def _place(url: str) -> str:
    """Return the address without its password."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{host}" if name else host))
