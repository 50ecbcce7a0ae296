"""Search: to-dos whose words begin with those asked for. Owns the tables `search_state`, `search_doc`, `search_word`.

A search compares folded words (`words.py`); all that are asked for must be there, each may be the beginning of one.
Hits in titles come first, then the newest. Every word is stored with its list's key, so that a search walks through no
other lists, and once more for titles.

Nothing is indexed when a to-do is written. The log of changes says what is new: a search first indexes what was logged
before it, and meanwhile the server does so in the background, a slice a second.
"""

from __future__ import annotations

from collections.abc import Sequence

from recado.db import Database, Reader, Tx
from recado.todos import history, rows
from recado.todos.history import Cursor
from recado.todos.todo import Todo
from recado.todos.words import words

SLICE = 500
"""How many changes are indexed in one transaction."""
MOST_WORDS = 16

_STATE = "SELECT tx, seq FROM search_state WHERE one = 1"
_LOCK = "UPDATE search_state SET seq = seq WHERE one = 1 RETURNING tx, seq"
_MOVE = "UPDATE search_state SET tx = $1, seq = $2 WHERE one = 1"
_DOC = "SELECT doc FROM search_doc WHERE todo_id = $1"
_IS_TAKEN = "SELECT todo_id FROM search_doc WHERE doc = $1"
_ADD_DOC = "INSERT INTO search_doc (doc, todo_id) VALUES ($1, $2)"
_DROP_DOC = "DELETE FROM search_doc WHERE doc = $1"
_ADD_FTS = "INSERT INTO search_word (rowid, terms) VALUES ($1, $2)"
_DROP_FTS = "DELETE FROM search_word WHERE rowid = $1"
_FIND_FTS = """
SELECT search_doc.todo_id FROM search_word JOIN search_doc ON search_doc.doc = search_word.rowid
WHERE search_word MATCH $1 AND search_word.rowid < $2 ORDER BY search_word.rowid DESC LIMIT $3"""
_ADD_VECTOR = """
INSERT INTO search_word (todo_id, terms) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))
ON CONFLICT (todo_id) DO UPDATE SET terms = excluded.terms"""
_DROP_VECTOR = "DELETE FROM search_word WHERE todo_id = $1"
_FIND_VECTOR = """
WITH hit AS MATERIALIZED (SELECT todo_id FROM search_word WHERE terms @@ CAST(CAST($1 AS TEXT) AS TSQUERY))
SELECT todo_id FROM hit WHERE todo_id < $2 ORDER BY todo_id DESC LIMIT $3"""  # else it may walk through everybody's
_AFTER_ALL = "g"


async def catch_up(db: Database, slices: int | None = None) -> bool:
    """Index what was logged since; at most so many slices. Tell whether everything is indexed."""
    done = horizon = 0
    while slices is None or done < slices:
        row = await db.one(_STATE)
        place = Cursor(row[0], row[1]) if row else Cursor(0, 0)
        lines = await history.since(db, place, SLICE, horizon=horizon)
        if not lines and horizon:
            return await _index_beyond(db, place)
        if not lines:
            if not await history.beyond(db, place):
                return True
            horizon = await history.horizon(db)
            continue
        changed = list(dict.fromkeys(line.todo_id for line in lines if line.todo_id is not None))
        await db.write(_index, db.engine, place, lines[-1].cursor, changed)
        done += 1
    return False


async def begin_anew(tx: Tx, engine: str) -> None:
    """After a backup was restored: what was indexed stays, and on PostgreSQL the log is read again from its beginning,
    where all that the backup held stands now."""
    if engine == "postgres":
        await tx.change(_MOVE, 0, 0)


async def find(
    reader: Reader, engine: str, list_id: str, asked: Sequence[str], *, titles: bool, before: str | None, limit: int
) -> list[str]:
    """Return the ids of to-dos of a list, newest first, below one: with `titles` those that have all words there.

    Without, those that have all, but not all in the title. What was deleted meanwhile may be among them.
    """
    query = _query(engine, list_id, asked, titles=titles)
    if engine == "postgres":
        found = await reader.all(_FIND_VECTOR, query, before or _AFTER_ALL, limit)
    else:
        found = await reader.all(_FIND_FTS, query, 1 << 62 if before is None else await _doc(reader, before), limit)
    return [row[0] for row in found]


async def _index_beyond(db: Database, place: Cursor) -> bool:
    """On PostgreSQL, index also what a transaction of this service holds back for now, without moving on."""
    changed = await history.beyond(db, place)
    if changed:
        await db.write(_index, db.engine, place, place, changed)
    return True


async def _index(tx: Tx, engine: str, place: Cursor, end: Cursor, todo_ids: Sequence[str]) -> None:
    """Index some to-dos anew and move on to a place, unless another process did so meanwhile."""
    locked = await tx.change(_LOCK)
    if not locked or tuple(locked[0]) != tuple(place):
        return
    found = {todo.id: todo for todo in await rows.find_many(tx, todo_ids)}
    for todo_id in todo_ids:
        todo = found.get(todo_id)
        if engine == "postgres":
            _index_vector(tx, todo_id, todo)
        else:
            await _index_fts(tx, todo_id, todo)
    tx.put(_MOVE, end.tx, end.seq)


def _index_vector(tx: Tx, todo_id: str, todo: Todo | None) -> None:
    if todo is None:
        tx.put(_DROP_VECTOR, todo_id)
    else:
        tx.put(_ADD_VECTOR, todo_id, _terms(todo))


async def _index_fts(tx: Tx, todo_id: str, todo: Todo | None) -> None:
    known = await tx.one(_DOC, todo_id)
    if known is not None:
        tx.put(_DROP_FTS, known[0])
    if todo is None:
        if known is not None:
            tx.put(_DROP_DOC, known[0])
        return
    doc = known[0] if known is not None else await _new_doc(tx, todo_id)
    if known is None:
        tx.put(_ADD_DOC, doc, todo_id)
    tx.put(_ADD_FTS, doc, _terms(todo))


async def _new_doc(tx: Tx, todo_id: str) -> int:
    doc = _time_of(todo_id)
    while await tx.one(_IS_TAKEN, doc) is not None:
        doc += 1
    return doc


async def _doc(reader: Reader, todo_id: str) -> int:
    row = await reader.one(_DOC, todo_id)
    return row[0] if row else _time_of(todo_id)


def _time_of(todo_id: str) -> int:
    """The time in a UUIDv7 to its fraction of a millisecond: 60 bits, in the order of ids."""
    return int(todo_id[:8] + todo_id[9:13] + todo_id[15:18], 16)


def _key(list_id: str) -> str:
    return list_id[-12:]


def _terms(todo: Todo) -> str:
    key, title = _key(todo.list_id), words(todo.title)
    everywhere = dict.fromkeys([*title, *words(todo.notes), *words(todo.labels)])
    return " ".join([*(f"t{key}{word}" for word in title), *(f"a{key}{word}" for word in everywhere)])


def _query(engine: str, list_id: str, asked: Sequence[str], *, titles: bool) -> str:
    """The query in the engine's own language. Words are letters and digits only: nothing of a caller's acts in it."""
    star, all_of, none_of = (":*", " & ", " & !") if engine == "postgres" else ("*", " AND ", " NOT ")
    quote = "'" if engine == "postgres" else '"'

    def every(kind: str) -> str:
        return (
            "(" + all_of.join(f"{quote}{kind}{_key(list_id)}{word}{quote}{star}" for word in asked[:MOST_WORDS]) + ")"
        )

    return every("t") if titles else f"{every('a')}{none_of}{every('t')}"
