"""Settings, a new password, disabling, deletion, and the operator's reset."""

from __future__ import annotations

import asyncio
import re
from importlib.resources import files

import pytest

from recado.accounts import accounts, audit, derived, invites, register, resets
from recado.accounts.accounts import Notify, QuietHours, SettingsChange
from recado.accounts.forgotten import Forgotten
from recado.accounts.housekeeping import housekeep
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.phones import Phones
from recado.db import Database, Tx
from recado.errors import BadCredentials, Invalid, NotFound, TooMany
from recado.messages import outbox
from tests.accounts.people import DAY, HOME, HOUR, MINUTE, NOW, OTHER, PASSWORD, kinds, nothing, sign_in, somebody

TABLES = (
    "account",
    "username",
    "operator_seat",
    "invite",
    "password_reset",
    "phone_verification",
    "allowance",
    "security_event",
)


async def rows(db: Database) -> dict[str, int]:
    """How many rows each table of this room has."""
    found = {table: await db.one(f"SELECT COUNT(*) FROM {table}") for table in TABLES}
    return {table: row[0] for table, row in found.items() if row and row[0]}


async def ending(tx: Tx, user_id: int) -> str:
    """Stands for what ends sessions."""
    await tx.one("SELECT COUNT(*) FROM account")
    return f"sessions of {user_id}"


async def test_settings_that_are_not_given_stay(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    first = SettingsChange(locale="pt-BR", created=True, security=False, quiet_hours=QuietHours("22:00", "07:00"))
    changed = await accounts.update_settings(db, ana.user_id, first, now=NOW)
    assert (changed.locale, changed.time_zone) == ("pt-BR", "UTC")
    assert changed.notify == Notify(created=True, assigned=True, reminders=True, security=False)
    assert changed.quiet_hours == QuietHours("22:00", "07:00")
    again = await accounts.update_settings(db, ana.user_id, SettingsChange(time_zone="America/Sao_Paulo"), now=NOW)
    assert (again.locale, again.time_zone, again.quiet_hours) == ("pt-BR", "America/Sao_Paulo", changed.quiet_hours)
    last = await accounts.update_settings(db, ana.user_id, SettingsChange(quiet_hours=None), now=NOW)
    assert last.quiet_hours is None
    assert await accounts.profile(db, ana.user_id) == last


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (SettingsChange(locale="EN"), "/locale"),
        (SettingsChange(time_zone=""), "/time_zone"),
        (SettingsChange(quiet_hours=QuietHours("24:00", "07:00")), "/quiet_hours/from"),
        (SettingsChange(quiet_hours=QuietHours("22:00", "7:00")), "/quiet_hours/to"),
        (SettingsChange(quiet_hours=QuietHours("22:00", "07:00\n")), "/quiet_hours/to"),
        (SettingsChange(quiet_hours=QuietHours("٢٢:00", "07:00")), "/quiet_hours/from"),
    ],
)
async def test_a_wrong_setting_changes_nothing(
    db: Database, passwords: Passwords, change: SettingsChange, pointer: str
) -> None:
    ana = await somebody(db, passwords)
    with pytest.raises(Invalid) as refused:
        await accounts.update_settings(db, ana.user_id, change, now=NOW)
    assert refused.value.pointer == pointer
    assert await accounts.profile(db, ana.user_id) == ana


async def test_settings_of_nobody_are_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await accounts.update_settings(db, 77, SettingsChange(locale="en"), now=NOW)


