"""Second factors: an authenticator app, passkeys, and recovery codes for when those are lost.

Whoever has set up an app or a passkey needs one to sign in. A password that is right then gives a challenge
(`demand`), and an answer to it lets in (`redeem`). A passkey also lets in alone, by a challenge that anybody may have
(`offer`). Failures count for the account as those of a password do, and apart from them: a right password does not
forgive wrong codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from recado.accounts import audit, challenges, passkeys, proofs, recovery, register, sign_ins, totp, usernames
from recado.accounts.challenges import SECONDS, Purpose
from recado.accounts.limits import Limits
from recado.accounts.login import Proven, hold
from recado.accounts.passkeys import Passkey, Place
from recado.accounts.passwords import Passwords
from recado.accounts.register import Account
from recado.accounts.sealing import Sealing
from recado.accounts.totp import App, Spend
from recado.db import Database, Reader, Tx
from recado.db.ids import uuid7
from recado.errors import BadCredentials, ChallengeOver, FactorRequired, FactorWrong, NotFound, Refused

T = TypeVar("T")
Kind = Literal["passkey", "totp", "recovery"]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to a challenge: a code, or what an authenticator has signed; and from where it comes."""

    challenge: str = field(repr=False)
    kind: Kind
    value: str | Mapping[str, Any] = field(repr=False)
    address: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What somebody has set up, without anything secret."""

    app: App | None
    passkeys: Sequence[Passkey]
    recovery_codes: int


class Factors:
    """Judges factors. `keys` as in `Phones`."""

    def __init__(self, keys: Sequence[bytes], passwords: Passwords, limits: Limits) -> None:
        self.sealing = Sealing(keys)
        self.unreadable = 0
        """How many apps are sealed under keys that are not here, as far as is known."""
        self._keys, self._passwords, self._limits = tuple(keys), passwords, limits

    async def demand(
        self, db: Database, purpose: Purpose, proven: Proven, place: Place | None, *, here: str = "", now: int
    ) -> FactorRequired:
        """Return what to raise for somebody whose password is right, and who has to show a factor as well.

        `here` is the session of somebody who is signed in.
        """
        account = proven.account
        token = await challenges.ask(db, purpose, account.user_id, _bound(proven.password_hash, here), now)
        mine = await passkeys.mine(db, account.user_id)
        usable = [one for one in mine if place is not None and one.rp_id == place.rp_id]
        options = await passkeys.request(place, token, usable) if place is not None and usable else None
        kinds = [
            *(["passkey"] if usable else []),
            *(["totp"] if await totp.find(db, account.user_id) else []),
            *(["recovery"] if await recovery.left(db, account.user_id) else []),
        ]
        return FactorRequired(token, SECONDS, kinds, options)

    async def offer(self, place: Place, now: int) -> tuple[str, Any]:
        """Return a challenge for who signs in with a passkey alone, and the options to ask for one with."""
        token = challenges.sign(self._keys[0], now)
        return token, await passkeys.request(place, token)

    async def redeem(
        self,
        db: Database,
        purpose: Purpose,
        given: Given,
        *,
        here: str = "",
        user_id: int | None = None,
        now: int,
        then: Callable[[Tx, Proven], Awaitable[T]],
    ) -> T:
        """Judge an answer; if it is right, use the challenge and the factor up and return `then(tx, proven)`.

        All in one transaction, which holds the account first, as everything does that changes who may come in.
        With a `user_id` only that user's counts. Raises `FactorWrong` or `BadCredentials` (counted and recorded),
        `ChallengeOver`, `TooMany` or `Unavailable`.
        """
        end = challenges.until(self._keys, given.challenge, now)
        if end is not None:
            return await self._alone(db, given, end, user_id=user_id, now=now, then=then)
        asked = await db.write(challenges.attempt, given.challenge, purpose, now)
        found = await register.by_id(db, asked.user_id) if asked else None
        if asked is None or found is None or asked.bound != _bound(found.password_hash, here):
            raise ChallengeOver
        proven, account = Proven(found.account, found.password_hash, now), found.account
        known = bool(here) or await audit.signed_in_from(db, account.user_id, given.address, now)
        async with self._limits.attempt(db, limit_name(account), given.address, known=known, now=now) as attempt:
            spend = await self._judge(db, account, given, now)
            if spend is not None:
                result = await db.write(self._used, given.challenge, spend, proven, then)
                attempt.right = True
                return result
        await _record_failure(db, account.user_id, given, now)
        raise FactorWrong

    async def _used(
        self, tx: Tx, token: str, spend: Spend, proven: Proven, then: Callable[[Tx, Proven], Awaitable[T]]
    ) -> T:
        await hold(tx, proven.account.user_id, proven)
        if not await challenges.use(tx, token):
            raise ChallengeOver
        if not await spend(tx):
            raise FactorWrong
        return await then(tx, proven)

    async def _judge(self, db: Database, account: Account, given: Given, now: int) -> Spend | None:
        if isinstance(given.value, str):
            if given.kind == "totp":
                return await totp.judge(db, self.sealing, account.user_id, given.value, now)
            return await recovery.judge(db, self._passwords, account.user_id, given.value)
        if given.place is None:
            return None
        shown = await passkeys.judge(db, given.place, given.challenge, given.value, user_id=account.user_id, now=now)
        return shown.spend if shown else None

    async def _alone(
        self,
        db: Database,
        given: Given,
        end: int,
        *,
        user_id: int | None,
        now: int,
        then: Callable[[Tx, Proven], Awaitable[T]],
    ) -> T:
        """Let somebody in who says no name: the passkey tells who it is."""
        async with self._limits.strangers(given.address) as attempt:
            shown = None
            if not isinstance(given.value, str) and given.place is not None:
                shown = await passkeys.judge(db, given.place, given.challenge, given.value, user_id=user_id, now=now)
            found = await register.by_id(db, shown.user_id) if shown else None
            if shown is not None and found is not None and _is_of(found.account, given):
                proven = Proven(found.account, found.password_hash, now)

                async def use(tx: Tx) -> T:
                    await hold(tx, shown.user_id, proven)
                    if not await challenges.spend(tx, given.challenge, shown.user_id, end):
                        raise ChallengeOver
                    if not await shown.spend(tx):
                        raise BadCredentials
                    return await then(tx, proven)

                result = await db.write(use)
                attempt.right = True
                return result
        await _record_failure(db, shown.user_id if shown else audit.NOBODY, given, now, kind="login_failed")
        raise BadCredentials


async def are_on(reader: Reader, user_id: int) -> bool:
    """Tell whether somebody needs a second factor."""
    return await totp.find(reader, user_id) is not None or await passkeys.count(reader, user_id) > 0


async def overview(reader: Reader, user_id: int) -> Overview:
    """Return what somebody has set up."""
    return Overview(
        await totp.find(reader, user_id), await passkeys.mine(reader, user_id), await recovery.left(reader, user_id)
    )


def limit_name(account: Account) -> str:
    """Return the name under which failures of an account's factors count. No user name has a colon."""
    return f"factor:{usernames.lookup_key(account.username)}"


