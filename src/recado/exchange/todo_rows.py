"""Makes rows of items: whose step each is, whom it is for, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recado.errors import Invalid
from recado.exchange.placing import Places
from recado.exchange.record import Item, Parsed
from recado.todos import editing, intake, positions
from recado.todos.todo import Todo
from recado.todos.todos import TRASH_KEPT

_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Making:
    """What rows are made with: the ids of items by their keys, where they go, and who takes part there by folded name.

    `newest_id` is an id of this moment (`now`), from which the places of to-dos are made.
    """

    parsed: Parsed
    ids: Mapping[str, str]
    places: Places
    people: Mapping[str, Mapping[str, int]]
    newest_id: str
    now: int

    def rows(self, fresh: Sequence[Item]) -> list[Todo]:
        """Return the rows of what is new: first what others are steps of, then the steps, as they are in the file."""
        parents = {item.key: item.parent for item in self.parsed.items}
        made = list[Todo]()
        for n, item in enumerate(fresh):
            if item.deleted_at is not None and item.deleted_at <= self.now - TRASH_KEPT:
                self.parsed.skip(item.line, item.title, "It was in the trash for 30 days, which is where to-dos end.")
                continue
            try:
                made.append(intake.checked(self._row(item, n, _top(self.parsed, item, parents))))
            except Invalid as error:
                self.parsed.skip(item.line, item.title, error.detail)
        made.sort(key=lambda todo: todo.parent_id is not None)
        return made

    def _row(self, item: Item, n: int, parent: str | None) -> Todo:
        list_id, beside = self.places.of(item), positions.last if parent else positions.first
        person = self.people[list_id].get(item.person.casefold()) if item.person else None
        return Todo(
            list_id=list_id,
            id=self.ids[item.key],
            user_id=self.places.user_id,
            title=item.title,
            notes=_with_person(self.parsed, item) if item.person and person is None else item.notes,
            for_id=person,
            done_at=item.done_at,
            done_by=None if item.done_at is None else self.places.user_id,
            due=item.due,
            zone=item.zone,
            due_at=None,
            priority=item.priority,
            labels=" ".join(item.labels),
            repeat=item.repeat,
            remind=item.remind,
            parent_id=None if parent is None else self.ids[parent],
            position=item.position or f"{beside(self.newest_id)}{n:06}i",
            message_id=None,
            created_at=self.now if item.created_at is None else item.created_at,
            updated_at=self.now,
            deleted_at=item.deleted_at,
            version=1,
        )


def _top(parsed: Parsed, item: Item, parents: Mapping[str, str | None]) -> str | None:
    """Return what an item is a step of; of a step of a step, what that one is a step of. None for what is no step."""
    if item.parent is None:
        return None
    top, path = item.parent, {item.key}
    while top in parents and top not in path and len(path) < _DEEPEST:
        above = parents[top]
        if above is None or above not in parents:
            if top != item.parent:
                parsed.change(
                    item.line, item.title, "A step has no steps of its own; it became one of the to-do above."
                )
            return top
        path.add(top)
        top = above
    parsed.change(item.line, item.title, "What it is a step of is not there.")
    return None


def _with_person(parsed: Parsed, item: Item) -> str:
    notes = f"{item.notes}\n@{item.person}".strip()
    kept, name = len(notes) <= editing.MAX_NOTES, (item.person or "")[:60]
    where = "the name is in the notes" if kept else "the name was left out"
    parsed.change(item.line, item.title, f"“{name}” takes no part in the list; {where}.")
    return notes if kept else item.notes
