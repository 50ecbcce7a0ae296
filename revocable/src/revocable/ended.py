"""The log of sessions that have ended, as the database itself keeps it: triggers on the table of sessions write it.

So no way to end a session can forget it, it is as durable as the end itself, and a refresh pays nothing for it. A place
in the log is a number that every process understands. Nothing before a place that was read appears later: on SQLite
lines are numbered in the order of commits; on PostgreSQL a place is the oldest transaction that still ran, and what
was committed after it is read again, so whoever follows may be told something twice and never misses anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from revocable.sql import Connection, Row

__all__ = ["SCHEMA", "EndedLog", "Line"]

SECOND = 1_000_000
_LINE = "sub TEXT NOT NULL, sid TEXT NOT NULL, ended_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, kind TEXT NOT NULL"
SCHEMA = {
    "sqlite": f"""
CREATE TABLE session_end (seq INTEGER PRIMARY KEY AUTOINCREMENT, {_LINE});
CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON session
WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL
BEGIN INSERT INTO session_end (sub, sid, ended_at, expires_at, kind) VALUES (NEW.sub, NEW.sid, NEW.revoked_at, NEW.expires_at, NEW.kind); END;
CREATE TRIGGER session_erased AFTER DELETE ON session
WHEN OLD.revoked_at IS NULL AND OLD.expires_at > CAST(strftime('%s', 'now') AS INTEGER) * 1000000
BEGIN INSERT INTO session_end (sub, sid, ended_at, expires_at, kind) VALUES (OLD.sub, OLD.sid, CAST(strftime('%s', 'now') AS INTEGER) * 1000000, OLD.expires_at, OLD.kind); END;
""",  # noqa: E501 - a trigger's body is one line, so that a script is easily split into its statements
    "postgres": f"""
CREATE TABLE session_end (
    tx BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
    seq BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    {_LINE},
    PRIMARY KEY (tx, seq)
);
CREATE FUNCTION session_end_told() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO session_end (sub, sid, ended_at, expires_at, kind)
        VALUES (NEW.sub, NEW.sid, NEW.revoked_at, NEW.expires_at, NEW.kind);
    ELSE
        INSERT INTO session_end (sub, sid, ended_at, expires_at, kind)
        VALUES (OLD.sub, OLD.sid, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT), OLD.expires_at, OLD.kind);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON session
FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION session_end_told();
CREATE TRIGGER session_erased AFTER DELETE ON session
FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT))
EXECUTE FUNCTION session_end_told();
""",  # noqa: E501 - the same
}
"""The table and its triggers, beside the table of `revocable.sql.SCHEMA`. Put them among your own migrations."""

_COLUMNS = "sub, sid, ended_at, expires_at, kind"
_PLACE = {
    "sqlite": "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'session_end'",
    "postgres": "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
}
_SINCE = {
    "sqlite": f"SELECT seq, seq, {_COLUMNS} FROM session_end WHERE (seq, seq) > ($1, $2) ORDER BY seq LIMIT $3",
    "postgres": f"SELECT tx, seq, {_COLUMNS} FROM session_end WHERE (tx, seq) > ($1, $2) ORDER BY tx, seq LIMIT $3",
}
_MATTERING = {
    engine: f"SELECT {number}, seq, {_COLUMNS} FROM session_end "
    "WHERE expires_at > $1 AND (kind = 'token' OR ended_at > $2)"
    for engine, number in (("sqlite", "seq"), ("postgres", "tx"))
}
_PURGE = "DELETE FROM session_end WHERE expires_at <= $1 OR (kind <> 'token' AND ended_at <= $2)"
_AT_ONCE = 1_000


class Line(NamedTuple):
    """One session that ended. `place` is safe to resume from once this was told; instants are epoch microseconds."""

    place: int
    seq: int
    sub: str
    sid: str
    ended_at: int
    expires_at: int
    kind: str


class EndedLog:
    """Reads the log over the host's connection."""

    def __init__(self, connection: Connection, engine: str, access_seconds: int) -> None:
        """`engine`: `sqlite` or `postgres`; `access_seconds`: the life of an access token that can be refreshed."""
        self._connection, self._engine, self._access = connection, engine, access_seconds

    async def place(self) -> int:
        """Return a place before which nothing will appear any more."""
        row = await self._connection.one(_PLACE[self._engine])
        return row[0] if row else 0

    async def since(self, place: int) -> tuple[list[Line], int]:
        """Return what came after a place, or at it, and the place to go on from."""
        if self._engine == "sqlite":
            lines = [Line(*row) for row in await self._rows((place, place))]
            return lines, lines[-1].place if lines else place
        safe = await self.place()
        lines = [Line(*row) for row in await self._rows((place, 0))]
        return [line._replace(place=min(line.place, safe)) for line in lines], max(place, safe)

    async def _rows(self, after: tuple[int, int]) -> list[Row]:
        found = list[Row]()
        while True:
            rows = await self._connection.all(_SINCE[self._engine], *after, _AT_ONCE)
            found += rows
            if len(rows) < _AT_ONCE:
                return found
            after = rows[-1][0], rows[-1][1]

    async def mattering(self, now: int) -> Sequence[Line]:
        """Return the sessions that have ended and of which a token may not be expired yet."""
        return [Line(*row) for row in await self._connection.all(_MATTERING[self._engine], now, self._before(now))]

    def until(self, line: Line) -> int:
        """Return when the last access token of a session expires, in epoch microseconds."""
        return line.expires_at if line.kind == "token" else min(line.expires_at, line.ended_at + self._access * SECOND)

    async def purge(self, now: int) -> None:
        """Delete the lines that concern no token any more, so a place, however old, misses nothing that matters."""
        await self._connection.change(_PURGE, now, self._before(now) - 3600 * SECOND)

    def _before(self, now: int) -> int:
        return now - self._access * SECOND
