"""The rows of Todoist's CSV, one by one: what cannot be read costs one row, not the rest of the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from recado.errors import Invalid
from recado.exchange.record import MOST_ITEMS, MOST_LINE, Parsed, lines_of

_MOST_ROWS = 3 * MOST_ITEMS
_TO_QUOTE_END = re.compile(r'(?:[^"]|"")*+"')
_ROWS = tuple(f"{kind}{delimiter}" for kind in ("task", "section", "note", "meta") for delimiter in ",;\t")


def rows(parsed: Parsed, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows below the header by column, with the line each begins at."""
    delimiter, columns = ",", None
    for count, (number, line) in enumerate(_whole_lines(parsed, text)):
        if count > _MOST_ROWS:
            parsed.stop(number)
            return
        if columns is None:
            delimiter = max(",;\t", key=line.count)
        try:
            cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), list[str]())
        except csv.Error as error:
            parsed.skip(number, line, f"The row cannot be read: {error}.")
            continue
        if columns is None:
            columns = [cell.strip().upper() for cell in cells]
            if not {"TYPE", "CONTENT"} <= set(columns):
                raise Invalid("", "This is not a CSV file of Todoist's: line 1 has no columns TYPE and CONTENT.")
        elif any(cell.strip() for cell in cells):
            yield number, dict(zip(columns, cells, strict=False))
    if columns is None:
        raise Invalid("", "The file is empty.")


def _whole_lines(parsed: Parsed, text: str) -> Iterator[tuple[int, str]]:
    """Join lines within quotes. A quote that nobody closes spoils one row, not the rest of the file."""
    waiting, delimiter = list[tuple[int, str]](), ""
    lines = lines_of(text)
    again = list[tuple[int, str]]()
    inside, length, columns = False, 0, 0
    while True:
        number, line = again.pop() if again else next(lines, (0, ""))
        ended = number == 0
        delimiter = delimiter or max(",;\t", key=line.count)
        columns = columns or line.count(delimiter)
        if not ended:
            waiting.append((number, line))
            length += len(line)
            inside = _inside(line, delimiter, inside=inside)
        if (inside and (ended or length > MOST_LINE)) or (not inside and _swallows(waiting, delimiter, columns)):
            parsed.skip(waiting[0][0], waiting[0][1], "A quote is not closed, or the row is too long.")
            again = waiting[:0:-1]
            waiting, inside, length = [], False, 0
            continue
        if not inside and waiting:
            if length > MOST_LINE:
                parsed.skip(waiting[0][0], waiting[0][1], "The row is too long.")
            else:
                yield waiting[0][0], "\n".join(part for _, part in waiting)
            waiting, length = [], 0
        if ended:
            return


def _swallows(waiting: list[tuple[int, str]], delimiter: str, columns: int) -> bool:
    """Tell whether other rows went into a cell: a line within begins like a row, and the whole is no proper row."""
    if not any(line.startswith(_ROWS) for _, line in waiting[1:]):
        return False
    whole = io.StringIO("\n".join(line for _, line in waiting), newline="")
    try:
        row = next(csv.reader(whole, delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return True
    return len(row) <= columns


def _inside(line: str, delimiter: str, *, inside: bool) -> bool:
    """Tell whether the end of a line is within quotes, given whether its beginning is."""
    place = 0
    if not inside and line.startswith('"'):
        inside, place = True, 1
    while True:
        if inside:
            end = _TO_QUOTE_END.match(line, place)
            if end is None:
                return True
            place = end.end()
        place = line.find(delimiter, place) + 1
        if place == 0:
            return False
        inside = line.startswith('"', place)
        place += inside