async def test_a_new_password_takes_the_old_one_and_ends_other_sessions(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    code = await resets.create_reset(db, ana.username, NOW)

    async def change(current: str, new: str) -> str:
        return await accounts.change_password(
            db,
            passwords,
            limits,
            ana.user_id,
            current=current,
            new=new,
            session_id="s1",
            address=HOME,
            now=NOW + MINUTE,
            then=ending,
        )

    with pytest.raises(BadCredentials):
        await change(OTHER, OTHER)
    with pytest.raises(Invalid) as refused:
        await change(PASSWORD, "short")
    assert refused.value.pointer == "/new"
    assert await change(PASSWORD, OTHER) == f"sessions of {ana.user_id}"
    assert await kinds(db, ana.user_id) == ["reset_created", "login_failed", "password_changed"]
    await sign_in(db, passwords, limits, ana.username, OTHER)
    with pytest.raises(Invalid):
        await resets.redeem_reset(db, passwords, code, OTHER, address=HOME, now=NOW, then=nothing)


async def test_a_password_is_not_changed_when_ending_the_sessions_fails(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)

    async def fail(_tx: Tx, _user_id: int) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        await accounts.change_password(
            db, passwords, limits, ana.user_id, current=PASSWORD, new=OTHER, address=HOME, now=NOW, then=fail
        )
    await sign_in(db, passwords, limits, ana.username, PASSWORD)


async def test_a_stolen_session_cannot_guess_the_password(db: Database, passwords: Passwords, limits: Limits) -> None:
    ana = await somebody(db, passwords)
    guesses = (
        accounts.delete(db, passwords, limits, ana.user_id, password=OTHER, address=HOME, now=NOW, then=nothing)
        for _ in range(20)
    )
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(result, TooMany) for result in results) == 15
    assert await accounts.profile(db, ana.user_id)


