"""What a line that somebody writes or texts asks to store: quick add, with the people they share lists with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recado.accounts.accounts import Author
from recado.db import Reader
from recado.todos import dates, lists, quickadd
from recado.todos.quickadd import Quick
from recado.todos.todo import Edit


@dataclass(frozen=True, slots=True)
class Said:
    """What a line becomes. `list_id` is set when it is left for somebody, `for_id`, in a list both share."""

    quick: Quick
    for_id: int | None
    list_id: str | None

    @property
    def edit(self) -> Edit:
        """The members that the line gives, besides its title."""
        quick = self.quick
        said: dict[str, Any] = {
            "due": quick.due,
            "repeat": quick.repeat,
            "priority": quick.priority,
            "labels": quick.labels,
            "for_id": self.for_id,
        }
        return {member: value for member, value in said.items() if value}


async def read(reader: Reader, author: Author, line: str, now: int) -> Said:
    """Read a line in its author's language and time zone."""
    people = await lists.shared_with(reader, author.user_id) if "@" in line else {}
    quick = quickadd.parse(line, author.locale, dates.local_now(now, author.time_zone), people)
    person = people.get(quick.name.casefold()) if quick.name else None
    return Said(quick, person[0] if person else None, person[1] if person else None)
