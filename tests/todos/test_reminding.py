"""Reminders and digests: when, to whom, in what words, and once each."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from recado.accounts import accounts, register
from recado.accounts.accounts import Author, QuietHours, SettingsChange
from recado.accounts.consent import consent
from recado.db import Database, Tx, open_database
from recado.messages import outbox, replies, segments
from recado.messages.outbox import Message
from recado.todos import lists, reminders, reminding, rows, todos
from recado.todos.todo import Todo
from recado.todos.todos import NewTodo
from tests.todos.people import new_id, somebody

LISBON, SAO_PAULO, AUCKLAND = "Europe/Lisbon", "America/Sao_Paulo", "Pacific/Auckland"
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000


def at(text: str, zone: str = "UTC") -> int:
    """The instant of a local time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


START = at("2026-11-20T12:00")


async def texted(db: Database, zone: str = "UTC", **settings: Any) -> Author:
    """Somebody with a verified phone who is not texted about what they make themselves."""
    author = await somebody(db, time_zone=zone)

    async def prove(tx: Tx) -> None:
        register.verify_phone(tx, author.user_id, f"+35191234{author.user_id:04}", START)

    await db.write(prove)
    change = SettingsChange(**{"created": False, **settings})
    await accounts.update_settings(db, author.user_id, change, now=START)
    return author


async def leave(db: Database, by: Author, title: str = "buy bread", now: int = START, **members: Any) -> Todo:
    list_id = members.pop("list_id", None)
    make = partial(todos.create, new_id=new_id, now=now)
    return await db.write(make, by, NewTodo(title, list_id, more=members))


async def change(db: Database, by: Author, todo: Todo, now: int = START, **edit: Any) -> Todo:
    made = partial(todos.change, versions=frozenset(), new_id=new_id, now=now)
    return (await db.write(made, by.user_id, todo.id, edit)).todo


async def remind(db: Database, now: int) -> int:
    return await reminding.remind_due(db, now, new_id)


async def inbox(db: Database, person: Author) -> list[Message]:
    """What was queued for somebody, oldest first."""
    return (await outbox.page(db, person.user_id, 200))[::-1]


async def when(db: Database, person: Author, *, first: int, last: int, step: int = 10 * MINUTE) -> list[int]:
    """Look every so often, and return when something was queued for somebody."""
    seen: list[int] = []
    for now in range(first, last, step):
        await remind(db, now)
        seen += [now] * (len(await inbox(db, person)) - len(seen))
    return seen


async def test_a_time_is_reminded_of_when_it_comes_once(db: Database) -> None:
    ana = await texted(db, LISBON)
    await leave(db, ana, "dentist", due="2026-11-24T15:00")
    moment = at("2026-11-24T15:00", LISBON)
    assert await when(db, ana, first=moment - HOUR, last=moment + DAY) == [moment]
    (message,) = await inbox(db, ana)
    assert (message.kind, message.text) == ("reminder", "Reminder: dentist (15:00)")


async def test_where_texts_can_be_answered_a_reminder_says_how(db: Database) -> None:
    ana = await texted(db, locale="pt-BR")
    await db.write(replies.announce, True)
    await leave(db, ana, "consulta " + "muito longa " * 20, due="2026-11-24T15:00")
    await remind(db, at("2026-11-24T15:00"))
    (message,) = await inbox(db, ana)
    assert message.text.endswith("(15:00). Responda FEITO 1 quando fizer.")
    assert segments.count(message.text) == 1


async def test_remind_counts_back_in_minutes(db: Database) -> None:
    ana = await texted(db, LISBON)
    await leave(db, ana, due="2026-11-24T15:00", remind=90)
    moment = at("2026-11-24T13:30", LISBON)
    assert await when(db, ana, first=moment - HOUR, last=moment + 2 * DAY) == [moment]


