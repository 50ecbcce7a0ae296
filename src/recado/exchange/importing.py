"""Stores what a file holds: finds out what is there already, makes lists, and brings in the rest slice by slice.

An id is computed for each item (`identity.py`), so a run that was cut off, or that another one overtakes, is completed
by simply running it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from recado.accounts import accounts
from recado.accounts.accounts import Author
from recado.db import Database
from recado.errors import Conflict, Invalid
from recado.exchange.fitting import fit
from recado.exchange.formats import Format
from recado.exchange.identity import imported_id
from recado.exchange.record import Here, Item, ListRecord, Parsed
from recado.todos import editing, intake, lists, positions, rows, sharing
from recado.todos.lists import Membership
from recado.todos.todo import Todo

_LOOK = 200


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
    run = _Import(db, author, kind, list_id, newest_id, now)
    await asyncio.to_thread(run.read, raw)
    await run.look()
    await run.find_lists()
    await run.find_people()
    await asyncio.to_thread(run.make)
    taken = await run.store()
    parsed, already = run.parsed, len(run.parsed.items) - len(run.fresh) + len(run.made) - taken
    return Imported(parsed, len(parsed.items), taken, already, run.new_lists)


@dataclass(slots=True)
class _Import:
    """One file on its way in. `read` and `make` wait for nothing and run in a thread."""

    db: Database
    author: Author
    kind: Format
    list_id: str | None
    newest_id: str
    now: int
    parsed: Parsed = field(default_factory=Parsed)
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """The id of each item, by its key."""
    fresh: list[Item] = field(default_factory=list[Item])
    """What is not stored yet."""
    theirs: dict[str, Membership] = field(default_factory=dict[str, Membership])
    by_key: dict[str, str] = field(default_factory=dict[str, str])
    """The list here for each list of the file."""
    new_lists: list[Membership] = field(default_factory=list[Membership])
    people: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Who takes part in a list, by folded name."""
    made: list[Todo] = field(default_factory=list[Todo])

    def read(self, raw: bytes) -> None:
        """Read the file, make its items fit, and compute their ids."""
        here = Here(self.author.time_zone, self.author.locale, self.now)
        self.parsed = self.kind.read(raw, here)
        fit(self.parsed, here, into_one_list=self.list_id is not None)
        self.ids = {
            item.key: imported_id(self.author.user_id, self.kind.name, item.key, item.created_at)
            for item in self.parsed.items
        }

    async def look(self) -> None:
        """Find what is stored already: imported before, or in a file that this service itself wrote."""
        self.theirs = {one.list_id: one for one in await sharing.mine(self.db, self.author.user_id)}
        items = {item.key: item for item in self.parsed.items}
        computed = {id_: key for key, id_ in self.ids.items()}
        own = {item.id: item.key for item in self.parsed.items if item.id is not None}
        known, wanted = set[str](), [*computed, *own]
        for start in range(0, len(wanted), _LOOK):
            for todo in await rows.find_many(self.db, wanted[start : start + _LOOK]):
                if todo.id not in computed and todo.list_id not in self.theirs:
                    continue  # somebody else's, in a file that came from them
                key = computed.get(todo.id) or own[todo.id]
                known.add(key)
                self.ids[key] = todo.id
                if todo.deleted_at is not None:
                    self.parsed.skip(items[key].line, todo.title, "It is here already, in the trash.")
            await asyncio.sleep(0)  # SQLite answers at once, and others wait
        self.fresh = [item for item in self.parsed.items if item.key not in known]

    async def find_lists(self) -> None:
        """Find or make the lists that are needed: those of new items, and of our own files all."""
        if self.list_id is not None:
            return
        needed = {item.list for item in self.fresh}
        writable = [one for one in self.theirs.values() if one.role != "viewer" and not one.personal]
        by_name = {_name(one.name): one.list_id for one in reversed(writable)}
        for record in self.parsed.lists.values():
            if not record.personal and (record.key in needed or self.kind.name == "json"):
                computed = imported_id(self.author.user_id, f"{self.kind.name} list", record.key)
                by_id = next((one.list_id for one in writable if one.list_id in (record.id, computed)), None)
                found = by_id or by_name.get(_name(record.name)) or await self._new_list(record, computed)
                if found is not None:
                    self.by_key[record.key] = found

    async def _new_list(self, record: ListRecord, list_id: str) -> str | None:
        name = " ".join(record.name.split())[: sharing.MAX_NAME] or "?"
        try:
            made = await self.db.write(sharing.create, self.author.user_id, name, list_id=list_id, now=self.now)
        except (Invalid, Conflict) as error:
            why = "It is in the trash." if isinstance(error, Invalid) else error.detail
            self.parsed.change(1, "", f"The list “{name}” cannot be used; its to-dos go to your personal one. {why}")
            return None
        self.new_lists.append(made)
        return made.list_id

    async def find_people(self) -> None:
        """Find whom items are left for; a name that is unknown in the list goes into the notes."""
        for n, item in enumerate(self.fresh):
            if item.person is None:
                continue
            target = self._target(item)
            if target not in self.people:
                members = [member.user_id for member in await lists.members(self.db, target)]
                names = await accounts.names(self.db, members)
                self.people[target] = {name.casefold(): user_id for user_id, name in names.items()}
            if item.person.casefold() not in self.people[target]:
                self.fresh[n] = self._without_person(item, item.person)

    def _without_person(self, item: Item, name: str) -> Item:
        notes = f"{item.notes}\n@{name}".strip()
        kept = len(notes) <= editing.MAX_NOTES
        where = "the name is in the notes" if kept else "the name was left out"
        self.parsed.change(item.line, item.title, f"“{name[:60]}” takes no part in the list; {where}.")
        return replace(item, person=None, notes=notes if kept else item.notes)

    def make(self) -> None:
        """Make rows of what is new: first what others are steps of, then the steps, both in the order of the file."""
        top = {item.key for item in self.parsed.items if item.parent is None}
        for n, item in enumerate(self.fresh):
            parent = self.ids[item.parent] if item.parent is not None and item.parent in top else None
            if item.parent is not None and parent is None:
                self.parsed.change(item.line, item.title, "What it is a step of is not there, or is a step itself.")
            try:
                self.made.append(intake.checked(self._todo(item, n, parent)))
            except Invalid as error:
                self.parsed.skip(item.line, item.title, error.detail)
        self.made.sort(key=lambda todo: todo.parent_id is not None)

    async def store(self) -> int:
        """Store the rows and return how many were not there yet."""
        taken = 0
        for start in range(0, len(self.made), intake.AT_ONCE):
            some = self.made[start : start + intake.AT_ONCE]
            taken += len(await self.db.write(intake.store, self.author, some, text=taken == 0, now=self.now))
        return taken

    def _target(self, item: Item) -> str:
        return self.list_id or self.by_key.get(item.list or "") or lists.personal_list_id(self.author.user_id)

    def _todo(self, item: Item, n: int, parent: str | None) -> Todo:
        target, beside = self._target(item), positions.last if parent else positions.first
        return Todo(
            list_id=target,
            id=self.ids[item.key],
            user_id=self.author.user_id,
            title=item.title,
            notes=item.notes,
            for_id=self.people[target][item.person.casefold()] if item.person else None,
            done_at=item.done_at,
            done_by=None if item.done_at is None else self.author.user_id,
            due=item.due,
            zone=item.zone,
            due_at=None,
            priority=item.priority,
            labels=" ".join(item.labels),
            repeat=item.repeat,
            remind=item.remind,
            parent_id=parent,
            position=item.position or f"{beside(self.newest_id)}{n:06}i",
            message_id=None,
            created_at=self.now if item.created_at is None else item.created_at,
            updated_at=self.now,
            deleted_at=None,
            version=1,
        )


def _name(name: str) -> str:
    """What names have in common that mean the same list: in todo.txt they have no spaces."""
    return "_".join(name.casefold().split())
