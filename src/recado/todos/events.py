"""Live changes: one reader of the log for all open streams of a process, and what each of them is told.

While any stream is open the log is read ten times a second, whichever process wrote it. A stream that resumes reads
what it missed by itself, up to the place where the hub was when it came; so nothing is missed and nothing comes twice.

What a line tells of is read once for all streams, and then who may see it; so whoever was removed before something was
written is never told of it, however late its line is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Container, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from recado.db import Database
from recado.errors import TooMany, Unavailable
from recado.todos import history, lists, rows
from recado.todos.history import Cursor, Logged
from recado.todos.todo import Todo

PAUSE = 0.1
"""Seconds between two looks into the log."""
HELD_BACK = 1.0
"""Seconds between two looks at what others' transactions hold back."""
AT_ONCE = 500
MOST_BEHIND = 200_000
"""How many lines of the whole log may have come since; a stream that is further back begins anew."""
MOST_WAITING = 1_000
MOST_OF_USER = 20
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A line of the log, the same for all streams. `todo` is the to-do as it was when the line was read; None when it
    is gone, or for a list. `of_list` are those of the line's list, `sees` who may see where the to-do is now."""

    line: Logged
    todo: Todo | None
    of_list: lists.Audience
    sees: frozenset[int]
    _shown: dict[Hashable, asyncio.Task[bytes]] = field(default_factory=dict[Hashable, "asyncio.Task[bytes]"])

    async def shown(self, key: Hashable, show: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return what `show` makes of it, made once for all streams that have this key."""
        task = self._shown.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._shown[key] = asyncio.ensure_future(_made(show))
        return await asyncio.shield(task)


async def _made(show: Callable[[], Awaitable[bytes]]) -> bytes:
    return await show()


@dataclass(eq=False, slots=True)
class Stream:
    """One who listens. `lists` are those whose changes they may see."""

    user_id: int
    lists: set[str]
    since: Cursor
    """The client has been told everything up to here."""
    place: Cursor
    """What waits is after this; what is between the two, the stream reads for itself."""
    waiting: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def give(self, event: Event) -> None:
        """Let it tell an event, unless it told it already; a stream that is too far behind ends."""
        if event.line.cursor <= max(self.since, self.place):
            return
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """End it after what it has been given; the client comes back and resumes."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Hub:
    """The streams of a process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._streams: set[Stream] = set()
        self._of_user: dict[int, set[Stream]] = {}
        self._of_list: dict[str, set[Stream]] = {}
        self._place = Cursor(0, 0)
        self._horizon, self._looked = 0, 0.0
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def stream(self, user_id: int, since: Cursor | None) -> AsyncGenerator[tuple[Stream, bool], None]:
        """Open a stream from a place on, or from now on. Yields it, and whether it can resume at that place.

        Raises `TooMany` or `Unavailable`.
        """
        async with self._opening:
            if len(self._of_user.get(user_id, ())) >= MOST_OF_USER:
                raise TooMany(f"Nobody can have more than {MOST_OF_USER} streams open.", 30)
            if self._reading is None:
                await self._look_up()
                self._place = await history.latest(self._db, horizon=self._horizon)
                self._reading = asyncio.get_running_loop().create_task(self._read())
            whole = since is None or await self._can_resume(since)
            stream = await self._register(user_id, since if whole else None)
        try:
            yield stream, whole
        finally:
            self._drop(stream)

    async def missed(self, stream: Stream) -> AsyncIterator[Event]:
        """Give what a stream that resumed has missed up to the place where its queue begins."""
        cursor = stream.since
        while cursor < stream.place:
            lines = await history.since(self._db, cursor, AT_ONCE, horizon=self._horizon)
            for event in await self._events([line for line in lines if line.cursor <= stream.place], stream.lists):
                if _concerns(stream, event):
                    yield event
            if len(lines) < AT_ONCE:
                return
            cursor = lines[-1].cursor

    def streams(self) -> list[Stream]:
        """Return the open streams."""
        return list(self._streams)

    async def close(self) -> None:
        """End every stream."""
        for stream in self._streams:
            stream.end()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _register(self, user_id: int, since: Cursor | None) -> Stream:
        """Add a stream whose lists are those of the place where it begins."""
        theirs = set(await lists.of_user(self._db, user_id))
        while True:
            stream = Stream(user_id, set(theirs), self._place if since is None else since, self._place)
            self._add(stream)
            theirs = set(await lists.of_user(self._db, user_id))
            if theirs == stream.lists:
                return stream
            self._drop(stream)

    def _add(self, stream: Stream) -> None:
        self._streams.add(stream)
        self._of_user.setdefault(stream.user_id, set()).add(stream)
        for list_id in stream.lists:
            self._of_list.setdefault(list_id, set()).add(stream)

    def _drop(self, stream: Stream) -> None:
        self._streams.discard(stream)
        _leave(self._of_user, stream.user_id, stream)
        for list_id in stream.lists:
            _leave(self._of_list, list_id, stream)

    async def _can_resume(self, since: Cursor) -> bool:
        """Tell whether a place is one of this log, and not too far back."""
        latest = await history.latest(self._db)
        if since.seq < await history.beginning(self._db):
            return False
        return since <= latest and await history.distance(self._db, since, MOST_BEHIND) < MOST_BEHIND

    async def _read(self) -> None:
        while self._streams or self._opening.locked():
            more = False
            try:
                more = await self._read_on()
            except Unavailable as error:
                _log.warning("live changes wait", reason=error.detail)
            except Exception:
                _log.exception("live changes failed")
            await asyncio.sleep(0 if more else PAUSE)
        self._reading = None

    async def _read_on(self) -> bool:
        """Tell what the log holds next; return whether there may be more at once, so that no backlog waits."""
        if asyncio.get_running_loop().time() - self._looked >= HELD_BACK:
            await self._look_up()
        before = self._place
        lines = await history.since(self._db, before, AT_ONCE, horizon=self._horizon)
        if not lines:
            return False
        # Who comes while the events are made begins after them, and reads for itself what it missed before.
        self._place = lines[-1].cursor
        try:
            events = await self._events(lines, self._of_list)
        except BaseException:
            self._place = before
            raise
        for event in events:  # from here on nothing waits and nothing fails: all are told, or none
            self._tell(event)
        return len(lines) == AT_ONCE

    async def _look_up(self) -> None:
        self._horizon = max(self._horizon, await history.horizon(self._db))
        self._looked = asyncio.get_running_loop().time()

    async def _events(self, lines: Sequence[Logged], listened: Container[str]) -> list[Event]:
        """Return the events of those lines that are of lists, or of to-dos in lists that somebody listens to."""
        changed = {line.list_id for line in lines if line.todo_id is None} - {""}  # somebody may come to see these
        heard = [line for line in lines if line.list_id in listened or line.list_id in changed]
        found = await rows.find_many(self._db, list(dict.fromkeys(line.todo_id for line in heard if line.todo_id)))
        by_id = {todo.id: todo for todo in found}
        # Asked after the to-dos were read: who may see the list now may see what they say now.
        ids = list(dict.fromkeys([*(line.list_id for line in heard), *(todo.list_id for todo in found)]))
        audiences = await asyncio.gather(*(lists.audience(self._db, list_id) for list_id in ids))
        of_list = dict(zip(ids, audiences, strict=True))
        events = list[Event]()
        for line in heard:
            todo = by_id.get(line.todo_id) if line.todo_id else None
            sees = of_list[todo.list_id if todo else line.list_id].seeing
            events.append(Event(line, todo, of_list[line.list_id], sees))
        return events

    def _tell(self, event: Event) -> None:
        list_id = event.line.list_id
        if event.line.todo_id is not None:
            for stream in self._of_list.get(list_id, ()):
                if stream.user_id in event.of_list.seeing:
                    stream.give(event)
            return
        # The list or who takes part in it changed: from here on they see its to-dos, or no longer.
        came = [stream for user_id in event.of_list.members for stream in self._of_user.get(user_id, ())]
        for stream in {*came, *self._of_list.get(list_id, ())}:
            if stream.user_id in event.of_list.seeing:
                stream.lists.add(list_id)
                self._of_list.setdefault(list_id, set()).add(stream)
            else:
                stream.lists.discard(list_id)
                _leave(self._of_list, list_id, stream)
            stream.give(event)


def _leave(index: dict[Any, set[Stream]], key: Hashable, stream: Stream) -> None:
    streams = index.get(key)
    if streams is not None:
        streams.discard(stream)
        if not streams:
            del index[key]


def _concerns(stream: Stream, event: Event) -> bool:
    if event.line.todo_id is not None:
        return stream.user_id in event.of_list.seeing
    return stream.user_id in event.of_list.members or stream.user_id == event.line.version