async def test_a_day_is_reminded_of_at_nine_in_the_morning(db: Database) -> None:
    ana = await texted(db, SAO_PAULO, locale="pt-BR")
    await leave(db, ana, "aluguel", due="2026-11-24")
    moment = at("2026-11-24T09:00", SAO_PAULO)
    assert await when(db, ana, first=moment - HOUR, last=moment + DAY) == [moment]
    assert (await inbox(db, ana))[0].text == "Lembrete: aluguel (hoje)"


async def test_a_day_counts_back_on_the_clock_over_a_change_of_clocks(db: Database) -> None:
    ana = await texted(db, LISBON)
    await leave(db, ana, due="2027-03-28", remind=24 * 60)  # the clocks go forward that night
    moment = at("2027-03-27T09:00", LISBON)
    assert await when(db, ana, first=moment - HOUR, last=moment + 2 * DAY) == [moment]
    assert (await inbox(db, ana))[0].text == "Reminder: buy bread (28 Mar)"


async def test_a_day_begins_where_whom_it_is_for_lives(db: Database) -> None:
    ana, rui = await texted(db, AUCKLAND), await texted(db, SAO_PAULO)
    await leave(db, ana, due="2026-11-24", for_id=rui.user_id, list_id=await shared(db, ana, rui))
    moment = at("2026-11-24T09:00", SAO_PAULO)
    await db.write(outbox.erase, rui.user_id)
    assert await when(db, rui, first=moment - DAY, last=moment + DAY) == [moment]


async def test_who_moved_west_since_is_reminded_in_their_morning(db: Database) -> None:
    ana = await texted(db, LISBON)
    await leave(db, ana, due="2026-11-24")
    await accounts.update_settings(db, ana.user_id, SettingsChange(time_zone=SAO_PAULO), now=START)
    moment = at("2026-11-24T09:00", SAO_PAULO)
    assert await when(db, ana, first=moment - DAY, last=moment + DAY) == [moment]


async def test_a_moment_that_is_over_gives_way_to_the_due_time(db: Database) -> None:
    ana = await texted(db)
    await leave(db, ana, due="2026-11-20T13:00", remind=120)
    assert await when(db, ana, first=START, last=START + DAY) == [at("2026-11-20T13:00")]


@pytest.mark.parametrize("due", ["2026-11-20", "2026-11-20T11:00", "2026-11-19"])
async def test_what_is_over_as_it_is_written_is_not_reminded_of(db: Database, due: str) -> None:
    ana = await texted(db)
    await leave(db, ana, due=due)
    assert await when(db, ana, first=START, last=START + DAY) == []


async def test_quiet_hours_put_a_reminder_off_to_their_end(db: Database) -> None:
    ana = await texted(db, LISBON, quiet_hours=QuietHours("22:00", "07:30"))
    await leave(db, ana, due="2026-11-24T23:00")
    assert await when(db, ana, first=at("2026-11-24T20:00"), last=at("2026-11-26T00:00")) == [
        at("2026-11-25T07:30", LISBON)
    ]


async def test_what_is_done_in_quiet_hours_is_not_reminded_of_after_them(db: Database) -> None:
    ana = await texted(db, LISBON, quiet_hours=QuietHours("22:00", "07:30"))
    todo = await leave(db, ana, due="2026-11-24T23:00")
    await remind(db, at("2026-11-24T23:00", LISBON))
    await change(db, ana, todo, at("2026-11-25T06:00", LISBON), done=True)
    assert await when(db, ana, first=at("2026-11-25T06:00"), last=at("2026-11-26T00:00")) == []


async def test_whom_it_is_for_is_reminded_else_who_made_it_else_whose_list_it_is(db: Database) -> None:
    ana, rui = await texted(db), await texted(db)
    list_id = await shared(db, ana, rui)
    await leave(db, ana, "for rui", due="2026-11-24T10:00", for_id=rui.user_id, list_id=list_id)
    await leave(db, rui, "rui's", due="2026-11-24T11:00", list_id=list_id)
    await leave(db, rui, "left behind", due="2026-11-24T12:00", list_id=list_id)
    await remind(db, at("2026-11-24T11:30"))
    await db.write(_leave_list, list_id, rui.user_id)
    await remind(db, at("2026-11-24T12:30"))
    of_rui = [message.text for message in await inbox(db, rui) if message.kind == "reminder"]
    assert of_rui == ["Reminder: for rui (10:00)", "Reminder: rui's (11:00)"]
    assert [message.text for message in await inbox(db, ana)] == ["Reminder: left behind (12:00)"]


