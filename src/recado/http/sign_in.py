"""Signing in: by password, by a second factor after it, by a passkey alone; and proving it once more later."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import structlog

from recado.accounts import accounts, audit, factor_changes, factors, proofs, sign_ins
from recado.accounts.accounts import Proven
from recado.accounts.challenges import SECONDS
from recado.accounts.factor_changes import Doer
from recado.accounts.factors import Given
from recado.accounts.sign_ins import SignIn
from recado.db import Tx
from recado.errors import BadCredentials, FactorRequired, TooMany, Unavailable
from recado.http.call import Answer, Call, json_answer
from recado.http.factor_form import given, place, required_place
from recado.http.reading import WrongShape
from recado.http.sessions import MAX_AGENT, MAX_DEVICE, handed_out
from recado.metrics.counts import LoginFailure, SessionKind
from revocable import Device, TokenPair

_log = structlog.get_logger()
Code = Annotated[str, msgspec.Meta(max_length=100)]


class Login(msgspec.Struct):
    """The body of `POST /login`."""

    username: str
    password: str
    device: Annotated[str, msgspec.Meta(max_length=MAX_DEVICE)] = ""
    cookie: bool = False


class LoginFactor(msgspec.Struct):
    """The body of `POST /login/factor`: a challenge, and one answer to it."""

    challenge: Code
    passkey: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    totp: Code | msgspec.UnsetType = msgspec.UNSET
    recovery: Code | msgspec.UnsetType = msgspec.UNSET
    device: Annotated[str, msgspec.Meta(max_length=MAX_DEVICE)] = ""
    cookie: bool = False


class Proof(msgspec.Struct):
    """The body of `POST /session/proof`: the password, or a challenge and one answer to it."""

    password: str | msgspec.UnsetType = msgspec.UNSET
    challenge: Code | msgspec.UnsetType = msgspec.UNSET
    passkey: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    totp: Code | msgspec.UnsetType = msgspec.UNSET
    recovery: Code | msgspec.UnsetType = msgspec.UNSET


class _Needed(Exception):
    """The password alone does not let this person in."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a new session is opened with."""

    device: Device
    kind: SessionKind
    cookie: bool


async def login(call: Call) -> Answer:
    """`POST /login`: by password. With a second factor on, 401 with a challenge."""
    body: Login = call.body
    house = call.house
    opening = _opening(call, body.device, cookie=body.cookie)
    address, now = opening.device.ip, house.clock()
    with _noting_failures(call, address):
        proven = await accounts.authenticate(
            house.db, house.passwords, house.limits, body.username, body.password, address=address, now=now
        )

    async def enter(tx: Tx) -> tuple[TokenPair, bool]:
        await accounts.still_valid(tx, proven)
        if await factors.are_on(tx, proven.account.user_id):
            raise _Needed
        return await _open(call, tx, proven, opening, factor=None)

    try:
        pair, texted = await house.db.write(enter)
    except _Needed:
        raise await _demanded(call, "login", proven, now=now) from None
    return _entered(call, proven, pair, opening, texted=texted)


async def login_factor(call: Call) -> Answer:
    """`POST /login/factor`: by a second factor after the password, or by a passkey alone."""
    body: LoginFactor = call.body
    house = call.house
    answer = given(call, body.challenge, passkey=body.passkey, totp=body.totp, recovery=body.recovery)
    opening = _opening(call, body.device, cookie=body.cookie)

    async def enter(tx: Tx, proven: Proven) -> tuple[Proven, TokenPair, bool]:
        await accounts.still_valid(tx, proven)
        return proven, *await _open(call, tx, proven, opening, factor=answer)

    with _noting_failures(call, opening.device.ip):
        proven, pair, texted = await house.factors.redeem(house.db, "login", answer, now=house.clock(), then=enter)
    return _entered(call, proven, pair, opening, texted=texted)


async def challenge(call: Call) -> Answer:
    """`POST /login/challenge`: for a passkey alone. Nothing is stored."""
    token, options = await call.house.factors.offer(required_place(call), call.house.clock())
    return json_answer(200, {"challenge": token, "expires_in": SECONDS, "passkey": options})


