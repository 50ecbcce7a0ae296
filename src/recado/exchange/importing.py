"""Stores what a file holds: finds out what is there already, makes lists, and brings in the rest slice by slice.

An id is computed for each item (`identity.py`), so a run that was cut off, or that another one overtakes, is completed
by simply running it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Database
from recado.exchange.fitting import fit
from recado.exchange.formats import Format
from recado.exchange.identity import imported_id
from recado.exchange.placing import Places, place_lists
from recado.exchange.record import Here, Item, Parsed
from recado.exchange.todo_rows import Making
from recado.todos import intake, lists, rows, sharing
from recado.todos.lists import Membership
from recado.todos.todo import Todo

_LOOK = 100
_GONE = "It is here already, in the trash."
_ELSEWHERE = "It is here already, in a list that is in the trash or that you are not in any more."


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: how many to-dos it has, how many were new and how many here already; lists that were made.

    What was not taken as it stands is told by the remarks of `parsed`.
    """

    parsed: Parsed
    found: int
    taken: int
    already: int
    lists: Sequence[Membership]


async def bring_in(
    db: Database, author: Author, kind: Format, raw: bytes, *, list_id: str | None, newest_id: str, now: int
) -> Imported:
    """Read a file and store what is new in it; with `list_id` everything goes there, and lists become labels.

    `newest_id` is an id of this moment, from which the places of the to-dos are made. Raises `Invalid` where nothing
    can be read, and `NotFound` or `Refused` for a list that the author may not write in.
    """
    if list_id is not None:
        await lists.require(db, list_id, author.user_id, to_write=True)
    run = _Import(db, author, kind, list_id, now)
    await asyncio.to_thread(run.read, raw)
    await run.look()
    places = Places(author.user_id, list_id, {}, [])
    if list_id is None:
        places = await place_lists(
            db, run.parsed, run.fresh, kind.name, user_id=author.user_id, theirs=run.theirs, now=now
        )
    await run.find_people(places)
    making = Making(run.parsed, run.ids, places, run.people, newest_id, now)
    made = await asyncio.to_thread(making.rows, run.fresh)
    taken, found = await run.store(made), len(run.parsed.items)
    already = found - len(run.fresh) + len(made) - taken
    return Imported(await asyncio.to_thread(run.forgotten), found, taken, already, places.made)


@dataclass(slots=True)
class _Import:
    """One file on its way in. What waits for nothing runs in a thread."""

    db: Database
    author: Author
    kind: Format
    list_id: str | None
    now: int
    parsed: Parsed = field(default_factory=Parsed)
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """The id of each item, by its key."""
    by_id: dict[str, Item] = field(default_factory=dict[str, Item])
    """The items by the ids that they may have here: the one computed, and of our own files the one they had."""
    fresh: list[Item] = field(default_factory=list[Item])
    """What is not stored yet."""
    theirs: dict[str, Membership] = field(default_factory=dict[str, Membership])
    people: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Who takes part in a list, by folded name."""

    def read(self, raw: bytes) -> None:
        """Read the file, compute the ids of its items, and make them fit."""
        here = Here(self.author.time_zone, self.author.locale, self.now)
        self.parsed = self.kind.read(raw, here)
        for item in self.parsed.items:  # before their instants are made to fit, which depends on the day
            made_at = self.kind.made_at(item, here)
            self.ids[item.key] = imported_id(self.author.user_id, self.kind.name, item.key, made_at, here.now)
        fit(self.parsed, here, into_one_list=self.list_id is not None)
        self.by_id = {item.id: item for item in self.parsed.items if item.id is not None}
        self.by_id |= {self.ids[item.key]: item for item in self.parsed.items}

    async def look(self) -> None:
        """Find what is stored already: imported before, or in a file that this service itself wrote."""
        self.theirs = {one.list_id: one for one in await sharing.mine(self.db, self.author.user_id)}
        known, wanted = set[str](), list(self.by_id)
        for start in range(0, len(wanted), _LOOK):
            for todo in await rows.find_many(self.db, wanted[start : start + _LOOK]):
                item = self.by_id[todo.id]
                if todo.list_id in self.theirs or todo.id == self.ids[item.key]:
                    known.add(item.key)
                    self.ids[item.key] = todo.id
                    self._tell_where(item, todo)
            await asyncio.sleep(0)  # SQLite answers at once, and others wait
        self.fresh = await asyncio.to_thread(self._without, known)

    def _tell_where(self, item: Item, todo: Todo) -> None:
        """Say it where nobody would find it. Of a list the author is not in, nothing of its own is told."""
        if todo.list_id not in self.theirs:
            self.parsed.skip(item.line, item.title, _ELSEWHERE)
        elif todo.deleted_at is not None and item.deleted_at is None:
            self.parsed.skip(item.line, item.title, _GONE)

    def _without(self, known: set[str]) -> list[Item]:
        return [item for item in self.parsed.items if item.key not in known]

    async def find_people(self, places: Places) -> None:
        """Find who takes part in the lists of what is left for somebody."""
        for target in await asyncio.to_thread(self._with_people, places):
            members = [member.user_id for member in await lists.members(self.db, target)]
            names = await accounts.names(self.db, members)
            self.people[target] = {name.casefold(): user_id for user_id, name in names.items()}

    def _with_people(self, places: Places) -> set[str]:
        return {places.of(item) for item in self.fresh if item.person is not None}

    async def store(self, made: Sequence[Todo]) -> int:
        """Store the rows and return how many were not there yet."""
        taken = 0
        for start in range(0, len(made), intake.AT_ONCE):
            some = made[start : start + intake.AT_ONCE]
            taken += len(await self.db.write(intake.store, self.author, some, text=taken == 0, now=self.now))
        return taken

    def forgotten(self) -> Parsed:
        """Let go of what may be a hundred thousand items, and return the report alone."""
        for one in (self.parsed.items, self.ids, self.by_id, self.fresh):
            one.clear()
        return self.parsed
