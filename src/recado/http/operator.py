"""Routes for the operator: people, invitations, what messages cost, security events. For others they are not there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from recado.accounts import accounts, audit, invites, resets
from recado.accounts.accounts import Account
from recado.db import Tx
from recado.errors import Conflict, Invalid, NotFound
from recado.http import pages
from recado.http.call import Answer, Call, json_answer
from recado.http.instants import instant, instant_or_none
from recado.http.step_up import step_up
from recado.messages import outbox

_DAY = 24 * 3600 * 1_000_000
_HIGHEST = 2**53 - 1
_log = structlog.get_logger()


class PatchPerson(msgspec.Struct):
    """The body of `PATCH /operator/user/{user_id}`."""

    disabled: bool


class PostReset(msgspec.Struct):
    """The body of `POST /operator/user/{user_id}/reset`. The password is the operator's own: see `step_up`."""

    password: str | None = None


async def people(call: Call) -> Answer:
    """`GET /operator/user`."""
    query = call.query()
    most, after = pages.limit(query), query.get("cursor", "0")
    if not _is_id(after):
        raise Invalid("/query/cursor", "This cursor is not one that this service gave out.")
    found = await accounts.some(call.house.db, int(after), most + 1)
    following = str(found[most - 1].user_id) if len(found) > most else None
    return json_answer(200, {"items": [_person(one) for one in found[:most]], "next": following})


async def change_person(call: Call) -> Answer:
    """`PATCH /operator/user/{user_id}`: disabling ends all their sessions, in the same transaction."""
    body: PatchPerson = call.body
    house, user_id = call.house, _user_id(call)
    if user_id == call.user_id and body.disabled:
        raise Conflict("You cannot keep yourself out.")
    if body.disabled:

        async def end_all(tx: Tx, who: int) -> Sequence[str]:
            return await house.sessions.within(tx).end_all(str(who))

        ended = await accounts.disable_id(house.db, user_id, now=house.clock(), then=end_all)
        await house.announce(str(user_id), ended, "disabled")
    else:
        await accounts.enable_id(house.db, user_id, now=house.clock())
    _log.info("somebody was disabled" if body.disabled else "somebody was enabled", user_id=user_id, by=call.user_id)
    account = await accounts.profile(house.db, user_id)
    if account is None:
        raise NotFound
    return json_answer(200, _person(account))


async def reset(call: Call) -> Answer:
    """`POST /operator/user/{user_id}/reset`: a one-time code to set a new password, to be handed over."""
    body: PostReset = call.body
    house, user_id, now = call.house, _user_id(call), call.house.clock()
    code = await resets.create_for(house.db, user_id, now, first=await step_up(call, body.password))
    _log.info("a password reset was made", user_id=user_id, by=call.user_id)
    told = {"code": code, "path": f"/app/reset#{code}", "expires_at": instant(now + resets.HOURS * _DAY // 24)}
    return json_answer(201, told)


async def unused_invites(call: Call) -> Answer:
    """`GET /operator/invite`."""
    found = await invites.unused(call.house.db, call.house.clock())
    names = await accounts.names(call.house.db, [one.created_by for one in found])
    items = [
        {
            "id": one.id,
            "created_by": one.created_by or None,
            "username": names.get(one.created_by),
            "expires_at": instant(one.expires_at),
        }
        for one in found
    ]
    return json_answer(200, {"items": items, "next": None})


async def invite(call: Call) -> Answer:
    """`POST /operator/invite`: a one-time code to sign up with."""
    now = call.house.clock()
    code = await invites.create(call.house.db, call.user_id, now)
    expires = instant(now + invites.DAYS * _DAY)
    told = {"id": invites.id_of(code), "code": code, "path": f"/app/invite#{code}", "expires_at": expires}
    return json_answer(201, told)


async def take_invite_back(call: Call) -> Answer:
    """`DELETE /operator/invite/{id}`."""
    if not await invites.take_back(call.house.db, call.path["id"], call.house.clock()):
        raise NotFound("There is no such invitation, or it was used.")
    return Answer(204)


async def spending(call: Call) -> Answer:
    """`GET /operator/spending`: what each day cost, as far as receipts told a price, and what is allowed."""
    text = call.query().get("days", "30")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 90 and len(text) <= 2):
        raise Invalid("/query/days", "days is a number from 1 to 90.")
    since = (call.house.clock() // _DAY - int(text) + 1) * _DAY
    costs = await outbox.costs(call.house.db, since)
    return json_answer(200, {"items": [_cost(cost) for cost in costs], "texts_a_day": call.house.caps.total})


async def events(call: Call) -> Answer:
    """`GET /operator/event`: everybody's security events, newest first."""
    query = call.query()
    most, kind = pages.limit(query), query.get("kind", "")
    if len(kind) > 40:
        raise Invalid("/query/kind", "There is no such kind.")
    rows = await audit.of_everybody(call.house.db, most + 1, pages.before(query), kind=kind)
    names = await accounts.names(call.house.db, [row.user_id for row in rows])
    return json_answer(200, pages.page(rows, [_event(row, names) for row in rows], most))


def _user_id(call: Call) -> int:
    text = call.path["user_id"]
    if not _is_id(text):
        raise NotFound
    return int(text)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= _HIGHEST


def _person(account: Account) -> dict[str, Any]:
    """What an operator needs; how to reach somebody is not shown."""
    return {
        "user_id": account.user_id,
        "username": account.username,
        "operator": account.operator,
        "disabled": account.disabled,
        "phone_verified": account.phone_verified,
        "email_verified": account.email_verified,
        "created_at": instant(account.created_at),
        "signed_in_at": instant_or_none(account.signed_in_at),
    }


def _cost(cost: outbox.Cost) -> dict[str, Any]:
    return {
        "day": datetime.fromtimestamp(cost.day * 86400, UTC).date().isoformat(),
        "channel": cost.channel,
        "sent": cost.sent,
        "priced": cost.priced,
        "amount": f"{cost.amount.normalize():f}" if cost.priced else None,
        "currency": cost.currency or None,
    }


def _event(event: audit.Event, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": instant(event.at),
        "kind": event.kind,
        "user_id": event.user_id or None,
        "username": names.get(event.user_id),
        "session_id": event.session_id or None,
        "address": event.address or None,
        "detail": event.detail or None,
    }
