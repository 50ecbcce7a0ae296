"""Codes of authenticator apps, with the clock in hand."""

from __future__ import annotations

import pytest
from pyotp.totp import TOTP

from recado.accounts import totp
from recado.accounts.sealing import Sealing
from recado.db import Database, Tx

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The ASCII secret `12345678901234567890` of RFC 6238, appendix B, in base32."""
SEALING = Sealing([b"k" * 32])
SECOND = 1_000_000


@pytest.fixture
async def app(db: Database) -> Database:
    """A database in which user 1 has set an app up, in the first minutes of 1970."""

    async def set_up(tx: Tx) -> None:
        assert await totp.start(tx, SEALING, 1, SECRET, 0)
        assert await totp.confirm(tx, SEALING, 1, TOTP(SECRET).generate_otp(2), 60 * SECOND)

    await db.write(set_up)
    return db


async def works(db: Database, code: str, second: int, user_id: int = 1) -> bool:
    spend = await totp.judge(db, SEALING, user_id, code, second * SECOND)
    return spend is not None and await db.write(spend)


@pytest.mark.parametrize(("second", "code"), [(1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")])
async def test_the_codes_of_the_standard_are_right(app: Database, second: int, code: str) -> None:
    assert not await works(app, code[::-1], second)
    assert await works(app, f"{code[:3]} {code[3:]}", second)


async def test_a_code_is_good_in_its_half_minute_and_the_ones_beside_it(app: Database) -> None:
    now = 3000
    codes = {step: TOTP(SECRET).generate_otp(now // 30 + step) for step in (-2, -1, 0, 1, 2)}
    assert [step for step in codes if await totp.judge(app, SEALING, 1, codes[step], now * SECOND)] == [-1, 0, 1]


async def test_a_code_that_was_used_and_every_earlier_one_are_used_up(app: Database) -> None:
    earlier, now = TOTP(SECRET).generate_otp(99), TOTP(SECRET).generate_otp(100)
    assert await works(app, now, 3000)
    assert not await works(app, now, 3000)
    assert not await works(app, earlier, 3000)
    assert await works(app, TOTP(SECRET).generate_otp(101), 3000)


async def test_of_two_that_were_judged_at_the_same_moment_one_is_used(app: Database) -> None:
    code = TOTP(SECRET).generate_otp(100)
    first, second = [await totp.judge(app, SEALING, 1, code, 3000 * SECOND) for _ in range(2)]
    assert first
    assert second
    assert [await app.write(first), await app.write(second)] == [True, False]


async def test_nobody_and_a_secret_that_was_never_proven_have_no_codes(app: Database) -> None:
    code = TOTP(SECRET).generate_otp(100)
    assert not await works(app, code, 3000, user_id=2)
    await app.write(totp.start, SEALING, 2, SECRET, 0)
    assert not await works(app, code, 3000, user_id=2)
    assert not await app.write(totp.start, SEALING, 1, SECRET, 0)  # what is set up is not replaced
    await app.write(totp.purge, 86_400 * SECOND)
    assert await totp.find(app, 1)
    assert not await app.write(totp.confirm, SEALING, 2, code, 3000 * SECOND)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "abcdef", "\ud800", "000000\0"])
async def test_what_is_no_code_is_wrong_and_breaks_nothing(app: Database, typed: str) -> None:
    assert not await works(app, typed, 3000)
