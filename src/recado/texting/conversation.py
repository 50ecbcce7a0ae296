"""One text that came in: who wrote it, whether it counts, what it does, and whether it is answered.

    first time? → STOP and START, for any number → whose number? → the command → one answer, within the caps

All of it in one transaction, so a text acts exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec

from recado.accounts import accounts, allowances
from recado.accounts.accounts import Account
from recado.accounts.allowances import Rate
from recado.db import Tx
from recado.db.ids import NewId
from recado.errors import TooMany
from recado.messages import inbox, outbox, stops
from recado.messages.outbox import NewMessage
from recado.texting import acting, commands
from recado.texting.acting import Context
from recado.texting.commands import Command
from recado.texting.words import Words

MAX_TEXT = 2000
_ACTED_ON, _ANSWERED = Rate(300, 3600), Rate(20, 3600)
"""For one number: texts that act, and texts that are answered. Two machines that answer each other fall silent."""
_NUMBER = re.compile(r"\+?([1-9]\d{6,14})")
_CARRIER_CONFIRMS = "+1"
"""North American carriers confirm STOP and START themselves, and their rules want no second confirmation."""

EndSession = Callable[[Tx, int, str], Awaitable[bool]]
"""Ends one session of a user within a transaction; False when it had ended."""


class Inbound(msgspec.Struct, rename={"sender": "from"}):
    """The body of an inbound callback, as far as it is used. A text of several parts comes as one."""

    message_uuid: str
    sender: str
    text: str | None = None
    channel: str = "sms"


@dataclass(slots=True)
class Outcome:
    """What is to be done after the commit: texts may wait, and sessions (user and session id) have ended."""

    texts: bool = False
    ended: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


async def act(tx: Tx, inbound: Inbound, *, end: EndSession, new_id: NewId, now: int) -> Outcome:
    """Do what a text asks for, once. Unknown numbers are ignored in silence, but for STOP and START."""
    number = _number(inbound.sender)
    if number is None or inbound.channel != "sms" or not await inbox.first_time(tx, inbound.message_uuid, now):
        return Outcome()
    command = commands.read((inbound.text or "")[:MAX_TEXT].replace("\0", " "))
    people = await accounts.by_phone(tx, number)
    if command.name in ("stop", "start"):
        return await _opt(tx, command, number, people, new_id=new_id, now=now)
    if not people or command.name == "nothing":
        return Outcome()
    if command.name != "kill" and not await _within(tx, "texts from", number, _ACTED_ON, now):
        return Outcome()
    context = await _context(tx, command, people, new_id, now)
    answer = await acting.do(tx, context, command, end)
    outcome = Outcome(texts=True, ended=context.ended)
    await _answer(tx, context, number, answer)
    return outcome


async def _opt(tx: Tx, command: Command, number: str, people: list[Account], *, new_id: NewId, now: int) -> Outcome:
    """Stop or start all texts to a number, and confirm it once to somebody we know."""
    if command.name == "stop":
        changed = await stops.stop(tx, number, now)
    else:
        changed = await stops.start(tx, number)
    if not changed or not people or number.startswith(_CARRIER_CONFIRMS):
        return Outcome()
    if not await _within(tx, "answers to", number, _ANSWERED, now):
        return Outcome()
    account = people[0]
    elsewhere = any(way != number for way in account.ways)
    stopped = "stopped here" if elsewhere else "stopped"
    text = Words(account.locale).say(stopped if command.name == "stop" else "started")
    outbox.put(tx, NewMessage(account.user_id, new_id(), "stopped", number, text, now))
    return Outcome(texts=True)


async def _context(tx: Tx, command: Command, people: list[Account], new_id: NewId, now: int) -> Context:
    """A number that several accounts have is the one's who verified it last, or who was told of a sign-in."""
    account = people[0]
    if command.name == "kill" and len(people) > 1:
        told = [(one, await acting.told_of(tx, one.user_id, now)) for one in people]
        meant = acting.sign_in_meant(command)
        account = next(
            (one for one, open_ in told if meant in open_), next((one for one, open_ in told if open_), account)
        )
    return Context(account, Words(account.locale), new_id, now)


async def _answer(tx: Tx, context: Context, number: str, text: str | None) -> None:
    if text is None or await stops.is_stopped(tx, number):
        return
    if await _within(tx, "answers to", number, _ANSWERED, context.now):
        outbox.put(tx, NewMessage(context.user_id, context.new_id(), "answer", number, text, context.now))


async def _within(tx: Tx, what: str, number: str, rate: Rate, now: int) -> bool:
    try:
        await allowances.take(tx, allowances.key(what, number), rate, now, "")
    except TooMany:
        return False
    return True


def _number(sender: str) -> str | None:
    match = _NUMBER.fullmatch(sender.strip())
    return f"+{match[1]}" if match else None