def erase(tx: Tx, user_id: int) -> None:
    """Delete everything of a user's factors."""
    for room in (totp, passkeys, recovery, challenges, proofs):
        room.erase(tx, user_id)


def erase_rest(tx: Tx, user_id: int) -> None:
    """Drop what is of no use without a factor."""
    recovery.erase(tx, user_id)
    challenges.erase(tx, user_id)


async def reset(db: Database, username: str, now: int) -> bool:
    """Take all factors of a user away, for the operator; False when there were none. Raises `NotFound`."""
    found = await register.by_name(db, usernames.lookup_key(username))
    if found is None:
        raise NotFound(f"There is no user {username!r}.")
    user_id = found.account.user_id

    async def store(tx: Tx) -> bool:
        were_on = await are_on(tx, user_id)
        erase(tx, user_id)
        if were_on:
            audit.put(tx, audit.new(user_id, now, "factors_reset"))
            await sign_ins.tell_of_factor(
                tx, found.account, "factors_reset", new_id=lambda: uuid7(lambda: now), now=now
            )
        return were_on

    return await db.write(store)


async def reseal(db: Database, factors: Factors, _now: int) -> None:
    """Seal what earlier keys have sealed under today's, and count what no key here opens."""
    after, unreadable = 0, 0
    while (done := await db.write(totp.reseal, factors.sealing, after)) is not None:
        after, without_key = done
        unreadable += without_key
    factors.unreadable = unreadable


def no_passkeys() -> Refused:
    """Return what to raise where the address lets no browser use passkeys."""
    return Refused("Passkeys need https or localhost, and a host name: open the service by such an address.")


async def _record_failure(db: Database, user_id: int, given: Given, now: int, kind: str = "factor_failed") -> None:
    event = audit.new(user_id, now, kind, address=given.address, detail=given.kind)
    await db.write(audit.record, event)


def _is_of(account: Account, given: Given) -> bool:
    """Tell whether the authenticator meant this account, or did not say (WebAuthn, 7.2, step 6)."""
    if isinstance(given.value, str) or account.disabled:
        return False
    handle = passkeys.handle_in(given.value)
    return handle == passkeys.shown_handle(account.user_id, account.created_at)


def _bound(password_hash: str, here: str) -> str:
    """Return what a challenge hangs on: the password as it was, and the device."""
    return f"{hashlib.sha256(password_hash.encode()).hexdigest()}:{here}"
