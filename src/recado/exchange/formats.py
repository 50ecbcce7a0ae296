"""The formats: what each is called, its content type, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from recado.exchange import ical, ical_text, jsonfile, todoist, todotxt
from recado.exchange.record import Here, Parsed

Name = Literal["json", "todotxt", "todoist", "ics"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `read` is pure and raises `Invalid` for a file of which nothing can be taken."""

    name: Name
    content_type: str
    suffix: str
    read: Callable[[bytes, Here], Parsed]
    write: Callable[[Parsed, Here], bytes]


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("json", "application/json", "json", jsonfile.read, jsonfile.write),
        Format("todotxt", "text/plain", "txt", todotxt.read, todotxt.write),
        Format("todoist", "text/csv", "csv", todoist.read, todoist.write),
        Format("ics", "text/calendar", "ics", ical.read, ical_text.write),
    )
}
BY_TYPE: dict[str, Format] = {one.content_type: one for one in FORMATS.values()}
