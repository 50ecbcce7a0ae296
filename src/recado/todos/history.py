"""The log of changes. Owns the table `todo_change`, from which history, undo, live events and search read.

Changes have an order that every process agrees on and in which nothing appears late: the order of commits on SQLite; on
PostgreSQL, where numbers taken in a transaction commit out of order, that of transactions, read only up to the oldest
one that still runs (docs/decisions/0009).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from recado.db import Database, Reader, Row, Tx
from recado.errors import Invalid

Kind = Literal[
    "gone", "created", "changed", "done", "reopened", "moved_on", "moved_out", "trashed", "restored", "undone", "list"
]
"""`moved_on`: a repeating one was completed. `moved_out`: it went to another list. `list`: the list or its members
changed. `gone`: deleted for good."""
Changes = Mapping[str, Any]
"""What changed: column → [before, after]. Besides, `undoes` is the version an undo took back, `steps` the steps it
opened again."""

_RECORD = """
INSERT INTO todo_change (list_id, todo_id, version, at, user_id, kind, changes) VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_OF = """
SELECT version, at, user_id, kind, changes, list_id FROM todo_change
WHERE todo_id = $1 AND kind <> 'created' AND kind <> 'list' AND version < $2 ORDER BY version DESC LIMIT $3"""
_LOGGED = "seq, list_id, todo_id, version, at, user_id, kind"
_SINCE = {
    "sqlite": f"SELECT 0, {_LOGGED} FROM todo_change WHERE seq > $2 AND $1 >= 0 ORDER BY seq LIMIT $3",
    "postgres": f"""
SELECT tx, {_LOGGED} FROM todo_change
WHERE (tx, seq) > ($1, $2) AND tx < GREATEST($4, CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT))
ORDER BY tx, seq LIMIT $3""",
}
_HORIZON = """
WITH edge AS MATERIALIZED (
    SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) AS oldest,
        CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT) AS newest
), writing AS (
    SELECT DISTINCT pid FROM pg_locks
    WHERE locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'ShareUpdateExclusiveLock')
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation IN (SELECT oid FROM pg_class WHERE relnamespace =
            (SELECT relnamespace FROM pg_class WHERE oid = CAST('todo_change' AS REGCLASS)))
), running AS (
    SELECT CAST(CAST(backend_xid AS TEXT) AS BIGINT) AS xid, pg_has_role(usesysid, 'USAGE') AS known
    FROM writing LEFT JOIN pg_stat_activity USING (pid)
)
SELECT CASE WHEN (SELECT COALESCE(BOOL_AND(COALESCE(known, FALSE)), TRUE) FROM running) THEN LEAST(newest, (
    SELECT MIN(newest + (xid - newest % 4294967296 + 6442450944) % 4294967296 - 2147483648) FROM running
)) ELSE oldest END FROM edge"""
_DISTANCE = {
    "sqlite": "SELECT COUNT(*) FROM (SELECT 1 FROM todo_change WHERE seq > $2 AND $1 >= 0 LIMIT $3) AS later",
    "postgres": "SELECT COUNT(*) FROM (SELECT 1 FROM todo_change WHERE (tx, seq) > ($1, $2) LIMIT $3) AS later",
}
_LATEST = {
    "sqlite": "SELECT 0, seq FROM todo_change WHERE $1 >= 0 ORDER BY seq DESC LIMIT 1",
    "postgres": "SELECT tx, seq FROM todo_change WHERE tx < $1 ORDER BY tx DESC, seq DESC LIMIT 1",
}
_BEYOND = """
SELECT DISTINCT todo_id FROM todo_change
WHERE (tx, seq) > ($1, $2) AND tx >= CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)
    AND todo_id IS NOT NULL LIMIT 5000"""
_FORGET = "DELETE FROM todo_change WHERE todo_id = $1 AND list_id <> ''"
_FORGET_LIST = "DELETE FROM todo_change WHERE list_id = $1"
_GONE = """
INSERT INTO todo_change (list_id, todo_id, version, at, user_id, kind, changes) VALUES ('', $1, 0, $2, 0, 'gone', '')"""
_TIDY = "DELETE FROM todo_change WHERE list_id = '' AND at < $1"
_BEGINNING = "SELECT seq FROM log_beginning WHERE one = 1"
_BEGIN = "UPDATE log_beginning SET seq = $1 WHERE one = 1"
_MARK = """
INSERT INTO todo_change (seq, list_id, version, at, user_id, kind, changes) VALUES ($1, '', 0, $1, 0, 'gone', '')"""
_MOST = 1 << 62


class Change(NamedTuple):
    """One change of a to-do: what it became by it is `version`, and where it was then is `list_id`."""

    version: int
    at: int
    user_id: int
    kind: Kind
    changes: dict[str, Any]
    list_id: str


class Cursor(NamedTuple):
    """A place in the log."""

    tx: int
    seq: int

    def __str__(self) -> str:
        return f"{self.tx}.{self.seq}"


