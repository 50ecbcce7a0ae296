"""`GET /todo/events`: live changes as Server-Sent Events (HTML Living Standard, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import msgspec

from recado.accounts import accounts
from recado.db.ids import Clock
from recado.http import todo_form
from recado.http.call import Answer, Call
from recado.http.instants import instant
from recado.http.lists import list_shown
from recado.todos import history, sharing
from recado.todos.events import Event, Hub, Stream
from recado.todos.history import Cursor
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
                await asyncio.gather(*(self._check(*pair) for pair in watched[start : start + _TOGETHER]))

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

    async def told() -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in _told(call, stream, whole=whole):
                yield chunk
        finally:
            call.house.live.drop(stream)
            await opened.__aexit__(None, None, None)

    if call.session is not None:
        call.house.live.add(stream, call.session)
    return Answer(200, b"retry: 2000\n\n", list(_HEADERS), _TYPE, told())


async def _told(call: Call, stream: Stream, *, whole: bool) -> AsyncGenerator[bytes, None]:
    if not whole:
        yield _event("reset", stream.place, {})
    async for event in call.house.live.hub.missed(stream):
        yield await _show(call, stream, event)
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
        yield await _show(call, stream, event)


async def _show(call: Call, stream: Stream, event: Event) -> bytes:
    line, reader = event.line, call.house.db
    told: dict[str, object] = {"kind": line.kind, "at": instant(line.at), "by": line.user_id}
    if line.todo_id is None:
        mine = [one for one in await sharing.mine(reader, stream.user_id) if one.list_id == line.list_id]
        shown = {"list": await list_shown(reader, mine[0])} if mine else {"list_id": line.list_id, "gone": True}
        return _event("list", line.cursor, told | shown)
    told["version"] = line.version
    if event.todo is None or event.todo.list_id not in stream.lists:
        return _event("todo", line.cursor, told | {"id": line.todo_id, "gone": True})
    zone = await _zone(call, [event])
    states = await todo_form.text_states(reader, [event.todo])
    message = states.get(event.todo.message_id or event.todo.id)
    return _event("todo", line.cursor, told | {"todo": todo_form.show(event.todo, message, zone)})


async def _zone(call: Call, events: Sequence[Event]) -> str | None:
    if not any(event.todo is not None and event.todo.due is not None for event in events):
        return None
    author = await accounts.author(call.house.db, call.user_id)
    return author.time_zone if author else None


def _event(kind: str, place: Cursor, data: object) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (kind.encode(), str(place).encode(), _encode(data))
