"""The limits on attempts to prove a password. Only failures count.

Each attempt is counted before the password is looked at and given back when it was right, so a hundred parallel guesses
get no further than five in a row. Failures per account, and per account and address, are rows that survive a restart;
names that nobody has count like others. Failures per address are counted in memory or in Redis.

An address from which the account signed in before is a known device's: there only its own failures count, so nobody can
lock somebody out by guessing from elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recado.accounts import allowances
from recado.accounts.addresses import AddressCount, network_of
from recado.accounts.allowances import Rate
from recado.accounts.turns import Turns
from recado.db import Database, Tx
from recado.errors import Invalid, TooMany, Unavailable

if TYPE_CHECKING:
    from limits.aio.storage import Storage
    from limits.aio.strategies import FixedWindowRateLimiter

_DETAIL = "Too many failed attempts. Try again later."
_SIGN_UPS = Rate(20, 3600)
_PAIR, _ACCOUNT, _ADDRESS = Rate(5, 15 * 60), Rate(20, 5 * 3600), Rate(100, 15 * 60)
# Nothing is counted for who still waits for a turn, so many right passwords at once don't use the allowance up.
_AT_ONCE_PER_PAIR, _AT_ONCE_PER_ADDRESS, _WAITING = 2, 16, 128


@dataclass(frozen=True, slots=True)
class Rules:
    """How many failures are allowed: for one account from one address, for one account, and for one address.

    And how many may sign up from one address, or try to.
    """

    pair: Rate = _PAIR
    account: Rate = _ACCOUNT
    address: Rate = _ADDRESS
    sign_ups: Rate = _SIGN_UPS


@dataclass(slots=True)
class Attempt:
    """One attempt; set `right` when the password was."""

    right: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an attempt has used: two rows, and where its address was counted. A known device uses the first only."""

    pair: str
    account: str | None
    network: str
    counter: FixedWindowRateLimiter | None = None


class Limits:
    """The limits of one process. What it keeps in SQL, and in `storage` if there is one, all processes share."""

    def __init__(self, storage: Storage | None = None, rules: Rules | None = None) -> None:
        """`storage` is an asynchronous one of the library limits; without it, addresses are counted in memory."""
        self._rules = rules or Rules()
        self._addresses = AddressCount(self._rules.address.burst, self._rules.address.seconds, storage)
        rate = self._rules.sign_ups
        self._sign_ups = AddressCount(rate.burst, rate.seconds, storage, "sign-up")
        self._pairs = Turns(_AT_ONCE_PER_PAIR, _WAITING)
        self._networks = Turns(_AT_ONCE_PER_ADDRESS, _WAITING)

    @property
    def storage_failing(self) -> bool:
        """Whether the shared storage did not answer when it was last asked, so that each process counts alone."""
        return self._addresses.failing

    @asynccontextmanager
    async def sign_up(self, address: str) -> AsyncGenerator[None, None]:
        """Count somebody who signs up, for the length of the block; what they only mistyped does not count.

        Raises `TooMany`.
        """
        network = network_of(address)
        counter = await self._sign_ups.take(network, "Too many people sign up from here. Try again later.")
        try:
            yield
        except (Invalid, Unavailable):
            await self._sign_ups.give_back(counter, network)
            raise

    @asynccontextmanager
    async def strangers(self, address: str) -> AsyncGenerator[Attempt, None]:
        """Count an attempt of somebody who says no name, for its address alone. Raises `TooMany`."""
        network, attempt = network_of(address), Attempt()
        counter = await self._addresses.take(network, _DETAIL)
        try:
            yield attempt
        except Unavailable:
            await self._addresses.give_back(counter, network)
            raise
        if attempt.right:
            await self._addresses.give_back(counter, network)

    @asynccontextmanager
    async def attempt(
        self, db: Database, name_key: str, address: str, *, known: bool, now: int
    ) -> AsyncGenerator[Attempt, None]:
        """Count an attempt at the account of `name_key`, for the length of the block in which it is judged.

        Raises `TooMany` before the block, and `Unavailable` when too many wait at once.
        """
        network = network_of(address)
        pair = allowances.key("pair", name_key, network)
        async with self._pairs.turn(pair), self._networks.turn(network):
            taken = await self._take(db, _Taken(pair, None if known else account_key(name_key), network), now)
            attempt = Attempt()
            try:
                yield attempt
            except Unavailable:  # nobody has looked at the password
                await self._give_back(db, taken, right=False)
                raise
            if attempt.right:
                await self._give_back(db, taken, right=True)

    async def _take(self, db: Database, wanted: _Taken, now: int) -> _Taken:
        counter = await self._addresses.take(wanted.network, _DETAIL) if wanted.account else None
        try:
            await db.write(self._take_rows, wanted, now)
        except (TooMany, Unavailable):
            if counter:
                await self._addresses.give_back(counter, wanted.network)
            raise
        return replace(wanted, counter=counter)

    async def _take_rows(self, tx: Tx, wanted: _Taken, now: int) -> None:
        if wanted.account:
            await allowances.take(tx, wanted.account, self._rules.account, now, _DETAIL)
        await allowances.take(tx, wanted.pair, self._rules.pair, now, _DETAIL)

    async def _give_back(self, db: Database, taken: _Taken, *, right: bool) -> None:
        await db.write(self._give_back_rows, taken, right=right)
        if taken.counter:
            await self._addresses.give_back(taken.counter, taken.network)

    async def _give_back_rows(self, tx: Tx, taken: _Taken, *, right: bool) -> None:
        if taken.account:
            allowances.give_back(tx, taken.account, self._rules.account)
        if right:
            allowances.forget(tx, taken.pair)
        else:
            allowances.give_back(tx, taken.pair, self._rules.pair)


def account_key(name_key: str) -> str:
    """Return the key under which failures for an account are counted, wherever they come from."""
    return allowances.key("account", name_key)