class Logged(NamedTuple):
    """A line of the log; `todo_id` None stands for the list itself."""

    tx: int
    seq: int
    list_id: str
    todo_id: str | None
    version: int
    at: int
    user_id: int
    kind: Kind

    @property
    def cursor(self) -> Cursor:
        """The place just after this line."""
        return Cursor(self.tx, self.seq)


def record(
    tx: Tx, kind: Kind, *, list_id: str, todo_id: str, version: int, at: int, by: int, changes: Changes | None = None
) -> None:
    """Log a change within the transaction that makes it."""
    text = json.dumps(changes, ensure_ascii=False, separators=(",", ":")) if changes else ""
    tx.put(_RECORD, list_id, todo_id, version, at, by, kind, text)


def record_list(tx: Tx, list_id: str, at: int, user_id: int, *, left: int = 0) -> None:
    """Log that a list or who takes part in it changed; `left`, in the place of a version, takes part no longer."""
    tx.put(_RECORD, list_id, None, left, at, user_id, "list", "")


async def of(reader: Reader, todo_id: str, *, before: int = _MOST, limit: int = 200) -> list[Change]:
    """Return the changes of a to-do after its creation that led to versions below `before`, newest first."""
    return [_change(row) for row in await reader.all(_OF, todo_id, before, limit)]


async def since(db: Database, cursor: Cursor, limit: int, *, horizon: int = 0) -> list[Logged]:
    """Return up to `limit` lines after a place, in their order. None will ever appear before one that was returned.

    With a `horizon` that was asked for before, also those that others' transactions hold back.
    """
    limits = (limit,) if db.engine == "sqlite" else (limit, horizon)
    return [Logged(*row) for row in await db.all(_SINCE[db.engine], cursor.tx, cursor.seq, *limits)]


async def horizon(db: Database) -> int:
    """Return the transaction below which none that still runs will log anything.

    `since` goes by the oldest transaction of the whole PostgreSQL server, which costs nothing to know. This goes by
    the oldest that has changed anything in the tables of this schema, so that nobody else's holds the log back: a
    transaction takes its lock on a table before it gets its number. Where another role's are hidden from this one, it
    is that of `since` again.
    """
    row = None if db.engine == "sqlite" else await db.one(_HORIZON)
    return row[0] if row else 0


async def distance(db: Database, cursor: Cursor, most: int) -> int:
    """Return how many lines come after a place, at most so many."""
    row = await db.one(_DISTANCE[db.engine], cursor.tx, cursor.seq, most)
    return row[0] if row else 0


async def beyond(db: Database, cursor: Cursor) -> list[str]:
    """Return the to-dos changed after a place that `since` holds back, because an older transaction still runs."""
    if db.engine == "sqlite":
        return []
    return [row[0] for row in await db.all(_BEYOND, cursor.tx, cursor.seq)]


async def latest(db: Database, *, horizon: int | None = None) -> Cursor:
    """Return the place after the newest line, or after the newest below a horizon."""
    row = await db.one(_LATEST[db.engine], _MOST if horizon is None else horizon)
    return Cursor(*row) if row else Cursor(0, 0)


def cursor(text: str) -> Cursor:
    """Return the cursor that a text stands for. Raises `Invalid`."""
    tx, _, seq = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (tx, seq)):
        raise Invalid("/header/Last-Event-ID", "This is no id of an event of this service.")
    return Cursor(int(tx), int(seq))


def forget(tx: Tx, todo_ids: Sequence[str], now: int) -> None:
    """Delete the changes of to-dos that are deleted for good, and log just that they are gone.

    That line comes first, since SQLite gives the highest number out again once its row is deleted.
    """
    for todo_id in todo_ids:
        tx.put(_GONE, todo_id, now)
        tx.put(_FORGET, todo_id)


def forget_list(tx: Tx, list_id: str, now: int) -> None:
    """Delete the changes of a list that is deleted for good, after its to-dos'."""
    tx.put(_GONE, None, now)
    tx.put(_FORGET_LIST, list_id)


async def begin_anew(tx: Tx, engine: str, now: int) -> None:
    """After a backup was restored, let no place that was given out before stand for one that is given out from now on.

    Numbers go on from the clock's microseconds, which lines can never have reached. On PostgreSQL the transactions of
    another server mean nothing here, so what is there stands before all that comes.
    """
    tx.put(_BEGIN, now)
    if engine == "postgres":
        tx.put("UPDATE todo_change SET tx = 0")
        await tx.change(f"ALTER TABLE todo_change ALTER COLUMN seq RESTART WITH {now:d}")
        tx.put(_GONE, None, now)
    else:
        tx.put(_MARK, now)


async def beginning(reader: Reader) -> int:
    """Return the number below which no place is one of this log."""
    row = await reader.one(_BEGINNING)
    return row[0] if row else 0


def tidy(tx: Tx, now: int) -> None:
    """Delete the lines that tell what is gone, a day later, but the newest."""
    tx.put(_GONE, None, now)
    tx.put(_TIDY, now - 24 * 3600 * 1_000_000)


def _change(row: Row) -> Change:
    version, at, user_id, kind, changes, list_id = row
    return Change(version, at, user_id, kind, json.loads(changes) if changes else {}, list_id)
