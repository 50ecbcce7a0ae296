"""Routes of lists and of who takes part in them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from recado.accounts import accounts
from recado.db import Reader, Tx
from recado.db.ids import is_uuid7
from recado.errors import Invalid, NotFound
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant
from recado.http.once import Shown, once
from recado.todos import lists, sharing
from recado.todos.lists import Membership

Short = Annotated[str, msgspec.Meta(max_length=1000)]


class NewList(msgspec.Struct):
    """The body of `POST /list`."""

    name: Short
    id: str | None = None
    position: Short | msgspec.UnsetType = msgspec.UNSET


class PatchList(msgspec.Struct):
    """The body of `PATCH /list/{id}`: members that are absent stay as they are."""

    name: Short | msgspec.UnsetType = msgspec.UNSET
    position: Short | msgspec.UnsetType = msgspec.UNSET


class NewInvite(msgspec.Struct):
    """The body of `POST /list/{id}/invite`."""

    role: Literal["editor", "viewer"] = "editor"


class PatchMember(msgspec.Struct):
    """The body of `PATCH /list/{id}/member/{user_id}`."""

    role: Literal["owner", "editor", "viewer"]


async def create(call: Call) -> Answer:
    """`POST /list`."""
    body: NewList = call.body
    if body.id is not None and not is_uuid7(body.id):
        raise Invalid("/id", "An id of your own is a UUIDv7 in lower case.")
    list_id, now = body.id or call.house.new_id(), call.house.clock()

    async def store(tx: Tx) -> Shown:
        made = await sharing.create(tx, call.user_id, body.name, list_id=list_id, now=now)
        if not isinstance(body.position, msgspec.UnsetType):
            made = await sharing.change(tx, call.user_id, list_id, name=None, position=body.position, now=now)
        return await list_shown(tx, made)

    shown = await once(call, store)
    return json_answer(201, shown, [(b"location", f"/list/{shown['id']}".encode())])


async def listing(call: Call) -> Answer:
    """`GET /list`: all of them, as nobody has more than 200; `state=trash` those in the trash."""
    reader, state = call.house.db, call.query().get("state", "kept")
    if state not in ("kept", "trash"):
        raise Invalid("/query/state", "state is one of kept, trash.")
    found = await (sharing.trashed if state == "trash" else sharing.mine)(reader, call.user_id)
    return json_answer(200, {"items": [await list_shown(reader, one) for one in found], "next": None})


async def read(call: Call) -> Answer:
    """`GET /list/{id}`."""
    return json_answer(200, await list_shown(call.house.db, await sharing.get(call.house.db, call.user_id, _id(call))))


async def change(call: Call) -> Answer:
    """`PATCH /list/{id}`."""
    body: PatchList = call.body
    changed = await call.house.db.write(
        sharing.change,
        call.user_id,
        _id(call),
        name=None if isinstance(body.name, msgspec.UnsetType) else body.name,
        position=None if isinstance(body.position, msgspec.UnsetType) else body.position,
        now=call.house.clock(),
    )
    return json_answer(200, await list_shown(call.house.db, changed))


async def delete(call: Call) -> Answer:
    """`DELETE /list/{id}`."""
    await call.house.db.write(sharing.trash, call.user_id, _id(call), call.house.clock())
    return Answer(204)


async def restore(call: Call) -> Answer:
    """`POST /list/{id}/restore`."""
    list_id, now = _id(call), call.house.clock()

    async def take_out(tx: Tx) -> Shown:
        return await list_shown(tx, await sharing.restore(tx, call.user_id, list_id, now))

    return json_answer(200, await once(call, take_out))


async def invite(call: Call) -> Answer:
    """`POST /list/{id}/invite`. The code is shown once: a stored answer for an Idempotency-Key would hold it."""
    body: NewInvite = call.body or NewInvite()
    list_id, now = _id(call), call.house.clock()
    code, expires_at = await call.house.db.write(sharing.invite, call.user_id, list_id, body.role, now)
    return json_answer(201, {"code": code, "role": body.role, "expires_at": instant(expires_at)})


async def take_invites_back(call: Call) -> Answer:
    """`DELETE /list/{id}/invite`."""
    await call.house.db.write(sharing.take_invites_back, call.user_id, _id(call))
    return Answer(204)


async def accept(call: Call) -> Answer:
    """`POST /invite/{code}`."""
    code, now = call.path["code"], call.house.clock()

    async def join(tx: Tx) -> Shown:
        return await list_shown(tx, await sharing.accept(tx, call.user_id, code, now))

    return json_answer(200, await once(call, join))


async def set_role(call: Call) -> Answer:
    """`PATCH /list/{id}/member/{user_id}`."""
    body: PatchMember = call.body
    changed = await call.house.db.write(
        sharing.set_role, call.user_id, _id(call), _member(call), role=body.role, now=call.house.clock()
    )
    return json_answer(200, await list_shown(call.house.db, changed))


async def remove(call: Call) -> Answer:
    """`DELETE /list/{id}/member/{user_id}`."""
    await call.house.db.write(sharing.remove, call.user_id, _id(call), _member(call), call.house.clock())
    return Answer(204)


def _id(call: Call) -> str:
    list_id = call.path["id"]
    if not is_uuid7(list_id):
        raise NotFound("There is no such list.")
    return list_id


def _member(call: Call) -> int:
    text = call.path["user_id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise NotFound("They do not take part in this list.")
    return int(text)


async def list_shown(reader: Reader, one: Membership) -> Shown:
    """Show a list as one who takes part in it sees it."""
    members = await lists.members(reader, one.list_id)
    names = await accounts.names(reader, [member.user_id for member in members])
    return {
        "id": one.list_id,
        "name": one.name,
        "personal": bool(one.personal),
        "role": one.role,
        "members": [
            {"user_id": member.user_id, "username": names.get(member.user_id), "role": member.role}
            for member in members
        ],
        "position": one.position,
    }
