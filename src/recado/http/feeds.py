"""Routes of private calendar addresses, and the calendar that such an address gives to whoever knows it."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

from recado.db.ids import is_uuid7
from recado.errors import NotFound
from recado.exchange import feeds
from recado.exchange.feeds import Contents, Feed
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant, instant_or_none
from recado.http.once import Shown

TIMES, SECONDS = 120, 3600
"""How often one address may be asked for, by process."""

_UNLISTED = (b"x-robots-tag", b"noindex")
_TYPE = b"text/calendar; charset=utf-8"
_KEPT = (b"cache-control", b"private, no-cache")
"""A program may keep what it got, but asks each time whether that is still so: a feed that was taken back is gone."""


class NewFeed(msgspec.Struct):
    """The body of `POST /feed`."""

    list_id: str | None = None
    contents: Contents = "both"
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""


async def create(call: Call) -> Answer:
    """`POST /feed`. The address is shown this once: a stored answer would hold its secret."""
    body: NewFeed = call.body or NewFeed()
    house, now = call.house, call.house.clock()
    if body.list_id is not None and not is_uuid7(body.list_id):
        raise NotFound("There is no such list.")
    new = Feed(call.user_id, house.new_id(), body.list_id, body.contents, body.name.strip(), now, None)
    code = await house.db.write(feeds.create, call.user_id, new)
    origin = f"{house.guard.scheme(call.scope)}://{call.header(b'host')}"
    return json_answer(201, shown(new) | {"url": f"{origin}/feed/{code}.ics"})


async def listing(call: Call) -> Answer:
    """`GET /feed`: all of them, without their addresses."""
    found = await feeds.mine(call.house.db, call.user_id)
    return json_answer(200, {"items": [shown(one) for one in found], "next": None})


async def delete(call: Call) -> Answer:
    """`DELETE /feed/{id}`."""
    if not is_uuid7(call.path["id"]):
        raise NotFound("There is no such feed.")
    await call.house.db.write(feeds.drop, call.user_id, call.path["id"])
    return Answer(204)


async def calendar(call: Call) -> Answer:
    """`GET /feed/{token}.ics`: what calendar programs subscribe to."""
    house, now = call.house, call.house.clock()
    found = await feeds.opened(house.db, call.path["token"], now)
    await house.feed_counts.take(found.id, "This calendar is asked for too often.")
    body = await feeds.calendar(house.db, found, now)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = [_KEPT, _UNLISTED, (b"etag", tag.encode())]
    known = [part.strip().removeprefix("W/") for part in (call.header(b"if-none-match") or "").split(",")]
    return Answer(304, headers=headers) if tag in known or known == ["*"] else Answer(200, body, headers, _TYPE)


def shown(feed: Feed) -> Shown:
    """Return a feed as the contract shows it, without its address."""
    return {
        "id": feed.id,
        "list_id": feed.list_id,
        "contents": feed.contents,
        "name": feed.name,
        "created_at": instant(feed.created_at),
        "used_at": instant_or_none(feed.used_at),
    }
