"""What a to-do is, as a row: the columns that every module of this room shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Edit = Mapping[str, Any]
"""New values by member (`title`, `notes`, `done`, `for_id`, `due`, `priority`, `labels`, `repeat`, `remind`,
`parent_id`, `position`, `list_id`), already of the right type. Those that are absent stay as they are; None clears."""


class Todo(NamedTuple):
    """One to-do. Instants are epoch microseconds. A tuple, since pages hold up to 200.

    `user_id` is who created it, `for_id` whom it was left for. `due` is a date or a local time in `zone`, `due_at` its
    instant. `priority` is 0 (none) or 1 (highest) to 4. `labels` are joined by spaces. `remind` is in minutes before it
    is due. `parent_id` makes it a step. `message_id` is the text to whom it was left for.
    """

    list_id: str
    id: str
    user_id: int
    title: str
    notes: str
    for_id: int | None
    done_at: int | None
    done_by: int | None
    due: str | None
    zone: str | None
    due_at: int | None
    priority: int
    labels: str
    repeat: str | None
    remind: int | None
    parent_id: str | None
    position: str
    message_id: str | None
    created_at: int
    updated_at: int
    deleted_at: int | None
    version: int

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.done_at is not None


COLUMNS = ", ".join(Todo._fields)
"""The columns of a to-do in SQL, in the order of `Todo`."""