async def prove(call: Call) -> Answer:
    """`POST /session/proof`: that it is them, once more; good for ten minutes on this device."""
    body: Proof = call.body
    house, user_id, now = call.house, call.user_id, call.house.clock()
    here, address = call.session.sid if call.session else "", house.guard.client_address(call.scope)
    if body.challenge is not msgspec.UNSET:
        answer = given(call, body.challenge, passkey=body.passkey, totp=body.totp, recovery=body.recovery)

        async def note(tx: Tx, _proven: Proven) -> bool:
            return await _noted(call, tx, Doer(user_id, here, answer.address, now), answer)

        if await house.factors.redeem(house.db, "proof", answer, here=here, user_id=user_id, now=now, then=note):
            house.wake()
        return Answer(204)
    if body.password is msgspec.UNSET:
        raise WrongShape("/password", "Give the password, or a challenge and one answer to it.")
    proven = await accounts.prove(
        house.db, house.passwords, house.limits, user_id, password=body.password, address=address, now=now
    )
    if await factors.are_on(house.db, user_id):
        raise await _demanded(call, "proof", proven, here=here, now=now)
    await house.db.write(_noted_by_password, Doer(user_id, here, address, now))
    return Answer(204)


async def _noted(call: Call, tx: Tx, doer: Doer, answer: Given) -> bool:
    _put_proof(tx, doer, answer.kind)
    return await _spent(call, tx, doer, answer)


async def _noted_by_password(tx: Tx, doer: Doer) -> None:
    _put_proof(tx, doer, "password")


def _put_proof(tx: Tx, doer: Doer, how: str) -> None:
    proofs.put(tx, doer.user_id, doer.session_id, factor=how != "password", now=doer.now)
    event = audit.new(doer.user_id, doer.now, "proven", session_id=doer.session_id, address=doer.address, detail=how)
    audit.put(tx, event)


async def _demanded(call: Call, purpose: Any, proven: Proven, *, here: str = "", now: int) -> FactorRequired:
    house = call.house
    return await house.factors.demand(house.db, purpose, proven, place(call), here=here, now=now)


def _opening(call: Call, device: str, *, cookie: bool) -> _Opening:
    """Return what a session is opened with. Raises `CrossSite` for cookies that another page asks for."""
    guard = call.house.guard
    if cookie:
        guard.require_same_origin(call.scope)
    agent = (call.header(b"user-agent") or "")[:MAX_AGENT]
    return _Opening(Device(device, agent, guard.client_address(call.scope)), _kind(cookie, agent), cookie)


async def _open(
    call: Call, tx: Tx, proven: Proven, opening: _Opening, *, factor: Given | None
) -> tuple[TokenPair, bool]:
    """Open the session and record the sign-in; return its tokens, and whether somebody is texted."""
    house, user_id, device = call.house, proven.account.user_id, opening.device
    pair = await house.sessions.within(tx).open(str(user_id), kind=opening.kind, device=device)
    proofs.put(tx, user_id, pair.session_id, factor=factor is not None, now=proven.at)
    sign_in = SignIn(pair.session_id, opening.kind, device.device, device.user_agent, device.ip)
    texted = await sign_ins.record(
        tx, proven.account, sign_in, address=house.public_url, new_id=house.new_id, now=proven.at
    )
    if factor is not None:
        doer = Doer(user_id, pair.session_id, device.ip, proven.at)
        texted = await _spent(call, tx, doer, factor) or texted
    return pair, texted


async def _spent(call: Call, tx: Tx, doer: Doer, factor: Given) -> bool:
    """Tell the owner of a recovery code that it is used up; True if they are texted."""
    if factor.kind != "recovery":
        return False
    return await factor_changes.note(tx, doer, "recovery_code_used", new_id=call.house.new_id)


def _entered(call: Call, proven: Proven, pair: TokenPair, opening: _Opening, *, texted: bool) -> Answer:
    call.house.counts.opened(opening.kind)
    user_id = proven.account.user_id
    _log.info("signed in", user_id=user_id, session_id=pair.session_id, address=opening.device.ip)
    if texted:
        call.house.wake()
    return handed_out(call, pair, 200, cookie=opening.cookie)


@contextmanager
def _noting_failures(call: Call, address: str) -> Generator[None]:
    """Count a sign-in that failed, and say where it came from. The name stays out: it may be a password by mistake."""
    try:
        yield
    except (BadCredentials, TooMany, Unavailable) as error:
        reason: LoginFailure = "busy"
        if isinstance(error, BadCredentials | TooMany):
            reason = "limited" if isinstance(error, TooMany) else "credentials"
            _log.info("a sign-in failed", reason=reason, address=address)
        call.house.counts.login_failed(reason)
        raise


def _kind(cookie: bool, user_agent: str) -> SessionKind:
    if cookie:
        return "browser"
    return "cli" if user_agent.startswith("recado-cli/") else "app"
