"""`GET /todo/events`: live changes as Server-Sent Events (HTML Living Standard, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import msgspec
import structlog

from recado.accounts import accounts
from recado.db import Reader
from recado.db.ids import Clock
from recado.errors import NotFound
from recado.http import todo_form
from recado.http.call import Answer, Call
from recado.http.instants import instant
from recado.http.lists import list_shown
from recado.todos import history, sharing
from recado.todos.events import Event, Hub, Stream
from recado.todos.history import Cursor
from recado.todos.todo import Todo
from revocable import SessionState, StoreUnavailable
from revocable.store import SessionStore

BEAT = 15.0
"""Seconds after which a comment shows that the stream is alive."""
SWEEP = 0.7
"""Seconds between two looks at whether the sessions of open streams are alive."""
_TOGETHER = 100
_TYPE = b"text/event-stream"
_HEADERS = [(b"x-accel-buffering", b"no")]
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger()


class Live:
    """The open streams of a process with their sessions."""

    def __init__(self, hub: Hub, store: SessionStore, clock: Clock) -> None:
        self.hub = hub
        self._store = store
        self._clock = clock
        self._sessions: dict[Stream, SessionState] = {}

    def add(self, stream: Stream, session: SessionState) -> None:
        """Watch the session of a stream."""
        self._sessions[stream] = session

    def drop(self, stream: Stream) -> None:
        """Watch it no longer."""
        self._sessions.pop(stream, None)

    async def watch(self) -> None:
        """End the streams whose sessions have ended, until cancelled. A store that cannot answer ends none."""
        while True:
            await asyncio.sleep(SWEEP)
            watched = list(self._sessions.items())
            for start in range(0, len(watched), _TOGETHER):
                checks = (self._check(*pair) for pair in watched[start : start + _TOGETHER])
                for result in await asyncio.gather(*checks, return_exceptions=True):
                    if isinstance(result, Exception):  # the others are watched on, whatever it was
                        _log.error("a stream's session could not be checked", exc_info=result)

    async def _check(self, stream: Stream, session: SessionState) -> None:
        try:
            state = await self._store.find(session.sub, session.sid, session.gen)
        except StoreUnavailable:
            return
        if state is None or not state.alive(self._clock()):
            stream.end()


async def events(call: Call) -> Answer:
    """`GET /todo/events`."""
    text = call.header(b"last-event-id") or call.query().get("last_event_id")
    since = history.cursor(text) if text else None
    opened = call.house.live.hub.stream(call.user_id, since)
    if call.scope["method"] == "HEAD":
        return Answer(200, headers=list(_HEADERS), content_type=_TYPE)
    stream, whole = await opened.__aenter__()

    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in _stream(call, stream, whole=whole):
                yield chunk
        finally:
            call.house.live.drop(stream)
            await opened.__aexit__(None, None, None)

    if call.session is not None:
        call.house.live.add(stream, call.session)
    return Answer(200, b"retry: 2000\n\n", list(_HEADERS), _TYPE, chunks())


async def _stream(call: Call, stream: Stream, *, whole: bool) -> AsyncGenerator[bytes, None]:
    if not whole:
        yield _event("reset", stream.place, {})
    async for event in call.house.live.hub.missed(stream):
        yield await told(call.house.db, stream.user_id, event)
    yield _event("ready", max(stream.place, stream.since), {})
    while True:
        try:
            async with asyncio.timeout(BEAT):
                event = await stream.waiting.get()
        except TimeoutError:
            yield b": alive\n\n"
            continue
        if event is None:
            return
        yield await told(call.house.db, stream.user_id, event)


async def told(reader: Reader, user_id: int, event: Event) -> bytes:
    """Return an event as a user is told of it, made once for all streams that are told the same."""
    todo = event.todo
    if event.line.todo_id is None:
        return await event.shown(user_id, lambda: _list(reader, user_id, event))
    if todo is None or user_id not in event.sees:
        return _event("todo", event.line.cursor, _what(event) | {"id": event.line.todo_id, "gone": True})
    zone = None
    if todo.due is not None and len(todo.due) > 10:  # a time, which is shown in the zone of who sees it
        zone = (await event.shown(user_id, lambda: _zone(reader, user_id))).decode()
    return await event.shown(zone, lambda: _todo(reader, event, todo, zone))


def _what(event: Event) -> dict[str, object]:
    line = event.line
    what: dict[str, object] = {"kind": line.kind, "at": instant(line.at), "by": line.user_id}
    return what if line.todo_id is None else what | {"version": line.version}


async def _list(reader: Reader, user_id: int, event: Event) -> bytes:
    list_id = event.line.list_id
    shown: dict[str, object] = {"list_id": list_id, "gone": True}
    if user_id in event.sees:
        with suppress(NotFound):  # gone since
            shown = {"list": await list_shown(reader, await sharing.get(reader, user_id, list_id))}
    return _event("list", event.line.cursor, _what(event) | shown)


async def _todo(reader: Reader, event: Event, todo: Todo, zone: str | None) -> bytes:
    states = await todo_form.text_states(reader, [todo])
    message = states.get(todo.message_id or todo.id)
    return _event("todo", event.line.cursor, _what(event) | {"todo": todo_form.show(todo, message, zone)})


async def _zone(reader: Reader, user_id: int) -> bytes:
    author = await accounts.author(reader, user_id)
    return author.time_zone.encode() if author else b"UTC"


def _event(kind: str, place: Cursor, data: object) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (kind.encode(), str(place).encode(), _encode(data))
