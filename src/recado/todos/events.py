"""Live changes: one reader of the log for all open streams of a process, and what each of them is told.

While any stream is open the log is read ten times a second, whichever process wrote it. A stream that resumes reads
what it missed by itself, up to the place where the hub was when it came; so nothing is missed and nothing comes twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from recado.db import Database
from recado.errors import TooMany, Unavailable
from recado.todos import history, lists, rows
from recado.todos.history import Cursor, Logged
from recado.todos.todo import Todo

PAUSE = 0.1
"""Seconds between two looks into the log."""
AT_ONCE = 500
MOST_BEHIND = 200_000
"""How many lines of the whole log may have come since; a stream that is further back begins anew."""
MOST_WAITING = 1_000
MOST_OF_USER = 20
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log for one stream. `todo` is the to-do as it is now; None when it is gone, or for a list."""

    line: Logged
    todo: Todo | None


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
        self._place = Cursor(0, 0)
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def stream(self, user_id: int, since: Cursor | None) -> AsyncGenerator[tuple[Stream, bool], None]:
        """Open a stream from a place on, or from now on. Yields it, and whether it can resume at that place.

        Raises `TooMany` or `Unavailable`.
        """
        if sum(stream.user_id == user_id for stream in self._streams) >= MOST_OF_USER:
            raise TooMany(f"Nobody can have more than {MOST_OF_USER} streams open.", 30)
        async with self._opening:
            if self._reading is None:
                self._place = await history.latest(self._db)
                self._reading = asyncio.get_running_loop().create_task(self._read())
            whole = since is None or await self._can_resume(since)
            stream = await self._register(user_id, since if whole else None)
        try:
            yield stream, whole
        finally:
            self._streams.discard(stream)

    async def missed(self, stream: Stream) -> AsyncIterator[Event]:
        """Give what a stream that resumed has missed up to the place where its queue begins."""
        cursor = stream.since
        while cursor < stream.place:
            lines = await history.since(self._db, cursor, AT_ONCE)
            theirs = [line for line in lines if line.cursor <= stream.place and await self._concerns(stream, line)]
            for event in await self._events(theirs):
                yield event
            if len(lines) < AT_ONCE:
                return
            cursor = lines[-1].cursor

    async def _register(self, user_id: int, since: Cursor | None) -> Stream:
        """Add a stream whose lists are those of the place where it begins."""
        theirs = set(await lists.of_user(self._db, user_id))
        while True:
            stream = Stream(user_id, theirs, self._place if since is None else since, self._place)
            self._streams.add(stream)
            theirs = set(await lists.of_user(self._db, user_id))
            if theirs == stream.lists:
                return stream
            self._streams.discard(stream)

    async def _concerns(self, stream: Stream, line: Logged) -> bool:
        if line.list_id in stream.lists:
            return True
        if line.todo_id is not None or not line.list_id:
            return False
        members = await lists.members(self._db, line.list_id)  # also of a list in the trash
        return stream.user_id in (line.version, *(member.user_id for member in members))

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

    async def _can_resume(self, since: Cursor) -> bool:
        """Tell whether a place is one of this log, and not too far back."""
        latest = await history.latest(self._db)
        return since <= latest and await history.distance(self._db, since, MOST_BEHIND) < MOST_BEHIND

    async def _read(self) -> None:
        while self._streams or self._opening.locked():
            try:
                lines = await history.since(self._db, self._place, AT_ONCE)
                if lines:
                    events = await self._events(lines)
                    self._place = lines[-1].cursor  # who comes from here on begins after these
                    await self._tell(events)
            except Unavailable as error:
                _log.warning("live changes wait", reason=error.detail)
            except Exception:
                _log.exception("live changes failed")
            await asyncio.sleep(PAUSE)
        self._reading = None

    async def _events(self, lines: Sequence[Logged]) -> list[Event]:
        found = await rows.find_many(self._db, list(dict.fromkeys(line.todo_id for line in lines if line.todo_id)))
        by_id = {todo.id: todo for todo in found}
        return [Event(line, by_id.get(line.todo_id) if line.todo_id else None) for line in lines]

    async def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.line.todo_id is None and event.line.list_id:
                await self._list_changed(event)
            else:
                for stream in self._streams:
                    if event.line.list_id in stream.lists:
                        _give(stream, event)

    async def _list_changed(self, event: Event) -> None:
        """Tell who is in the list now, or was; from here on they see its to-dos, or no longer."""
        list_id = event.line.list_id
        members = {member.user_id for member in await lists.members(self._db, list_id)}
        for stream in list(self._streams):
            if stream.user_id in members or list_id in stream.lists:
                stream.lists = set(await lists.of_user(self._db, stream.user_id))
                _give(stream, event)


def _give(stream: Stream, event: Event) -> None:
    if event.line.cursor <= max(stream.since, stream.place):
        return
    try:
        stream.waiting.put_nowait(event)
    except asyncio.QueueFull:
        stream.end()
