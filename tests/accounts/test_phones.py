"""Phone numbers, and the codes that prove them."""

from __future__ import annotations

import asyncio
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.accounts import accounts
from recado.accounts.consent import consent
from recado.accounts.digits import code_for
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.phone_numbers import normalise
from recado.accounts.phones import Phones
from recado.db import Database
from recado.errors import Invalid, NotFound, TooMany
from recado.messages import outbox, stops
from tests.accounts.people import DAY, HOME, HOUR, MINUTE, NOW, PASSWORD, kinds, nothing, somebody

KEY, OLD_KEY = b"k" * 32, b"o" * 32
PHONE, ANOTHER = "+351912345678", "+5511987654321"


@pytest.fixture
def phones() -> Phones:
    return Phones([KEY])


async def sent(db: Database, user_id: int) -> list[outbox.Pending]:
    """The texts that wait for delivery to this user, oldest first."""
    waiting = await outbox.waiting(db, 100)
    return sorted((text for text in waiting if text.user_id == user_id), key=lambda text: text.id)


async def may_text(db: Database, user_id: int, phone: str) -> bool:
    """Whether somebody wants a text about what they made at this number."""
    about = outbox.Pending(user_id, "i", "created", phone, "text", None, "queued", 0, 0, 0, 0)
    return phone in (await consent(db, about, open_kinds=["sms"], now=NOW)).ways


async def code_of(db: Database, phones: Phones, user_id: int) -> str:
    """The code as the delivery worker would send it, from the newest text."""
    nonce = (await sent(db, user_id))[-1].nonce
    assert nonce
    return phones.reveal(nonce)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+5511987654321", ANOTHER),
        ("5511987654321", ANOTHER),
        ("005511987654321", ANOTHER),
        (" +55 (11) 98765-4321 ", ANOTHER),
        ("+351 912 345 678", PHONE),
        ("351.912.345.678", PHONE),
        ("+３５１９１２３４５６７８", PHONE),
        ("+1 415-555-0100", "+14155550100"),
    ],
)
def test_a_number_is_kept_in_one_form_however_it_is_written(written: str, number: str) -> None:
    assert normalise(written) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", "123", "912345678", "+999123456789", "+55119876543210000", "+1-800-FLOWERS", "tel:+351912345678"),
        *("+351912345678;ext=5", "+351912345678 x5", "+351\r\n912345678", "+1 900 555 0123", "+44 800 1111 111"),
        *("+351912345678\0", "+0", "\ud800", "9" * 10_000),
    ],
)
def test_what_cannot_get_a_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(text)
    assert refused.value.pointer == "/phone"


@given(st.text(st.sampled_from("+0123456789 ()-./x;"), max_size=25))
def test_every_text_is_refused_or_becomes_a_number_that_stays_as_it_is(text: str) -> None:
    try:
        number = normalise(text)
    except Invalid:
        return
    assert normalise(number) == number
    assert number[0] == "+"
    assert 7 <= len(number[1:]) <= 15