async def test_a_deletion_leaves_nothing_of_the_user_and_nothing_of_others_goes(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    maria = await somebody(db, passwords, "maria")
    await sign_in(db, passwords, limits, maria.username)
    before = await rows(db)
    ana = await somebody(db, passwords)
    await sign_in(db, passwords, limits, ana.username)
    await Phones([b"k" * 32]).start(db, ana.user_id, "+351912345678", now=NOW)
    await resets.create_reset(db, ana.username, NOW)
    await invites.create(db, ana.user_id, NOW)
    assert set(await rows(db)) == set(TABLES)

    async def delete(password: str) -> str:
        return await accounts.delete(
            db, passwords, limits, ana.user_id, password=password, address=HOME, now=NOW, then=ending
        )

    with pytest.raises(BadCredentials):
        await delete(OTHER)
    assert await delete(PASSWORD) == f"sessions of {ana.user_id}"
    await housekeep(db, NOW + 2 * DAY)
    after = await rows(db)
    after.pop("allowance", None), before.pop("allowance", None)
    assert after == before
    for table in ("account", "username", "password_reset", "phone_verification", "security_event"):
        assert await db.all(f"SELECT user_id FROM {table} WHERE user_id = $1", ana.user_id) == []
    with pytest.raises(NotFound):
        await delete(PASSWORD)


async def test_whoever_is_disabled_is_reported_and_loses_the_sessions(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    assert await accounts.disable(db, ana.username.upper(), now=NOW, then=ending) == f"sessions of {ana.user_id}"
    assert [account.disabled for account in await accounts.listing(db)] == [True]
    await accounts.enable(db, ana.username, now=NOW)
    assert [account.disabled for account in await accounts.listing(db)] == [False]
    for change in (accounts.enable(db, "nobody", now=NOW), accounts.disable(db, "nobody", now=NOW, then=nothing)):
        with pytest.raises(NotFound):
            await change


async def test_a_reset_code_sets_a_password_once_and_ends_all_sessions(
    db: Database, passwords: Passwords, limits: Limits
) -> None:
    ana = await somebody(db, passwords)
    code = await resets.create_reset(db, ana.username, NOW)

    async def redeem(code: str, now: int = NOW + MINUTE) -> str:
        return await resets.redeem_reset(db, passwords, code, OTHER, address=HOME, now=now, then=ending)

    results = await asyncio.gather(*(redeem(code) for _ in range(6)), return_exceptions=True)
    assert results.count(f"sessions of {ana.user_id}") == 1
    assert sum(isinstance(result, Invalid) and result.pointer == "/code" for result in results) == 5
    await sign_in(db, passwords, limits, ana.username, OTHER)
    assert await kinds(db, ana.user_id) == ["reset_created", "password_reset"]


async def test_only_the_newest_reset_code_is_good_and_only_for_a_day(db: Database, passwords: Passwords) -> None:
    ana, maria = await somebody(db, passwords), await somebody(db, passwords)
    old = await resets.create_reset(db, ana.username, NOW)
    code = await resets.create_reset(db, ana.username, NOW)
    forged = f"{maria.user_id}-{code.partition('-')[2]}"
    for bad in (old, forged, "", "1-x", code + "x", "9" * 30 + code[1:], "\ud800"):
        with pytest.raises(Invalid):
            await resets.redeem_reset(db, passwords, bad, OTHER, address=HOME, now=NOW, then=nothing)
    with pytest.raises(Invalid):
        await resets.redeem_reset(db, passwords, code, OTHER, address=HOME, now=NOW + 24 * HOUR, then=nothing)
    with pytest.raises(Invalid) as refused:
        await resets.redeem_reset(db, passwords, code, "short", address=HOME, now=NOW, then=nothing)
    assert refused.value.pointer == "/new"
    stored = str([tuple(row) for row in await db.all("SELECT user_id, code_hash FROM password_reset")])
    assert code.partition("-")[2] not in stored
    await resets.redeem_reset(db, passwords, code, OTHER, address=HOME, now=NOW + 24 * HOUR - 1, then=nothing)
    with pytest.raises(NotFound):
        await resets.create_reset(db, "nobody", NOW)


async def test_a_forgotten_password_leaves_the_operators_code_good(db: Database, passwords: Passwords) -> None:
    ana = await somebody(db, passwords)
    await db.write(with_mailbox, ana.user_id)
    code = await resets.create_reset(db, ana.username, NOW)
    forgotten = Forgotten([b"k" * 32], None, sends=True, new_nonce=iter(["one", "two"]).__next__)
    for _ in range(2):
        await forgotten.send(db, ana.username, client=HOME, now=NOW)
    nonces = [text.nonce or "" for text in await outbox.waiting(db, 10, "email")]
    links = [derived.reset_code(b"k" * 32, nonce) for nonce in sorted(nonces)]

    async def redeem(code: str) -> None:
        await resets.redeem_reset(db, passwords, code, OTHER, address=HOME, now=NOW, then=nothing)

    with pytest.raises(Invalid):  # of two links by e-mail the newer one is good
        await redeem(links[0])
    await redeem(code)
    with pytest.raises(Invalid):  # and once a password was set, none is
        await redeem(links[1])


async def with_mailbox(tx: Tx, user_id: int) -> None:
    register.verify_email(tx, user_id, f"ana{user_id}@example.org", NOW)


async def test_what_has_had_its_time_is_deleted(db: Database, passwords: Passwords, limits: Limits) -> None:
    ana = await somebody(db, passwords)
    with pytest.raises(BadCredentials):
        await sign_in(db, passwords, limits, ana.username, OTHER)
    await sign_in(db, passwords, limits, ana.username)
    await Phones([b"k" * 32]).start(db, ana.user_id, "+351912345678", now=NOW)
    await resets.create_reset(db, ana.username, NOW)
    await invites.create(db, ana.user_id, NOW)
    full = await rows(db)
    await housekeep(db, NOW)
    assert await rows(db) == full
    await housekeep(db, NOW + 100 * DAY)
    assert await rows(db) == {"account": 1, "username": 1, "operator_seat": 1, "security_event": 2}


async def test_events_come_newest_first_and_in_pages(db: Database) -> None:
    for number in range(5):
        await db.write(audit.record, audit.new(7, NOW + number * 1000, "logout", session_id=f"s{number}"))
    first = await audit.page(db, 7, 3)
    assert [event.session_id for event in first] == ["s4", "s3", "s2"]
    assert [event.session_id for event in await audit.page(db, 7, 3, first[-1].id)] == ["s1", "s0"]
    assert await audit.page(db, 8, 3) == []


async def test_an_event_stays_one_plain_line(db: Database) -> None:
    hostile = "evil\r\nlogin ok\x1b[2J\u202e\u2028\ud800\0" + "x" * 1000
    await db.write(audit.record, audit.new(7, NOW, "login", session_id=hostile, address=hostile, detail=hostile))
    [event] = await audit.page(db, 7, 10)
    for text in (event.session_id, event.address, event.detail):
        assert re.fullmatch(r"evil\?\?login ok\?\[2J\?{4}x{178}", text)
    assert await audit.signed_in_from(db, 7, hostile, NOW)


def test_the_two_engines_have_the_same_tables() -> None:
    folder = files("recado.db").joinpath("migrations")
    sqlite, postgres = (folder.joinpath(f"0002_accounts.{engine}.sql").read_text() for engine in ("sqlite", "postgres"))
    same = sqlite.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")
    assert same.replace("    id TEXT NOT", '    id TEXT COLLATE "C" NOT') == postgres
    assert {f"CREATE TABLE {table} (" in sqlite for table in TABLES} == {True}
