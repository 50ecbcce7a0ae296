"""The hub of live changes: what is held back and by whom, who is told of what, and what it costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from recado.accounts.accounts import Author
from recado.db import Database, open_database
from recado.errors import Unavailable
from recado.http import events as http_events
from recado.todos import events as hub_events
from recado.todos import sharing, todos
from recado.todos.events import Event, Hub, Stream
from recado.todos.todos import NewTodo
from tests.servers import Postgres
from tests.todos.people import new_id, somebody


async def a_list(db: Database, owner: Author, *others: Author) -> str:
    list_id = (await db.write(sharing.create, owner.user_id, "casa", list_id=new_id(), now=1)).list_id
    for other in others:
        code, _ = await db.write(sharing.invite, owner.user_id, list_id, "editor", 1)
        await db.write(sharing.accept, other.user_id, code, 2)
    return list_id


async def add(db: Database, author: Author, title: str, list_id: str) -> str:
    return (await db.write(todos.create, author, NewTodo(title, list_id), new_id=new_id, now=1)).id


async def rename(db: Database, author: Author, todo_id: str, title: str) -> None:
    await db.write(todos.change, author.user_id, todo_id, {"title": title}, versions=frozenset(), new_id=new_id, now=1)


@asynccontextmanager
async def open_transaction(url: str, *statements: str) -> AsyncIterator[None]:
    """Somebody's transaction that has written and stays open for the length of the block."""
    connection: Any = await asyncpg.connect(url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        for statement in statements:
            await connection.execute(statement)
        yield
        await transaction.rollback()
    finally:
        await connection.close()


@asynccontextmanager
async def opened(db: Database, *people: Author) -> AsyncIterator[list[Stream]]:
    hub = Hub(db)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(hub.close)
        yield [(await stack.enter_async_context(hub.stream(one.user_id, None)))[0] for one in people]


async def titles(stream: Stream, count: int, seconds: float = 5) -> list[str | None]:
    """Wait for so many to-do events and return their titles."""
    found: list[str | None] = []
    async with asyncio.timeout(seconds):
        while len(found) < count:
            event = await stream.waiting.get()
            if event is not None and event.line.todo_id is not None:
                found.append(event.todo.title if event.todo and stream.user_id in event.sees else None)
    return found


@pytest.fixture
async def pg(postgres_server: Postgres, template: str) -> AsyncIterator[str]:
    url = await postgres_server.new_database(template)
    yield url
    await postgres_server.drop_database(url)


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_transaction_that_is_not_ours_holds_nothing_back_for_long(
    pg: str, postgres_server: Postgres, *, elsewhere: bool
) -> None:
    db = await open_database(pg)
    theirs = postgres_server.url() if elsewhere else pg
    schema = (
        "CREATE SCHEMA foreign_thing",
        "CREATE TABLE foreign_thing.x (y INT)",
        "INSERT INTO foreign_thing.x VALUES (1)",
    )
    ana = await somebody(db)
    async with open_transaction(theirs, *schema), opened(db, ana) as (stream,):
        before = time.monotonic()
        list_id = await a_list(db, ana)
        await add(db, ana, "bread", list_id)
        assert await titles(stream, 1) == ["bread"]
        assert time.monotonic() - before < 3  # measured: 1.0 to 1.1 s, as the border is asked for once a second
    await db.close()


async def test_a_transaction_that_writes_todos_holds_back_what_comes_after_it(pg: str) -> None:
    db = await open_database(pg)
    ana = await somebody(db)
    list_id = await a_list(db, ana)
    todo_id = await add(db, ana, "bread", list_id)
    async with opened(db, ana) as (stream,):
        await titles(stream, 0)
        async with open_transaction(pg, f"UPDATE todo SET version = version WHERE id = '{todo_id}'"):
            await add(db, ana, "milk", list_id)
            with pytest.raises(TimeoutError):
                await titles(stream, 1, 2.5)
        assert await titles(stream, 1) == ["milk"]
    await db.close()


async def test_who_was_removed_is_not_told_what_was_written_later_however_late_the_log_is_read(pg: str) -> None:
    db = await open_database(pg)
    ana, maria = await somebody(db), await somebody(db, "maria")
    list_id = await a_list(db, ana, maria)
    todo_id, other = await add(db, ana, "open", list_id), await add(db, ana, "other", list_id)
    async with opened(db, ana, maria) as (mine, hers):
        async with open_transaction(pg, f"UPDATE todo SET version = version WHERE id = '{other}'"):
            await rename(db, ana, todo_id, "still hers")
            await db.write(sharing.remove, ana.user_id, list_id, maria.user_id, 3)
            await rename(db, ana, todo_id, "a secret")
        assert (await titles(mine, 2))[-1] == "a secret"
        waiting = [hers.waiting.get_nowait() for _ in range(hers.waiting.qsize())]
        assert [event.line.kind for event in waiting if event] == ["list"]
        assert b'"gone":true' in await http_events.told(db, maria.user_id, waiting[0])  # type: ignore[arg-type]
    await db.close()


class Counting:
    """A database that counts what is read, and may fail."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.reads, self.fail_on = 0, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def all(self, sql: str, /, *args: Any) -> Any:
        self.reads += 1
        if self.fail_on and self.fail_on in sql:
            self.fail_on = ""
            raise Unavailable("for a test")
        return await self._db.all(sql, *args)

    async def one(self, sql: str, /, *args: Any) -> Any:
        rows = await self.all(sql, *args)
        return rows[0] if rows else None


@pytest.mark.parametrize("table", ["FROM todo ", "FROM list_member", "FROM todo_change"])
async def test_a_database_that_fails_for_a_moment_loses_no_change(db: Database, table: str) -> None:
    counting: Any = Counting(db)
    ana = await somebody(db)
    list_id = await a_list(db, ana)
    async with opened(counting, ana) as (stream,):
        counting.fail_on = table
        await add(db, ana, "bread", list_id)
        await db.write(sharing.change, ana.user_id, list_id, name="new", position=None, now=2)
        await add(db, ana, "milk", list_id)
        assert await titles(stream, 2) == ["bread", "milk"]
        await asyncio.sleep(0.5)  # a look that was on its way before may have found them already
        assert counting.fail_on == ""
        assert stream.waiting.empty()


async def test_a_change_is_read_once_however_many_listen(db: Database) -> None:
    counting: Any = Counting(db)
    people = [await somebody(db) for _ in range(10)]
    list_id = await a_list(db, *people)
    async with opened(counting, *(people * 20)) as streams:
        await asyncio.sleep(0.3)
        counting.reads = 0
        todo_id = await add(db, people[0], "bread", list_id)
        events = [await stream.waiting.get() for stream in streams]
        shown = await asyncio.gather(
            *(_told(counting, stream, event) for stream, event in zip(streams, events, strict=True))
        )
        assert counting.reads < 20, counting.reads  # measured: 6 to 10, with the looks into the log; before, over 200
        assert len(set(shown)) == 1
        assert todo_id.encode() in shown[0]


async def _told(db: Database, stream: Stream, event: Event | None) -> bytes:
    assert event is not None
    return await http_events.told(db, stream.user_id, event)


async def test_nobody_opens_more_streams_than_allowed_by_opening_them_at_once(db: Database) -> None:
    ana, hub = await somebody(db), Hub(db)
    streams = [hub.stream(ana.user_id, None) for _ in range(40)]
    got = await asyncio.gather(*(one.__aenter__() for one in streams), return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in got) == 20
    for stream, one in zip(streams, got, strict=True):
        if not isinstance(one, Exception):
            await stream.__aexit__(None, None, None)
    assert hub.streams() == []
    await hub.close()


async def test_a_backlog_is_told_without_a_pause(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await somebody(db)
    list_id = await a_list(db, ana)
    async with opened(db, ana) as (stream,):
        monkeypatch.setattr(hub_events, "AT_ONCE", 2)
        monkeypatch.setattr(hub_events, "PAUSE", 1.5)
        for number in range(20):
            await add(db, ana, str(number), list_id)
        assert await titles(stream, 20, seconds=8) == [str(number) for number in range(20)]