@pytest.mark.parametrize("how", ["done", "trashed", "no date", "later"])
async def test_what_was_done_deleted_or_put_off_is_not_reminded_of(db: Database, how: str) -> None:
    ana = await texted(db)
    todo = await leave(db, ana, due="2026-11-24T10:00")
    edits: dict[str, dict[str, Any]] = {
        "done": {"done": True},
        "no date": {"due": None},
        "later": {"due": "2026-12-24T10:00"},
    }
    if how == "trashed":
        await db.write(partial(todos.trash, versions=frozenset(), now=START), ana.user_id, todo.id)
    else:
        await change(db, ana, todo, **edits[how])
    assert await when(db, ana, first=START, last=START + 7 * DAY, step=HOUR) == []


async def test_what_was_done_after_it_was_queued_is_not_wanted_any_more(db: Database) -> None:
    ana = await texted(db)
    todo = await leave(db, ana, due="2026-11-24T10:00")
    asked = at("2026-11-24T10:00")
    assert await remind(db, asked) == 1
    assert await reminding.still_wanted(db, todo.id, asked)
    put_off = await change(db, ana, todo, asked + MINUTE, due="2026-11-25T10:00")
    assert not await reminding.still_wanted(db, todo.id, asked)
    await change(db, ana, put_off, asked + 2 * MINUTE, due="2026-11-24T10:00", done=True)
    assert not await reminding.still_wanted(db, todo.id, asked)
    assert not await reminding.still_wanted(db, new_id(), asked)


async def test_done_and_undone_is_no_second_reminder(db: Database) -> None:
    ana = await texted(db)
    todo = await leave(db, ana, due="2026-11-24T10:00", remind=60, repeat="FREQ=DAILY")
    assert await remind(db, at("2026-11-24T09:00")) == 1
    await change(db, ana, todo, at("2026-11-24T09:10"), done=True)
    undo = partial(todos.undo, versions=frozenset(), now=at("2026-11-24T09:20"))
    await db.write(undo, ana.user_id, todo.id)
    assert await when(db, ana, first=at("2026-11-24T09:20"), last=at("2026-11-25T08:00")) == [at("2026-11-24T09:20")]
    assert len(await inbox(db, ana)) == 1


async def test_a_repeating_one_comes_round_again_done_or_not(db: Database) -> None:
    ana = await texted(db, LISBON)
    todo = await leave(db, ana, due="2026-11-24T08:00", repeat="FREQ=DAILY")
    days = [at(f"2026-11-{day}T08:00", LISBON) for day in range(24, 28)]
    assert await when(db, ana, first=days[0] - HOUR, last=days[1] + HOUR) == days[:2]
    await change(db, ana, todo, days[1] + HOUR, done=True)
    assert await when(db, ana, first=days[1] + HOUR, last=days[3] + HOUR) == [days[1] + HOUR] * 2 + days[2:]


async def test_after_days_without_a_worker_a_repeating_one_is_told_once_and_goes_on(db: Database) -> None:
    ana = await texted(db)
    await leave(db, ana, due="2026-11-24T08:00", repeat="FREQ=DAILY", remind=2 * 24 * 60)
    back = at("2026-11-30T12:00")
    assert await remind(db, back) == 1
    assert await when(db, ana, first=back, last=back + DAY) == [back, at("2026-12-01T08:00")]


async def test_a_clock_that_jumps_ahead_and_back_reminds_once(db: Database) -> None:
    ana = await texted(db)
    await leave(db, ana, due="2026-11-24T10:00")
    assert await remind(db, at("2026-11-24T10:00") + 7 * DAY) == 1
    assert await when(db, ana, first=at("2026-11-24T09:00"), last=at("2026-11-25T09:00")) == [at("2026-11-24T09:00")]
    assert len(await inbox(db, ana)) == 1


