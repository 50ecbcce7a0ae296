"""Sealed secrets: what opens them, and how they move to a new key."""

from __future__ import annotations

import pytest

from recado.accounts import factors, totp
from recado.accounts.factors import Factors
from recado.accounts.limits import Limits
from recado.accounts.sealing import Sealing
from recado.db import Database
from recado.errors import Unavailable
from tests.accounts.people import NOW

OLD, NEW, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))


def test_what_is_sealed_opens_in_its_place_and_nowhere_else() -> None:
    sealing = Sealing([OLD])
    sealed = sealing.seal("JBSWY3DPEHPK3PXP", "totp:1")
    assert sealing.open(sealed, "totp:1") == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert sealing.seal("JBSWY3DPEHPK3PXP", "totp:1") != sealed
    with pytest.raises(Unavailable):
        sealing.open(sealed, "totp:2")
    with pytest.raises(Unavailable):
        sealing.open(sealed[:-6] + ("AAAA" if sealed[-6:-2] != "AAAA" else "BBBB") + sealed[-2:], "totp:1")


def test_an_earlier_key_still_opens_and_another_does_not() -> None:
    sealed = Sealing([OLD]).seal("secret", "totp:1")
    assert Sealing([NEW, OLD]).open(sealed, "totp:1") == "secret"
    with pytest.raises(Unavailable):
        Sealing([OTHER]).open(sealed, "totp:1")


async def test_after_a_change_of_keys_every_secret_moves_to_the_new_one(db: Database) -> None:
    old, both, new = (Sealing(keys) for keys in ([OLD], [NEW, OLD], [NEW]))
    for user_id in range(1, 251):
        await db.write(totp.start, old, user_id, "JBSWY3DPEHPK3PXP", NOW)
    stranger = Sealing([OTHER])
    await db.write(totp.start, stranger, 251, "JBSWY3DPEHPK3PXP", NOW)

    judge = Factors([NEW, OLD], passwords=None, limits=Limits())  # type: ignore[arg-type]  # no password is looked at
    await factors.reseal(db, judge, NOW)
    assert judge.unreadable == 1
    rows = await db.all("SELECT user_id, secret FROM totp WHERE user_id <= 250")
    assert {new.open(secret, f"totp:{user_id}") for user_id, secret in rows} == {"JBSWY3DPEHPK3PXP"}
    assert both.mark == new.mark != old.mark


def test_sealing_takes_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        Sealing([])
