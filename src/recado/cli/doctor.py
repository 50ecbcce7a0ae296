"""`recado doctor`: looks at settings, keys, stores and clock, changes nothing, and says what to do."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from recado import signing
from recado.cli.findings import Finding, clock_finding
from recado.cli.stores import opened, place
from recado.db import Database, keys
from recado.db.migrate import versions as schema_versions
from recado.errors import RecadoError
from recado.keyfile import ACCESS_KEY, REFRESH_KEY, read
from recado.readings import SettingsError
from recado.settings import SETTINGS, Settings, load

_OF_PEOPLE = ("RECADO_PROFILE", "RECADO_TOKEN", "RECADO_SERVER")
"""What the commands for people read, which is no setting of the service."""
_ROOM = 200 * 1024 * 1024


def examine(environ: Mapping[str, str] = os.environ) -> int:
    """Print every finding; return 0, or 1 when something is wrong, or 2 when a setting is."""
    try:
        settings = load(environ)
    except SettingsError as error:
        print(Finding("wrong", "settings", str(error)))
        return 2
    findings = [*_names(environ), *_dotenv(Path(".env")), *_folder(settings), *_keys(settings), *_messages(settings)]
    for finding in findings:
        print(finding)
    return asyncio.run(_stores(settings, wrong=any(finding.level == "wrong" for finding in findings)))


async def _stores(settings: Settings, *, wrong: bool) -> int:
    async for finding in _examined(settings):
        print(finding)
        wrong = wrong or finding.level == "wrong"
    print("Something is wrong: see the lines above." if wrong else "All is well.")
    return 1 if wrong else 0


async def _examined(settings: Settings) -> AsyncIterator[Finding]:
    async for finding in _database(settings):
        yield finding
    for url in settings.redis_urls:
        from recado.cli.redis_check import redis_findings  # noqa: PLC0415  (only with Redis)

        async for finding in redis_findings(url):
            yield finding
    if settings.embedded:
        yield _own_clock(settings)


def _names(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Find misspelt settings: they have no effect, and nothing else would tell."""
    known = [*(setting.name for setting in SETTINGS), *_OF_PEOPLE]
    for name in environ:
        if re.match(r"RECADO_|NEXMO_|VONAGE_|ACCESS_SECRET|REFRESH_SECRET", name) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f"Did you mean {near[0]}?" if near else "Remove it, if it was meant for recado."
            yield Finding("note", "settings", f"{name} is no setting and has no effect", advice)
    yield Finding("ok", "settings", "every value can be used")


def _dotenv(path: Path) -> Iterator[Finding]:
    if path.is_file() and path.stat().st_mode & 0o077:
        yield Finding("note", "settings", f"{path.absolute()} can be read by others", f"chmod 600 {path}")


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    if not folder.is_dir():
        yield Finding("note", "data", f"{folder} is not there yet", "`recado serve` makes it.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("wrong", "data", f"{folder} cannot be written", "Give it to the user that runs recado.")
    if folder.stat().st_mode & 0o077:
        yield Finding("note", "data", f"{folder} is open to others", f"chmod 700 {folder}")
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        yield Finding("wrong", "data", f"{free // 1024**2} MB are free on its disk", "Make room: writes will fail.")
    else:
        yield Finding("ok", "data", f"{folder}, {free / 1024**3:.1f} GB free")


def _keys(settings: Settings) -> Iterator[Finding]:
    for name, given in _key_places(settings):
        if given:
            yield Finding("ok", "keys", f"{name.removesuffix('.key')} from the environment")
        else:
            yield _key(settings.data / name)


def _key(path: Path) -> Finding:
    if not path.exists():
        return Finding("note", "keys", f"{path.name} is not there yet", "`recado serve` generates it.")
    try:
        read(path)
    except SettingsError:
        advice = "Restore it, or remove it, which signs everybody out."
        return Finding("wrong", "keys", f"{path} holds no usable key", advice)
    if path.stat().st_mode & 0o077:
        return Finding("wrong", "keys", f"{path} can be read by others", f"chmod 600 {path}")
    return Finding("ok", "keys", f"{path.name}, generated")


def _messages(settings: Settings) -> Iterator[Finding]:
    if settings.nexmo_api_key is None:
        advice = "Set NEXMO_API_KEY, NEXMO_API_SECRET and VONAGE_FROM to send them."
        yield Finding("note", "messages", "are written to the log", advice)
    else:
        yield Finding("ok", "messages", f"by {settings.vonage_url}, from {settings.vonage_from}")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.embedded and not _file(settings).exists():
        yield Finding("note", "database", f"{place(settings)} is not there yet", "`recado serve` makes it.")
        return
    try:
        db = await opened(settings)
        try:
            yield await _engine(settings, db)
            yield await _schema(db)
            if not settings.embedded:
                yield await _shared_keys(settings, db)
                yield await _database_clock(db)
        finally:
            await db.close()
    except RecadoError as error:
        yield Finding("wrong", "database", error.detail)


def _file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


async def _engine(settings: Settings, db: Database) -> Finding:
    begun = time.perf_counter()
    row = await db.one("SELECT sqlite_version()" if settings.embedded else "SHOW server_version")
    took = (time.perf_counter() - begun) * 1000
    version = str(row[0]).split()[0] if row else "0"
    text = f"{place(settings)}, version {version}, answers in {took:.1f} ms"
    oldest = (3, 40) if settings.embedded else (15,)
    if tuple(int(part) for part in re.findall(r"\d+", version)) < oldest:
        return Finding("wrong", "database", text, f"Update it to {'.'.join(map(str, oldest))} or newer.")
    return Finding("ok", "database", text)


async def _schema(db: Database) -> Finding:
    at, known = await schema_versions(db)
    text = f"its tables are at version {at}, this program's at {known}"
    if at > known:
        return Finding("wrong", "database", text, "This program is older than the database: update it.")
    if at < known:
        return Finding("wrong", "database", text, "Run `recado migrate`; `recado serve` does so by itself.")
    return Finding("ok", "database", text)


async def _shared_keys(settings: Settings, db: Database) -> Finding:
    """Find keys that another machine has and this one has not: `recado serve` would refuse to start."""
    now = int(time.time())
    there = all((settings.data / name).exists() or given for name, given in _key_places(settings))
    try:
        held = {one.key.kid for one in signing.held(settings, now)} if there else set[str]()
        missing = [kid for kid, _ in await keys.needed(db, now) if kid not in held]
    except (RecadoError, SettingsError):
        raise
    except Exception:  # no such table yet
        missing = []
    if missing:
        advice = "Give every machine the same secrets or key files; `recado keys drop NAME` forgets a lost one."
        return Finding("wrong", "keys", f"of other machines are missing here: {', '.join(missing)}", advice)
    return Finding("ok", "keys", "every key of this service is here")


def _key_places(settings: Settings) -> list[tuple[str, bytes | None]]:
    return [(ACCESS_KEY, settings.access_secret), (REFRESH_KEY, settings.refresh_secret)]


async def _database_clock(db: Database) -> Finding:
    row = await db.one("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
    return clock_finding("PostgreSQL's", (row[0] if row else 0) / 1_000_000 - time.time())


def _own_clock(settings: Settings) -> Finding:
    """Files from the future mean that the clock was set back: sessions would seem younger than they are."""
    newest = max((path.stat().st_mtime for path in settings.data.glob("*")), default=0.0)
    ahead = newest - time.time()
    return clock_finding("the files in the data folder", ahead) if ahead > 5 else Finding("ok", "clock", "runs on")