async def test_two_workers_remind_once(db: Database, db_url: str) -> None:
    ana = await texted(db)
    for number in range(30):
        await leave(db, ana, str(number), due="2026-11-24T10:00")
    other = await open_database(db_url)
    counts = await asyncio.gather(*(remind(one, at("2026-11-24T10:00")) for one in (db, other, db, other)))
    await other.close()
    assert sum(counts) == 30
    assert sorted(int(message.text.split()[1]) for message in await inbox(db, ana)) == list(range(30))


@pytest.mark.parametrize("settings", [{"reminders": False}, {"phone": False}, {"disabled": True}])
async def test_nobody_is_reminded_against_their_will(db: Database, settings: dict[str, bool]) -> None:
    ana = await (somebody(db) if "phone" in settings else texted(db, reminders=settings.get("reminders", True)))
    await leave(db, ana, due="2026-11-24T10:00")
    if "disabled" in settings:
        await db.write(register.set_disabled, ana.user_id, START)
    assert await remind(db, at("2026-11-24T10:00")) == 0


async def test_a_reminder_that_cannot_be_judged_does_not_keep_the_others(db: Database) -> None:
    ana = await texted(db)
    broken = await leave(db, ana, "broken", due="2026-11-24T10:00", repeat="FREQ=DAILY")
    await db.change("UPDATE todo SET repeat = 'FREQ=NEVER' WHERE id = $1", broken.id)
    await leave(db, ana, "sound", due="2026-11-24T10:00")
    await remind(db, at("2026-11-24T10:00"))
    assert [message.text for message in await inbox(db, ana)] == ["Reminder: sound (10:00)"]


async def test_no_date_costs_no_row_and_what_is_gone_leaves_none(db: Database) -> None:
    ana = await texted(db)
    await leave(db, ana)
    assert await db.all("SELECT todo_id FROM reminder") == []
    await leave(db, ana, due="2200-01-01")
    assert len(await db.all("SELECT todo_id FROM reminder")) == 1
    await db.write(_erase_list, lists.personal_list_id(ana.user_id))
    assert await db.all("SELECT todo_id FROM reminder") == []


async def test_what_was_told_is_forgotten_in_time(db: Database) -> None:
    ana = await texted(db)
    await leave(db, ana, due="2026-11-24T10:00")
    await remind(db, at("2026-11-24T10:00"))
    await db.write(reminders.purge, at("2026-11-24T10:00") + 59 * DAY)
    assert len(await db.all("SELECT todo_id FROM reminder")) == 1
    await db.write(reminders.purge, at("2026-11-24T10:00") + 61 * DAY)
    assert await db.all("SELECT todo_id FROM reminder") == []


async def test_the_digest_comes_daily_at_the_chosen_hour(db: Database) -> None:
    ana = await texted(db, SAO_PAULO, digest="07:30", reminders=False)
    rui = await texted(db)
    await leave(db, ana, "late", due="2026-11-19")
    await leave(db, ana, "today", due="2026-11-21")
    await leave(db, ana, "at noon", due="2026-11-21T12:00")
    await leave(db, ana, "tomorrow", due="2026-11-22")
    await leave(db, ana, "rui's", due="2026-11-21", for_id=rui.user_id, list_id=await shared(db, ana, rui))
    first = at("2026-11-21T07:30", SAO_PAULO)
    assert await when(db, ana, first=START, last=first + DAY + HOUR) == [first, first + DAY]
    texts = [message.text for message in await inbox(db, ana)]
    assert texts == ["Today, 3 to do: late; at noon; today", "Today, 4 to do: late; at noon; today; tomorrow"]


async def test_a_day_with_nothing_to_do_has_no_digest(db: Database) -> None:
    ana = await texted(db, digest="07:30")
    assert await when(db, ana, first=START, last=START + 2 * DAY) == []


