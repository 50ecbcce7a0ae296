"""Migrations: from nothing, twice, by several processes, broken off, and by a program that is too old."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest

from recado.db import Database, DatabaseNewer, Tx, migrate, open_database
from recado.db.ids import uuid7
from recado.db.migrate import migrations, statements
from recado.todos import listing, lists, positions
from recado.todos.listing import Wanted
from revocable.ended import SCHEMA as LOG_SCHEMA
from revocable.sql import SCHEMA
from tests.db.process import hear, process
from tests.servers import Postgres

ENGINES = ["sqlite", "postgres"]


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/recado.db"
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database())
        yield url
        asyncio.run(server.drop_database(url))


async def columns(db: Database) -> dict[str, list[str]]:
    """The columns of every table, in order."""
    if db.engine == "postgres":
        rows = await db.all(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        )
    else:
        rows = await db.all(
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
        )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


async def indexes(db: Database) -> set[str]:
    """The names of the indexes that were asked for."""
    if db.engine == "postgres":
        rows = await db.all(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'"
        )
    else:
        rows = await db.all("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    return {row[0] for row in rows}


async def test_an_empty_database_is_brought_up_and_then_nothing_is_missing(empty_url: str) -> None:
    db = await open_database(empty_url)
    steps = migrations(db.engine)
    assert await migrate(db) == steps
    assert await migrate(db) == []
    assert [row[0] for row in await db.all("SELECT version FROM schema_version ORDER BY 1")] == [
        s.version for s in steps
    ]
    await db.close()


async def test_both_engines_have_the_same_tables_columns_and_indexes(postgres_url: str, tmp_path: Path) -> None:
    one, two = await open_database(postgres_url), await open_database(f"sqlite:///{tmp_path}/recado.db")
    await migrate(two)
    in_postgres, in_sqlite = await columns(one), await columns(two)
    for found in (in_postgres, in_sqlite):  # each has a search of its own
        for table in [name for name in found if name.startswith("search_")]:
            del found[table]
    for log in ("todo_change", "session_end"):
        in_postgres[log].remove("tx")  # SQLite's numbers are in the order of commits by themselves
    assert {table: set(names) for table, names in in_postgres.items()} == {t: set(n) for t, n in in_sqlite.items()}
    of_todo = {"todo_id", "todo_open", "todo_done", "todo_trash", "todo_step", "todo_place"}  # SQLite has one for five
    of_todo |= {"search_doc_todo", "search_word_terms"}
    of_todo |= {"message_left"}  # PostgreSQL finds a user's texts by their key
    of_todo |= {"message_attempted"}  # SQLite finds a text by its id alone by its key
    assert await indexes(one) - of_todo == await indexes(two) - of_todo
    await one.close()
    await two.close()


async def test_a_step_that_was_left_out_is_made_up_for(db: Database) -> None:
    await db.change("DELETE FROM schema_version WHERE version = 1")
    await db.change("DROP TABLE session")
    assert [step.version for step in await migrate(db)] == [1]
    assert await db.all("SELECT sid FROM session") == []


async def test_a_database_of_a_newer_program_is_left_alone(db: Database) -> None:
    await db.change("INSERT INTO schema_version (version, name) VALUES (9999, 'later')")
    await db.change("DELETE FROM schema_version WHERE version = 1")
    with pytest.raises(DatabaseNewer, match="9999"):
        await migrate(db)
    assert await db.one("SELECT COUNT(*) FROM schema_version WHERE version = 1") == (0,)


async def test_a_step_that_fails_leaves_nothing_of_itself(empty_url: str) -> None:
    db = await open_database(empty_url)
    await db.change("CREATE TABLE todo (odd TEXT)")
    with pytest.raises(Exception, match=r"(?i)already exists"):
        await migrate(db)
    failed = next(step for step in migrations(db.engine) if "CREATE TABLE todo (" in "".join(step.statements))
    assert await db.one("SELECT MAX(version) FROM schema_version") == (failed.version - 1,)
    await db.change("DROP TABLE todo")
    assert [step.version for step in await migrate(db)] == [
        step.version for step in migrations(db.engine) if step.version >= failed.version
    ]
    await db.close()


def test_several_processes_at_once_bring_a_database_up_once(empty_url: str) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(process("bring_up", empty_url, "-1")) for _ in range(4)]
        assert [hear(each) for each in processes] == ["done"] * 4
    assert asyncio.run(_missing(empty_url)) == 0


@pytest.mark.parametrize("after", [1, 3, 10])
def test_a_run_that_was_killed_half_way_is_finished_by_the_next(empty_url: str, after: int) -> None:
    with process("bring_up", empty_url, str(after)) as killed:
        assert hear(killed) == ""
        assert killed.wait(10) == -9
    assert asyncio.run(_missing(empty_url)) > 0
    assert asyncio.run(_missing(empty_url)) == 0


async def _missing(url: str) -> int:
    """Migrate; return how many steps were missing."""
    db = await open_database(url)
    try:
        return len(await migrate(db))
    finally:
        await db.close()


def test_every_file_is_a_step_of_its_own_and_the_engines_have_the_same() -> None:
    names = [file.name for file in files("recado.db").joinpath("migrations").iterdir() if file.name.endswith(".sql")]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+(\.sqlite|\.postgres)?\.sql", name) for name in names)
    steps = [[(step.version, step.name) for step in migrations(engine)] for engine in ENGINES]
    assert steps[0] == steps[1]
    assert [version for version, _ in steps[0]] == list(range(1, len(steps[0]) + 1))
    assert {name.split(".")[0] for name in names} == {f"{version:04}_{name}" for version, name in steps[0]}


def test_the_table_of_sessions_is_as_the_library_wants_it() -> None:
    assert migrations("sqlite")[0].statements == statements(SCHEMA)
    assert migrations("postgres")[0].statements == statements(SCHEMA)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_the_log_of_ended_sessions_is_the_one_of_revocable(engine: str) -> None:
    step = next(step for step in migrations(engine) if step.name == "ended_sessions")
    *log, own = step.statements
    assert tuple(log) == statements(LOG_SCHEMA[engine])
    assert own.startswith("CREATE TABLE signing_key")


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        ("", []),
        ("-- nothing; at all\n", []),
        ("A;\nB", ["A", "B"]),
        ("A; \n\n;\nB;\n", ["A", "B"]),
        ("A; -- it's the first\nB;", ["A", "B"]),
        ("A 'x;\ny' B;", ["A 'x;\ny' B"]),
        ("A 'it''s -- no comment;\n' B;", ["A 'it''s -- no comment;\n' B"]),
        ('A "odd;\nname";\nB;', ['A "odd;\nname"', "B"]),
        ("A -- a comment's quote\nB;\nC '--' ;", ["A \nB", "C '--'"]),
        ("CREATE TRIGGER a BEGIN B; C; END;\nD;", ["CREATE TRIGGER a BEGIN B; C; END", "D"]),
        ("DO $$ BEGIN\nA;\nB;\nEND $$;\nC;", ["DO $$ BEGIN\nA;\nB;\nEND $$", "C"]),
    ],
)
def test_a_script_is_split_where_its_statements_end(script: str, parts: list[str]) -> None:
    assert list(statements(script)) == parts


async def test_text_with_semicolons_and_dashes_arrives_whole(things: Database) -> None:
    text = "a;\nb -- c; 'd'"
    (statement,) = statements("CREATE TABLE odd (t TEXT DEFAULT '" + text.replace("'", "''") + "'); -- done;\n")
    await things.change(statement)
    await things.change("INSERT INTO odd DEFAULT VALUES")
    assert await things.one("SELECT t FROM odd") == (text,)


OLD_TODO = """
INSERT INTO todo (list_id, id, user_id, title, notes, done_at, done_by, created_at, updated_at, deleted_at, version)
VALUES ($1, $2, 1, $3, 'n', $4, $4, 1, 2, $5, 3)"""


async def test_todos_of_the_first_version_keep_everything_and_their_order(empty_url: str) -> None:
    db, clock = await open_database(empty_url), itertools.count(1_790_000_000_000_000)
    ids = [uuid7(lambda: next(clock)) for _ in range(20)]
    own = lists.personal_list_id(1)
    await db.write(up_to, db.engine, 5)
    await db.write(lists.open_personal, 1, 1)
    for n, todo_id in enumerate(ids):
        await db.change(OLD_TODO, own, todo_id, f"t{n}", 5 if n == 3 else None, 6 if n == 4 else None)
    assert [step.version for step in await migrate(db)] == [step.version for step in migrations(db.engine)[5:]]
    found = await listing.page(db, 1, Wanted(), after=None, limit=50)
    assert [todo.title for todo in found] == [f"t{n}" for n in reversed(range(20)) if n not in (3, 4)]
    assert {(todo.notes, todo.created_at, todo.updated_at, todo.version) for todo in found} == {("n", 1, 2, 3)}
    assert [todo.position for todo in found] == [positions.first(todo.id) for todo in found]
    for state, title in (("done", "t3"), ("trash", "t4")):
        assert [todo.title for todo in await listing.page(db, 1, Wanted(state=state), after=None, limit=9)] == [title]
    await db.close()


async def test_a_reset_code_that_was_given_out_before_an_update_stays_good(empty_url: str) -> None:
    db = await open_database(empty_url)
    resets = next(step.version for step in migrations(db.engine) if step.name == "reset_origins")
    await db.write(up_to, db.engine, resets - 1)
    await db.change("INSERT INTO password_reset (user_id, code_hash, expires_at) VALUES (1, 'hash', 2)")
    await migrate(db)
    found = await db.all("SELECT user_id, origin, code_hash, expires_at FROM password_reset")
    assert [tuple(row) for row in found] == [(1, "operator", "hash", 2)]
    await db.close()


async def up_to(tx: Tx, engine: str, version: int) -> None:
    """Bring an empty database to an early version, as the program of then did."""
    await tx.change("CREATE TABLE schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL)")
    for step in migrations(engine)[:version]:
        await tx.change("INSERT INTO schema_version (version, name) VALUES ($1, $2)", step.version, step.name)
        for statement in step.statements:
            await tx.change(statement)
