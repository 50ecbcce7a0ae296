"""iCalendar (RFC 5545) taken apart: content lines unfolded and decoded, and the properties of each VTODO among them.

Every property stands by itself, so a broken one costs no more than itself. Also what older programs write is read:
quoted-printable values (vCalendar 1.0), and lines in Windows-1252.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from recado.exchange.record import MOST_LINE, Parsed

_SEVERAL = frozenset({"CATEGORIES", "COMMENT", "ATTACH", "ATTENDEE", "EXDATE", "RDATE", "RELATED-TO"})
_ONCE = frozenset(
    {
        *("UID", "SUMMARY", "DESCRIPTION", "DUE", "DTSTART", "DURATION", "RRULE", "PRIORITY", "COMPLETED", "STATUS"),
        *("PERCENT-COMPLETE", "CREATED", "RECURRENCE-ID", "LOCATION", "URL"),
        *("X-RECADO-LIST", "X-RECADO-FOR", "X-RECADO-REPEAT", "X-RECADO-REMIND"),
    }
)
_MOST_LINES = 1_000_000
_MOST_OF_ONE_NAME = 100
_DEEPEST = 16

_TO_VALUE = re.compile(r'[^":]*+(?:"[^"]*+"[^":]*+)*+:')
_PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*+"|[^";])*+))?')
_ESCAPED = re.compile(r"\\([\\;,nN:\"])")
_PARTS = re.compile(r"(?:[^\\,]|\\.)+")


class Property(NamedTuple):
    """A content line taken apart: parameters in upper case, the value still escaped."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Block:
    """A VTODO: the line it begins at, its properties, the triggers of its alarms, and the name of its calendar."""

    line: int
    calendar: str | None = None
    once: dict[str, Property] = field(default_factory=dict[str, Property])
    several: dict[str, list[Property]] = field(default_factory=dict[str, list[Property]])
    triggers: list[Property] = field(default_factory=list[Property])

    def text(self, name: str) -> str:
        """Return what a property says, without its escapes and the spaces around it; nothing when it is not there."""
        return plain(self.once[name].value).strip() if name in self.once else ""


def blocks(raw: bytes, parsed: Parsed) -> Iterator[Block]:
    """Give each VTODO that is complete; what is not, or is no to-do, is told."""
    found = _Found(parsed)
    for number, line in _unfolded(raw):
        if number > _MOST_LINES:
            parsed.skip(number, "", f"A file may have {_MOST_LINES} lines; what follows was not read.")
            break
        head = line[:40].upper()
        if head.startswith("BEGIN:"):
            found.begin(number, head[6:].strip())
        elif head.startswith("END:"):
            block = found.end(head[4:].strip())
            if block is not None:
                yield block
        elif found.block is not None:
            _take(parsed, found.block, found.inside[-1:], number, line)
        elif found.calendar is None and found.inside == ["VCALENDAR"] and head.startswith(("X-WR-CALNAME", "NAME")):
            found.calendar = plain(line.partition(":")[2][:200]).strip()
    if found.block is not None:
        parsed.skip(found.block.line, "", "The to-do has no end; the file is cut off.")
    if found.others:
        parsed.skip(1, "", f"Events and journals, which are no to-dos: {found.others}.")


@dataclass(slots=True)
class _Found:
    """Where in the file one is: inside which components, in which to-do, of a calendar of which name."""

    parsed: Parsed
    inside: list[str] = field(default_factory=list[str])
    block: Block | None = None
    calendar: str | None = None
    others: int = 0

    def begin(self, number: int, kind: str) -> None:
        if kind == "VCALENDAR":
            self.calendar = None
        if kind == "VTODO":
            if self.block is not None:
                self.parsed.skip(self.block.line, "", "The to-do has no end.")
            self.inside, self.block = self.inside[:1], Block(number)
        self.others += kind in ("VEVENT", "VJOURNAL")
        if len(self.inside) < _DEEPEST:
            self.inside.append(kind)

    def end(self, kind: str) -> Block | None:
        """Leave a component, and what is not closed in it; return a to-do that is complete with it."""
        if kind in self.inside:
            del self.inside[len(self.inside) - 1 - self.inside[::-1].index(kind) :]
        block, self.block = self.block, None if kind == "VTODO" else self.block
        if kind != "VTODO" or block is None:
            return None
        block.calendar = self.calendar
        return block


def _take(parsed: Parsed, block: Block, inside: list[str], number: int, line: str) -> None:
    name = line[:40].partition(":")[0].partition(";")[0].strip().upper()
    if inside == ["VALARM"] and name == "TRIGGER":
        kept = block.triggers
    elif inside == ["VTODO"] and name in _SEVERAL:
        kept = block.several.setdefault(name, [])
    elif inside == ["VTODO"] and name in _ONCE and name not in block.once:
        kept = None
    else:
        return
    if kept is not None and len(kept) >= _MOST_OF_ONE_NAME:
        if len(kept) == _MOST_OF_ONE_NAME:
            parsed.change(number, "", f"There are more than {_MOST_OF_ONE_NAME} {name}; the rest was left out.")
            kept.append(kept[-1])
        return
    found = _apart(parsed, number, name, line)
    if found is not None and kept is not None:
        kept.append(found)
    elif found is not None:
        block.once[name] = found


def _apart(parsed: Parsed, number: int, name: str, line: str) -> Property | None:
    if len(line) > MOST_LINE:
        parsed.change(number, "", f"{name} has more than {MOST_LINE} characters and was left out.")
        return None
    match = _TO_VALUE.match(line)
    if match is None:
        parsed.change(number, "", f"{name} cannot be read and was left out.")
        return None
    head, value = match[0][:-1], line[match.end() :]
    parameters = {key.strip().upper(): said.replace('"', "") for key, said in _PARAMETER.findall(head)}
    if parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE" or "QUOTED-PRINTABLE" in parameters:
        value = _decoded(quopri.decodestring(value.encode())).replace("\r\n", "\n")
    return Property(number, name, parameters, value)


def _unfolded(raw: bytes) -> Iterator[tuple[int, str]]:
    """Give the content lines with the number of the line that each begins at; folds are undone before decoding."""
    start, number, first, parts, size = 0, 0, 1, list[bytes](), 0
    while start < len(raw):
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        line, start, number = raw[start:end].removesuffix(b"\r"), end + 1, number + 1
        if not line:
            continue
        is_fold = bool(parts) and line[:1] in (b" ", b"\t")
        if is_fold or (parts and _goes_on(parts, line)):
            size += len(line)
            if size <= 5 * MOST_LINE:  # beyond, it is too long in any case
                parts.append(line[is_fold:])
            continue
        if parts:
            yield first, _decoded(b"".join(parts))
        first, parts, size = number, [line], 0
    if parts:
        yield first, _decoded(b"".join(parts))


def _goes_on(parts: list[bytes], following: bytes) -> bool:
    """Tell whether a quoted-printable value goes on in the next line, and take off the sign for it."""
    if not parts[-1].endswith(b"=") or following[:6].upper().startswith((b"BEGIN:", b"END:")):
        return False
    if b"QUOTED-PRINTABLE" not in parts[0][:200].upper():
        return False
    parts[-1] = parts[-1][:-1]
    return True


def _decoded(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def plain(value: str) -> str:
    """Undo the escapes of a text (RFC 5545, 3.3.11)."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def several(value: str) -> list[str]:
    """Split a text at the commas that are not escaped."""
    return [name for part in _PARTS.findall(value) if (name := plain(part).strip())]
