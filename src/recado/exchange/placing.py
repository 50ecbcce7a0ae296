"""Which list here each list of a file is: one that was imported before, one of that name, or a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from recado.db import Database
from recado.errors import Conflict, Invalid
from recado.exchange.identity import imported_id
from recado.exchange.record import Item, ListRecord, Parsed
from recado.todos import lists, sharing
from recado.todos.lists import Membership


@dataclass(frozen=True, slots=True)
class Places:
    """Where items go: all to `only`, else to the list here for the list of the file, else to the personal one."""

    user_id: int
    only: str | None
    lists: dict[str, str]
    made: list[Membership]

    def of(self, item: Item) -> str:
        """Return the list here that an item goes to."""
        return self.only or self.lists.get(item.list or "") or lists.personal_list_id(self.user_id)


async def place_lists(
    db: Database,
    parsed: Parsed,
    fresh: Sequence[Item],
    kind: str,
    *,
    user_id: int,
    theirs: Mapping[str, Membership],
    now: int,
) -> Places:
    """Find or make the lists that new items need, and of our own files all that are not here.

    Only lists that the user may write in are found. What cannot be made is told.
    """
    places = Places(user_id, None, {}, [])
    writable = {one.list_id: one for one in theirs.values() if one.role != "viewer" and not one.personal}
    by_name = {_name(one.name): one.list_id for one in reversed(writable.values())}
    ids = await asyncio.to_thread(_wanted, parsed, fresh, kind, user_id, theirs)
    full, refused = None, 0
    for n, (key, computed) in enumerate(ids.items()):
        record = parsed.lists[key]
        found = next((id_ for id_ in (record.id, computed) if id_ in writable), None) or by_name.get(_name(record.name))
        if found is None and full is None:
            try:
                found = await _made(db, places, record, computed, now)
            except Invalid:
                _tell(parsed, f"The list “{record.name[:60]}” is in the trash, or you are not in it any more.")
            except Conflict as error:
                full = error.detail
        if found is not None:
            places.lists[key] = found
        refused += found is None and full is not None
        if n % 100 == 0:
            await asyncio.sleep(0)
    if full is not None:
        _tell(parsed, f"{full} Lists of the file that could not be made: {refused}.")
    return places


def _tell(parsed: Parsed, why: str) -> None:
    parsed.change(1, "", f"{why} What is in it goes to your personal list.")


def _wanted(
    parsed: Parsed, fresh: Sequence[Item], kind: str, user_id: int, theirs: Mapping[str, Membership]
) -> dict[str, str]:
    """Return the lists that are needed, with the ids they get when they are made."""
    needed = {item.list for item in fresh}
    return {
        key: imported_id(user_id, f"{kind} list", key)
        for key, record in parsed.lists.items()
        if not record.personal and (key in needed or (kind == "json" and record.id not in theirs))
    }


async def _made(db: Database, places: Places, record: ListRecord, list_id: str, now: int) -> str:
    name = " ".join(record.name.split())[: sharing.MAX_NAME].strip() or "?"
    made = await db.write(sharing.create, places.user_id, name, list_id=list_id, now=now)
    if record.position:
        with suppress(Invalid):  # a place that is none
            made = await db.write(sharing.change, places.user_id, list_id, name=None, position=record.position, now=now)
    places.made.append(made)
    return made.list_id


def _name(name: str) -> str:
    """What names have in common that mean the same list: in todo.txt they have no spaces."""
    return "_".join(name.casefold().split())
