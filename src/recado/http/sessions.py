"""Routes of tokens and sessions: refresh, sign out, and the devices of a user. Signing in is `sign_in`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import structlog

from recado.accounts import accounts, audit, sign_ins
from recado.db import Tx
from recado.db.ids import is_uuid7
from recado.errors import NotFound
from recado.http.call import Answer, Call, Headers, json_answer
from recado.http.instants import instant
from recado.http.reading import WrongShape
from recado.metrics.counts import Refresh as Outcome
from revocable import (
    Claims,
    SessionEnded,
    SessionRecord,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenPair,
    TokenReused,
)

_GOODBYE = msgspec.json.encode("Successfully logged out")
MAX_DEVICE, MAX_AGENT = 100, 300
_log = structlog.get_logger()


class Refresh(msgspec.Struct):
    """The body of `POST /token/refresh`; without a body the cookie counts."""

    refresh_token: str


class Logout(msgspec.Struct):
    """The body of `POST /logout`, which may also come without one."""

    refresh_token: str | None = None
    access_token: str | None = None


class RefreshTokenExpired(TokenExpired):
    """The refresh token was good once; now the person has to sign in again."""


async def refresh(call: Call) -> Answer:
    """`POST /token/refresh`. A losing request never clears cookies: another tab may have won."""
    body: Refresh | None = call.body
    token = body.refresh_token if body else call.house.guard.refresh_cookie(call.scope)
    if not token:
        raise TokenMissing("neither a body nor a cookie")
    counts = call.house.counts
    try:
        pair = await call.house.sessions.refresh(token, end_reused=partial(_end_reused, call))
    except TokenExpired as expired:
        counts.refreshed("expired")
        raise RefreshTokenExpired(str(expired)) from expired
    except Exception as error:
        counts.refreshed(_refused(error))
        raise
    counts.refreshed("done")
    return handed_out(call, pair, 201, cookie=body is None)


async def logout(call: Call) -> Answer:
    """`POST /logout`: any good token of the session ends it, however it comes."""
    claims = _claims(call)
    await end_session(call, claims.sub, claims.sid, kind="logout")
    headers = [*call.house.guard.clear_cookies(call.scope), (b"clear-site-data", b'"cache"')]
    return Answer(200, _GOODBYE, headers)


async def listing(call: Call) -> Answer:
    """`GET /session`."""
    records = await call.house.sessions.list(str(call.user_id))
    current = call.session.sid if call.session else ""
    return json_answer(200, {"items": [_show(record, current) for record in records], "next": None})


async def end(call: Call) -> Answer:
    """`DELETE /session/{id}`."""
    sid = call.path["id"]
    if not is_uuid7(sid) or not await end_session(call, str(call.user_id), sid, kind="session_ended"):
        raise NotFound("There is no such session, or it has ended already.")
    return Answer(204)


async def end_others(call: Call) -> Answer:
    """`DELETE /session`: all others; with `?current=true` this one too."""
    current = call.query().get("current", "false")
    if current not in ("true", "false"):
        raise WrongShape("/query/current", "current is true or false.")
    keep = call.session.sid if call.session and current == "false" else ""
    await end_session(call, str(call.user_id), kind="session_ended", keep=keep)
    return Answer(204)


async def end_session(
    call: Call, sub: str, sid: str = "", *, kind: str, keep: str = "", detail: str = ""
) -> Sequence[str]:
    """End a session, or all but one, with a security event for each, in one transaction; return those that ended."""
    house, now = call.house, call.house.clock()
    address = house.guard.client_address(call.scope)

    async def store(tx: Tx) -> Sequence[str]:
        sessions = house.sessions.within(tx)
        ended = [sid] * await sessions.end(sub, sid) if sid else await sessions.end_others(sub, keep)
        for one in ended:
            audit.put(tx, audit.new(int(sub), now, kind, session_id=one, address=address, detail=detail))
        return ended

    ended = await house.db.write(store)
    await house.announce(sub, ended, "logout" if kind == "logout" else "ended")
    return ended


def _refused(error: Exception) -> Outcome:
    if isinstance(error, TokenInvalid):
        return "invalid"
    if isinstance(error, SessionEnded):
        return "reused" if isinstance(error, TokenReused) else "ended"
    return "unavailable"


def handed_out(call: Call, pair: TokenPair, status: int, *, cookie: bool) -> Answer:
    """Return the pair in the body, or, for a browser, in `HttpOnly` cookies only."""
    body: dict[str, Any] = {"expires_in": pair.expires_in, "session_id": pair.session_id}
    headers: Headers = []
    if cookie:
        headers = call.house.guard.set_cookies(call.scope, pair)
    else:
        body |= {"access_token": pair.access_token, "refresh_token": pair.refresh_token, "token_type": "Bearer"}
    return json_answer(status, body, headers)


def _claims(call: Call) -> Claims:
    """Return the claims of the first good token of a sign-out: header, body, then cookies."""
    error: Exception = TokenMissing("no token was sent")
    for token in _tokens(call):
        try:
            return call.house.sessions.read_either(token)
        except (TokenInvalid, TokenExpired) as refused:
            error = refused
    raise error


def _tokens(call: Call) -> Iterator[str]:
    header = call.house.guard.bearer_token(call.scope)
    yield from filter(None, [header, call.body and call.body.access_token, call.body and call.body.refresh_token])
    yield from call.house.guard.cookie_tokens(call.scope)


async def _end_reused(call: Call, sub: str, sid: str) -> None:
    """End the session of a spent token that came again, with its event, and tell its owner if they want to know."""
    house, now = call.house, call.house.clock()
    event = audit.new(int(sub), now, "reuse", session_id=sid, address=house.guard.client_address(call.scope))

    async def store(tx: Tx) -> tuple[list[str], bool]:
        if not await house.sessions.within(tx).end(sub, sid):
            return [], False
        audit.put(tx, event)
        account = await accounts.profile(tx, int(sub))
        return [sid], account is not None and await sign_ins.tell_of_reuse(tx, account, new_id=house.new_id, now=now)

    ended, texted = await house.db.write(store)
    await house.announce(sub, ended, "reuse")
    if ended:
        _log.warning("a spent refresh token came again, so its session was ended", user_id=int(sub), session_id=sid)
    if texted:
        house.wake()


def _show(record: SessionRecord, current: str) -> dict[str, Any]:
    state = record.state
    return {
        "id": state.sid,
        "kind": state.kind,
        "device": record.device.device,
        "user_agent": record.device.user_agent,
        "ip": record.device.ip,
        "created_at": instant(record.created_at),
        "last_seen_at": instant(state.last_seen_at),
        "expires_at": instant(state.expires_at),
        "scopes": state.scopes.split(),
        "current": state.sid == current,
    }
