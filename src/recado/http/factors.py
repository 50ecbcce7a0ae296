"""Routes of one's own second factors. Each change takes a recent proof, is recorded, and is told by text."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

import msgspec

from recado.accounts import accounts, challenges, factor_changes, factors, passkeys, recovery, totp
from recado.accounts.factor_changes import Codes, Doer
from recado.accounts.passkeys import LONGEST_NAME, MOST, Passkey
from recado.db import Tx
from recado.db.ids import is_uuid7
from recado.errors import ChallengeOver, Conflict, Invalid, NotFound
from recado.http.call import Answer, Call, json_answer
from recado.http.factor_form import passkey_shown, required_place, shown
from recado.http.step_up import step_up

Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]


class ConfirmTotp(msgspec.Struct):
    """The body of `POST /me/totp/verify`."""

    code: Annotated[str, msgspec.Meta(max_length=100)]


class NewPasskey(msgspec.Struct):
    """The body of `POST /me/passkey`: what the browser made for the challenge."""

    challenge: Annotated[str, msgspec.Meta(max_length=100)]
    credential: dict[str, Any]
    name: Name = "Passkey"


class PatchPasskey(msgspec.Struct):
    """The body of `PATCH /me/passkey/{id}`."""

    name: Name


async def overview(call: Call) -> Answer:
    """`GET /me/factor`."""
    return json_answer(200, await told(call))


async def told(call: Call) -> dict[str, Any]:
    """Return what the caller has set up, without anything secret."""
    return shown(call, await factors.overview(call.house.db, call.user_id))


async def start_totp(call: Call) -> Answer:
    """`POST /me/totp`: a secret, shown this once, which counts for nothing until a code of it came."""
    house, user_id, now = call.house, call.user_id, call.house.clock()
    confirm, secret = await step_up(call), totp.new_secret()

    async def start(tx: Tx) -> str:
        await confirm(tx)
        if not await totp.start(tx, house.factors.sealing, user_id, secret, now):
            raise Conflict("An authenticator app is set up already: remove it first.")
        account = await accounts.profile(tx, user_id)
        return account.username if account else ""

    username = await house.db.write(start)
    return json_answer(201, {"secret": secret, "address": totp.address(secret, username)})


async def confirm_totp(call: Call) -> Answer:
    """`POST /me/totp/verify`: from now on a code is asked for."""
    body: ConfirmTotp = call.body
    house, doer = call.house, _doer(call)
    confirm = await step_up(call)
    codes = await factor_changes.codes_for(house.db, house.passwords, doer.user_id)

    async def turn_on(tx: Tx) -> tuple[bool, bool]:
        await confirm(tx)
        if not await totp.confirm(tx, house.factors.sealing, doer.user_id, body.code, doer.now):
            raise Invalid("/code", "This code is wrong: check the clock of the device that shows it.")
        return await factor_changes.added(tx, doer, "totp_added", codes, new_id=house.new_id)

    kept, texted = await house.db.write(turn_on)
    return json_answer(200, _with_codes(call, {}, codes, kept=kept, texted=texted))


async def remove_totp(call: Call) -> Answer:
    """`DELETE /me/totp`."""
    house, doer, confirm = call.house, _doer(call), await step_up(call)

    async def remove(tx: Tx) -> bool:
        await confirm(tx)
        if not await totp.remove(tx, doer.user_id):
            raise NotFound("No authenticator app is set up.")
        return await factor_changes.removed(tx, doer, "totp_removed", new_id=house.new_id)

    return await _done(call, remove)


async def start_passkey(call: Call) -> Answer:
    """`POST /me/passkey/challenge`: what the browser makes a passkey with."""
    house, doer, where = call.house, _doer(call), required_place(call)
    confirm = await step_up(call)
    await house.db.write(confirm)
    account = await accounts.profile(house.db, doer.user_id)
    if account is None:
        raise NotFound("This account is gone.")
    mine = await passkeys.mine(house.db, doer.user_id)
    if len(mine) >= MOST:
        raise _too_many()
    token = await challenges.ask(house.db, "passkey", doer.user_id, doer.session_id, doer.now)
    handle = passkeys.handle_of(doer.user_id, account.created_at)
    options = await passkeys.creation(where, token, account.username, handle, mine)
    return json_answer(201, {"challenge": token, "expires_in": challenges.SECONDS, "passkey": options})


async def add_passkey(call: Call) -> Answer:
    """`POST /me/passkey`."""
    body: NewPasskey = call.body
    house, doer, where, name = call.house, _doer(call), required_place(call), _name(body.name)
    confirm = await step_up(call)
    asked = await house.db.write(challenges.attempt, body.challenge, "passkey", doer.now)
    if asked is None or (asked.user_id, asked.bound) != (doer.user_id, doer.session_id):
        raise ChallengeOver
    made = await passkeys.made(
        where, body.challenge, body.credential, user_id=doer.user_id, id=house.new_id(), name=name, now=doer.now
    )
    if made is None:
        raise Invalid("/credential", "This is no passkey for what was asked.")
    codes = await factor_changes.codes_for(house.db, house.passwords, doer.user_id)

    async def keep(tx: Tx) -> tuple[bool, bool]:
        await confirm(tx)
        if not await challenges.use(tx, body.challenge):
            raise ChallengeOver
        if await passkeys.count(tx, doer.user_id) >= MOST:
            raise _too_many()
        if not await passkeys.add(tx, made):
            raise Conflict("This passkey is known already.")
        return await factor_changes.added(tx, doer, "passkey_added", codes, detail=name, new_id=house.new_id)

    kept, texted = await house.db.write(keep)
    members = {"passkey": passkey_shown(made)}
    return json_answer(201, _with_codes(call, members, codes, kept=kept, texted=texted))


async def rename_passkey(call: Call) -> Answer:
    """`PATCH /me/passkey/{id}`."""
    body: PatchPasskey = call.body
    named: Passkey | None = await call.house.db.write(passkeys.rename, call.user_id, _id(call), _name(body.name))
    if named is None:
        raise _unknown()
    return json_answer(200, passkey_shown(named))


async def remove_passkey(call: Call) -> Answer:
    """`DELETE /me/passkey/{id}`."""
    house, doer, id_ = call.house, _doer(call), _id(call)
    confirm = await step_up(call)

    async def remove(tx: Tx) -> bool:
        await confirm(tx)
        name = await passkeys.remove(tx, doer.user_id, id_)
        if name is None:
            raise _unknown()
        return await factor_changes.removed(tx, doer, "passkey_removed", detail=name, new_id=house.new_id)

    return await _done(call, remove)


async def renew_codes(call: Call) -> Answer:
    """`POST /me/recovery-code`: ten new ones, shown this once; the earlier ones are void."""
    house, doer, confirm = call.house, _doer(call), await step_up(call)
    await house.db.write(confirm)
    codes = await factor_changes.fresh_codes(house.passwords)

    async def renew(tx: Tx) -> bool:
        await confirm(tx)
        if not await factors.are_on(tx, doer.user_id):
            raise Conflict("Set up an authenticator app or a passkey first.")
        recovery.replace(tx, doer.user_id, codes.hashes)
        return await factor_changes.note(tx, doer, "recovery_codes_made", new_id=house.new_id)

    texted = await house.db.write(renew)
    return json_answer(201, _with_codes(call, {}, codes, kept=True, texted=texted))


def _with_codes(call: Call, members: dict[str, Any], codes: Codes, *, kept: bool, texted: bool) -> dict[str, Any]:
    """Return an answer with the new recovery codes, None where the earlier ones stay good."""
    if texted:
        call.house.wake()
    return {**members, "recovery_codes": codes.shown if kept else None}


async def _done(call: Call, deed: Any) -> Answer:
    if await call.house.db.write(deed):
        call.house.wake()
    return Answer(204)


def _doer(call: Call) -> Doer:
    house = call.house
    here = call.session.sid if call.session else ""
    return Doer(call.user_id, here, house.guard.client_address(call.scope), house.clock())


def _id(call: Call) -> str:
    if not is_uuid7(call.path["id"]):
        raise _unknown()
    return call.path["id"]


def _name(given: str) -> str:
    """Return a name as it is kept. Raises `Invalid`."""
    name = given.strip()
    if not name or any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in name):
        raise Invalid("/name", "Give it a name, without line breaks and invisible characters.")
    return name


def _unknown() -> NotFound:
    return NotFound("There is no such passkey.")


def _too_many() -> Conflict:
    return Conflict(f"You have {MOST} passkeys: remove one first.")
