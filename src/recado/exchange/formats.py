"""The formats: what each is called, its content type, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from recado.exchange import ical, ical_text, jsonfile, todoist, todotxt
from recado.exchange.record import Here, Item, Parsed
from recado.todos import dates

Name = Literal["json", "todotxt", "todoist", "ics"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `read` is pure and raises `Invalid` for a file of which nothing can be taken."""

    name: Name
    content_type: str
    suffix: str
    read: Callable[[bytes, Here], Parsed]
    write: Callable[[Parsed, Here], bytes]
    trash: bool = False
    """Whether it has a place for what is in the trash."""
    days_only: bool = False
    """Whether it tells no more than the day on which something was made."""

    def made_at(self, item: Item, here: Here) -> int | None:
        """Return when an item was made, the same whatever zone its reader is in at the time."""
        if item.created_at is None or not self.days_only:
            return item.created_at
        return dates.instant(f"{dates.day(item.created_at, here.zone)}T12:00", "UTC")


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("json", "application/json", "json", jsonfile.read, jsonfile.write, trash=True),
        Format("todotxt", "text/plain", "txt", todotxt.read, todotxt.write, days_only=True),
        Format("todoist", "text/csv", "csv", todoist.read, todoist.write),
        Format("ics", "text/calendar", "ics", ical.read, ical_text.write),
    )
}
BY_TYPE: dict[str, Format] = {one.content_type: one for one in FORMATS.values()}