async def test_the_digest_follows_a_change_of_hour_of_zone_and_its_end(db: Database) -> None:
    ana = await texted(db, LISBON, digest="07:00", reminders=False)
    await leave(db, ana, due="2026-11-01")
    await accounts.update_settings(db, ana.user_id, SettingsChange(time_zone=SAO_PAULO), now=START)
    first = at("2026-11-21T07:00", SAO_PAULO)
    assert await when(db, ana, first=START, last=first + HOUR) == [first]
    await accounts.update_settings(db, ana.user_id, SettingsChange(digest="21:00"), now=first + HOUR)
    second = at("2026-11-21T21:00", SAO_PAULO)
    assert (await when(db, ana, first=first + HOUR, last=second + HOUR))[1:] == [second]
    await accounts.update_settings(db, ana.user_id, SettingsChange(digest=None), now=second + HOUR)
    assert await when(db, ana, first=second + HOUR, last=second + 3 * DAY, step=HOUR) == [second + HOUR] * 2


async def test_a_digest_whose_hour_is_in_quiet_hours_comes_at_their_end_for_that_day(db: Database) -> None:
    quiet = {"digest": "23:00", "quiet_hours": QuietHours("22:00", "07:00"), "reminders": False}
    ana = await texted(db, LISBON, **quiet)
    await leave(db, ana, "friday's", due="2026-11-20")
    await leave(db, ana, "saturday's", due="2026-11-21")
    morning = at("2026-11-21T07:00", LISBON)
    assert await when(db, ana, first=START, last=morning + DAY + HOUR) == [morning, morning + DAY]
    (first, _) = await inbox(db, ana)
    assert first.text == "Today, 2 to do: friday's; saturday's"


async def test_a_digest_that_waits_is_not_wanted_once_its_day_is_over(db: Database) -> None:
    ana = await texted(db, LISBON, digest="21:00", reminders=False)
    await leave(db, ana, due="2026-11-01")
    evening = at("2026-11-20T21:00", LISBON)
    assert await remind(db, evening) == 1
    (waiting,) = [text for text in await outbox.waiting(db, 10) if text.kind == "digest"]
    tonight = await consent(db, waiting, open_kinds=["sms"], now=at("2026-11-20T23:59", LISBON))
    tomorrow = await consent(db, waiting, open_kinds=["sms"], now=at("2026-11-21T00:00", LISBON))
    assert tonight.ways
    assert (tomorrow.ways, tomorrow.refusal) == ((), "The day that it was for was over.")


async def test_a_digest_is_sent_once_whatever_the_clock_does(db: Database, db_url: str) -> None:
    ana = await texted(db, digest="07:00", reminders=False)
    await leave(db, ana, due="2026-11-01")
    morning = at("2026-11-21T07:00")
    other = await open_database(db_url)
    assert sum(await asyncio.gather(*(remind(one, morning) for one in (db, other, db)))) == 1
    await other.close()
    assert await remind(db, morning - HOUR) == 0
    assert await remind(db, morning + HOUR) == 0
    assert await remind(db, morning + 30 * DAY) == 0  # a clock that is wrong, too late for the day it was for
    assert await remind(db, morning + HOUR) == 0
    assert await remind(db, morning + DAY) == 1


async def shared(db: Database, owner: Author, other: Author) -> str:
    list_id = new_id()

    async def make(tx: Tx) -> None:
        await tx.change(
            "INSERT INTO list (list_id, owner_id, personal, name, created_at) VALUES ($1, $2, 0, 'home', 1)",
            list_id,
            owner.user_id,
        )
        for person, role in ((owner, "owner"), (other, "editor")):
            await tx.change(
                "INSERT INTO list_member (list_id, user_id, role, joined_at) VALUES ($1, $2, $3, 1)",
                list_id,
                person.user_id,
                role,
            )

    await db.write(make)
    return list_id


async def _leave_list(tx: Tx, list_id: str, user_id: int) -> None:
    await tx.change("DELETE FROM list_member WHERE list_id = $1 AND user_id = $2", list_id, user_id)


async def _erase_list(tx: Tx, list_id: str) -> None:
    await rows.erase_list(tx, list_id, START)
