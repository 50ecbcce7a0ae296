"""Who proves a phone or a mailbox for an account is told of at the addresses it had before."""

from __future__ import annotations

import pytest

from recado.accounts import accounts
from recado.accounts.accounts import Account, SettingsChange
from recado.accounts.digits import code_for
from recado.accounts.emails import Emails
from recado.accounts.passwords import Passwords
from recado.accounts.phones import Phones
from recado.db import Database
from recado.messages import outbox, segments
from tests.accounts.people import NOW, somebody

KEY = b"k" * 32
PHONE, NEW_PHONE = "+351912345678", "+5511987654321"
MAILBOX, NEW_MAILBOX = "ana@example.org", "thief@example.net"


@pytest.fixture
async def ana(db: Database, passwords: Passwords) -> Account:
    return await somebody(db, passwords)


async def proves(db: Database, user_id: int, address: str) -> None:
    """Somebody gets the code for an address and types it."""
    way = Emails([KEY], sends=True) if "@" in address else Phones([KEY])
    await way.start(db, user_id, address, now=NOW)
    table = "email_verification" if "@" in address else "phone_verification"
    ((nonce,),) = await db.all(f"SELECT nonce FROM {table}")
    await way.verify(db, user_id, code_for(KEY, nonce), now=NOW)


async def told(db: Database, user_id: int) -> list[tuple[str, str]]:
    """To which addresses the news went, and what it says."""
    page = await outbox.page(db, user_id, 100)
    return sorted((one.recipient, one.text) for one in page if one.kind == "new_address")


async def test_the_first_phone_is_news_to_nobody(db: Database, ana: Account) -> None:
    await proves(db, ana.user_id, PHONE)
    assert await told(db, ana.user_id) == []


async def test_a_new_phone_is_told_to_the_one_before_and_the_mailbox_but_not_to_itself(
    db: Database, ana: Account
) -> None:
    await proves(db, ana.user_id, PHONE)
    await proves(db, ana.user_id, MAILBOX)
    assert [to for to, _ in await told(db, ana.user_id)] == [PHONE]
    await proves(db, ana.user_id, NEW_PHONE)
    news = [(to, text) for to, text in await told(db, ana.user_id) if "+55" in text]
    said = f"recado: {ana.username} gets messages at +55*********21 from now on. Not you? Change your password at once."
    assert news == [(PHONE, said), (MAILBOX, said)]
    assert segments.count(said) == 1


async def test_a_new_mailbox_is_told_to_the_one_before_although_it_gets_nothing_else(
    db: Database, ana: Account
) -> None:
    await proves(db, ana.user_id, PHONE)
    await accounts.update_settings(db, ana.user_id, SettingsChange(locale="pt-BR", channels=["sms"]), now=NOW)
    await proves(db, ana.user_id, MAILBOX)
    await proves(db, ana.user_id, NEW_MAILBOX)
    news = [(to, text) for to, text in await told(db, ana.user_id) if "t***@example. net" in text]
    assert [to for to, _ in news] == [PHONE, MAILBOX]
    assert all("Troque ja a senha." in text and segments.count(text) == 1 for _, text in news)


async def test_the_same_number_proven_once_more_is_no_news(db: Database, ana: Account) -> None:
    await proves(db, ana.user_id, MAILBOX)
    await proves(db, ana.user_id, PHONE)
    before = await told(db, ana.user_id)
    await proves(db, ana.user_id, PHONE)
    assert await told(db, ana.user_id) == before


async def test_who_wants_no_news_of_security_is_told_nothing(db: Database, ana: Account) -> None:
    await proves(db, ana.user_id, PHONE)
    await accounts.update_settings(db, ana.user_id, SettingsChange(security=False), now=NOW)
    await proves(db, ana.user_id, NEW_PHONE)
    assert await told(db, ana.user_id) == []