async def test_the_code_from_the_text_verifies_the_number(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana = await somebody(db, passwords)
    assert await phones.start(db, ana.user_id, "351 912 345 678", now=NOW) == PHONE
    waiting = await accounts.profile(db, ana.user_id)
    assert (waiting.phone, waiting.phone_verified, waiting.notify.created) == (PHONE, False, False)
    assert not await may_text(db, ana.user_id, PHONE)
    code = await code_of(db, phones, ana.user_id)
    assert await phones.verify(db, ana.user_id, f" {code[:3]} {code[3:]}", now=NOW + MINUTE) == PHONE
    done = await accounts.profile(db, ana.user_id)
    assert (done.phone, done.phone_verified, done.notify.created) == (PHONE, True, True)
    assert await may_text(db, ana.user_id, PHONE)
    assert not await may_text(db, ana.user_id, ANOTHER)
    await accounts.update_settings(db, ana.user_id, accounts.SettingsChange(created=False), now=NOW)
    assert not await may_text(db, ana.user_id, PHONE)
    assert await kinds(db, ana.user_id) == ["phone_verified"]
    with pytest.raises(Invalid):
        await phones.verify(db, ana.user_id, code, now=NOW + MINUTE)


async def test_the_database_holds_no_code(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana = await somebody(db, passwords)
    await accounts.update_settings(db, ana.user_id, accounts.SettingsChange(locale="pt-BR"), now=NOW)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    [text] = await sent(db, ana.user_id)
    assert (text.kind, text.recipient) == ("phone_code", PHONE)
    assert "{code}" in text.text
    assert "código" in text.text
    code = await code_of(db, phones, ana.user_id)
    for table in ("message", "phone_verification", "allowance", "security_event", "account"):
        assert code not in str([tuple(row) for row in await db.all(f"SELECT * FROM {table}")])


async def test_five_wrong_codes_end_it_even_in_parallel(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana = await somebody(db, passwords)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    code = await code_of(db, phones, ana.user_id)
    guesses = [wrong(code)] * 4 + [code[:5], "abcdef", "", "٣٣٣٣٣٣", code + "0"]
    for guess in guesses:
        with pytest.raises(Invalid):
            await phones.verify(db, ana.user_id, guess, now=NOW)
    results = await asyncio.gather(
        *(phones.verify(db, ana.user_id, wrong(code), now=NOW) for _ in range(30)), return_exceptions=True
    )
    assert all(isinstance(result, Invalid) for result in results)
    [row] = await db.all("SELECT attempts FROM phone_verification WHERE user_id = $1", ana.user_id)
    assert row[0] == 5
    with pytest.raises(Invalid):
        await phones.verify(db, ana.user_id, code, now=NOW)
    assert not (await accounts.profile(db, ana.user_id)).phone_verified


async def test_a_code_counts_once_when_it_is_sent_many_times(
    db: Database, passwords: Passwords, phones: Phones
) -> None:
    ana = await somebody(db, passwords)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    code = await code_of(db, phones, ana.user_id)
    results = await asyncio.gather(
        *(phones.verify(db, ana.user_id, code, now=NOW) for _ in range(5)), return_exceptions=True
    )
    assert results.count(PHONE) == 1
    assert await kinds(db, ana.user_id) == ["phone_verified"]


async def test_a_code_lives_ten_minutes(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana, maria = await somebody(db, passwords), await somebody(db, passwords)
    for user_id in (ana.user_id, maria.user_id):
        await phones.start(db, user_id, PHONE, now=NOW)
    with pytest.raises(Invalid):
        await phones.verify(db, ana.user_id, await code_of(db, phones, ana.user_id), now=NOW + 10 * MINUTE)
    code = await code_of(db, phones, maria.user_id)
    await phones.verify(db, maria.user_id, code, now=NOW + 10 * MINUTE - 1)


async def test_one_household_may_share_a_number_but_no_codes(
    db: Database, passwords: Passwords, phones: Phones
) -> None:
    ana, maria = await somebody(db, passwords), await somebody(db, passwords)
    for user_id in (ana.user_id, maria.user_id):
        await phones.start(db, user_id, PHONE, now=NOW)
    codes = [await code_of(db, phones, user_id) for user_id in (ana.user_id, maria.user_id)]
    assert codes[0] != codes[1]
    with pytest.raises(Invalid):
        await phones.verify(db, ana.user_id, codes[1], now=NOW)
    for user_id, code in zip((ana.user_id, maria.user_id), codes, strict=True):
        await phones.verify(db, user_id, code, now=NOW)
        assert await may_text(db, user_id, PHONE)


async def test_a_newer_code_voids_the_older_and_a_new_number_waits_for_its_own(
    db: Database, passwords: Passwords, phones: Phones
) -> None:
    ana = await somebody(db, passwords)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    old = await code_of(db, phones, ana.user_id)
    await phones.start(db, ana.user_id, PHONE, now=NOW + MINUTE)
    with pytest.raises(Invalid):
        await phones.verify(db, ana.user_id, old, now=NOW + MINUTE)
    await phones.verify(db, ana.user_id, await code_of(db, phones, ana.user_id), now=NOW + MINUTE)
    await accounts.update_settings(db, ana.user_id, accounts.SettingsChange(created=False), now=NOW)
    await phones.start(db, ana.user_id, ANOTHER, now=NOW + 2 * MINUTE)
    meanwhile = await accounts.profile(db, ana.user_id)
    assert (meanwhile.phone, meanwhile.phone_verified) == (PHONE, True)
    assert not await may_text(db, ana.user_id, PHONE)
    await phones.verify(db, ana.user_id, await code_of(db, phones, ana.user_id), now=NOW + 2 * MINUTE)
    assert (await accounts.profile(db, ana.user_id)).phone == ANOTHER
    assert not await may_text(db, ana.user_id, PHONE)


async def test_a_disabled_user_gets_no_texts(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana = await somebody(db, passwords)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    await phones.verify(db, ana.user_id, await code_of(db, phones, ana.user_id), now=NOW)
    await accounts.disable(db, ana.username, now=NOW, then=nothing)
    assert not await may_text(db, ana.user_id, PHONE)


async def test_a_user_gets_five_codes_at_once_however_many_they_ask_for(
    db: Database, passwords: Passwords, phones: Phones
) -> None:
    ana = await somebody(db, passwords)
    numbers = [f"+3519123456{number:02d}" for number in range(20)]
    results = await asyncio.gather(
        *(phones.start(db, ana.user_id, number, now=NOW) for number in numbers), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, TooMany)]
    assert len(refused) == 15
    assert {error.retry_after for error in refused} == {720}
    assert len(await sent(db, ana.user_id)) == 5
    await phones.start(db, ana.user_id, PHONE, now=NOW + HOUR)


async def test_a_number_gets_five_codes_a_day_whoever_asks_and_even_if_they_leave(
    db: Database, passwords: Passwords, phones: Phones, limits: Limits
) -> None:
    people = [await somebody(db, passwords) for _ in range(7)]
    for person in people[:5]:
        await phones.start(db, person.user_id, PHONE, now=NOW)
    with pytest.raises(TooMany):
        await phones.start(db, people[5].user_id, PHONE, now=NOW + HOUR)
    assert await sent(db, people[5].user_id) == []
    leaving = people[0].user_id
    await accounts.delete(db, passwords, limits, leaving, password=PASSWORD, address=HOME, now=NOW, then=outbox.erase)
    with pytest.raises(TooMany):
        await phones.start(db, people[5].user_id, PHONE, now=NOW + HOUR)
    await phones.start(db, people[5].user_id, ANOTHER, now=NOW + HOUR)
    await phones.start(db, people[6].user_id, PHONE, now=NOW + DAY)


async def test_nobody_can_start_for_an_account_that_is_gone(db: Database, phones: Phones) -> None:
    with pytest.raises(NotFound):
        await phones.start(db, 77, PHONE, now=NOW)
    assert await sent(db, 77) == []


async def test_a_code_outlives_a_change_of_the_key(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    before, after = Phones([OLD_KEY]), Phones([KEY, OLD_KEY])
    await before.start(db, ana.user_id, PHONE, now=NOW)
    assert await after.verify(db, ana.user_id, await code_of(db, before, ana.user_id), now=NOW) == PHONE


@pytest.mark.parametrize("keys", [[], [b"short"], [KEY, b""]])
def test_codes_need_real_keys(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Phones(keys)


@given(st.binary(min_size=32, max_size=40), st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_code_is_six_digits_shortened_as_in_rfc_4226(key: bytes, nonce: str) -> None:
    digest = hmac.new(key, b"recado phone code\0" + nonce.encode(), "sha256").digest()
    start = digest[31] % 16
    number = int.from_bytes(digest[start : start + 4], "big") % 2**31
    assert code_for(key, nonce) == f"{number % 10**6:06d}"


async def test_that_a_strangers_number_said_stop_is_not_told(
    db: Database, passwords: Passwords, phones: Phones
) -> None:
    ana = await somebody(db, passwords)
    await db.write(stops.stop, PHONE, NOW)
    assert await phones.start(db, ana.user_id, PHONE, now=NOW) == PHONE
    assert await phones.start(db, ana.user_id, ANOTHER, now=NOW) == ANOTHER


async def test_that_ones_own_number_said_stop_is_told(db: Database, passwords: Passwords, phones: Phones) -> None:
    ana = await somebody(db, passwords)
    await phones.start(db, ana.user_id, PHONE, now=NOW)
    await phones.verify(db, ana.user_id, await code_of(db, phones, ana.user_id), now=NOW)
    await db.write(stops.stop, PHONE, NOW)
    with pytest.raises(Invalid, match="STOP"):
        await phones.start(db, ana.user_id, PHONE, now=NOW)
