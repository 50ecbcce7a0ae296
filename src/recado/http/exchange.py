"""Routes of import and export, and of everything that is kept about oneself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from recado.db.ids import is_uuid7
from recado.errors import Invalid, NotFound
from recado.exchange import exporting, importing
from recado.exchange import feeds as calendars
from recado.exchange.formats import BY_TYPE, FORMATS, Format
from recado.exchange.record import MOST_BYTES, Here
from recado.http import accounts, factors, feeds, lists, messages, sessions, todo_form
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant
from recado.http.once import Shown
from recado.http.todos import author_of
from recado.messages import outbox

MOST = MOST_BYTES
TYPES = frozenset(BY_TYPE)
AT_ONCE, WAITING = 2, 8
"""How many files a process reads, and how many it writes, at the same time, and how many more may wait: each takes
memory and a processor."""
OF_ONE_PERSON = 3
"""How many files of one person may wait while one is read, so that nobody takes all the turns."""

_PAGE = 200
_encode = msgspec.json.Encoder().encode


async def bring_in(call: Call) -> Answer:
    """`POST /import`. It texts its author once at most, and nobody else."""
    query, house = call.query(), call.house
    kind, list_id = _format(query, [call.header(b"content-type") or ""]), _list(query)
    author = await author_of(call)
    async with house.exchanges.turn("import"):
        done = await importing.bring_in(
            house.db, author, kind, call.body, list_id=list_id, newest_id=house.new_id(), now=house.clock()
        )
    if done.taken and author.texted:
        house.wake()
    parsed = done.parsed
    return json_answer(
        200,
        {
            "format": kind.name,
            "found": done.found,
            "taken": done.taken,
            "already": done.already,
            "changed": parsed.changed,
            "skipped": parsed.skipped,
            "lists": [await lists.list_shown(house.db, one) for one in done.lists],
            "remarks": [one._asdict() for one in sorted(parsed.remarks)],
            "remarks_left_out": parsed.left_out,
        },
    )


async def export(call: Call) -> Answer:
    """`GET /export`."""
    query, house = call.query(), call.house
    kind, list_id = _format(query, (call.header(b"accept") or "").split(",")), _list(query)
    author = await author_of(call)
    here = Here(author.time_zone, author.locale, house.clock())
    async with house.exchanges.turn("export"):
        parsed = await exporting.gather(house.db, author.user_id, list_id, trash=kind.trash)
        body = await asyncio.to_thread(kind.write, parsed, here)
    return _file(body, kind.content_type, f"recado.{kind.suffix}")


async def everything(call: Call) -> Answer:
    """`GET /me/export`: account, devices, messages, lists and to-dos, those in the trash too."""
    async with call.house.exchanges.turn("export"):
        body = await asyncio.to_thread(_encode, await _everything(call))
    return _file(body, "application/json", "recado-account.json")


async def _everything(call: Call) -> dict[str, Any]:
    house, user_id = call.house, call.user_id
    chosen, todos = await exporting.todos_of(house.db, user_id, None, trash=True)
    shown = list[Shown]()
    for start in range(0, len(todos), _PAGE):
        shown += await todo_form.all_shown(house.db, user_id, todos[start : start + _PAGE])
        await asyncio.sleep(0)
    return {
        "exported_at": instant(house.clock()),
        "account": msgspec.Raw((await accounts.me(call)).body),
        "factors": await factors.told(call),
        "sessions": msgspec.Raw((await sessions.listing(call)).body),
        "messages": [message async for message in _messages(call)],
        "lists": [await lists.list_shown(house.db, one) for one in chosen],
        "todos": shown,
        "feeds": [feeds.shown(one) for one in await calendars.mine(house.db, user_id)],
    }


async def _messages(call: Call) -> AsyncIterator[Shown]:
    before: str | None = None
    while True:
        page = await outbox.page(call.house.db, call.user_id, limit=_PAGE, before=before)
        for message in page:
            yield messages.show(message)
        if len(page) < _PAGE:
            return
        before = page[-1].id


def _format(query: dict[str, str], types: list[str]) -> Format:
    """Return the format that is asked for: by name, or by the first content type that is one; JSON where none says."""
    name = query.get("format")
    if name is not None:
        if name not in FORMATS:
            raise Invalid("/query/format", f"format is one of {', '.join(FORMATS)}.")
        return FORMATS[name]
    named = (text.partition(";")[0].strip().lower() for text in types)
    return next((BY_TYPE[kind] for kind in named if kind in BY_TYPE), FORMATS["json"])


def _list(query: dict[str, str]) -> str | None:
    list_id = query.get("list")
    if list_id is not None and not is_uuid7(list_id):
        raise NotFound("There is no such list.")
    return list_id


def _file(body: bytes, content_type: str, name: str) -> Answer:
    kind = content_type if content_type == "application/json" else f"{content_type}; charset=utf-8"
    return Answer(200, body, [(b"content-disposition", f'attachment; filename="{name}"'.encode())], kind.encode())
