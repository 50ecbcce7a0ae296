"""Pages of to-dos: which ones, in what order, from where on. Several lists are read one by one and merged."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from recado.db import Reader, Value
from recado.todos import lists, rows
from recado.todos.todo import Todo

State = Literal["open", "done", "all", "trash"]
Sort = Literal["position", "due", "priority", "created", "done", "deleted"]
Due = Literal["none"] | tuple[str | None, int | None, str | None, int | None]
"""`none`, or from and to: the first day and its first instant, and the day after the last one and its first instant."""

_NEVER = 1 << 62
_DAY = 26 * 3600 * 1_000_000
"""More than zones can differ, so that a range of instants holds all that may be due on a day."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list. `list_id` None is all lists of the user; `parent_id` lists the steps of one to-do."""

    state: State = "open"
    list_id: str | None = None
    parent_id: str | None = None
    due: Due | None = None
    for_id: int | None = None
    label: str | None = None
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """An order: its SQL keys, its key in Python, and whether it falls."""

    columns: tuple[str, ...]
    key: Callable[[Todo], tuple[Any, ...]]
    falling: bool = False

    @property
    def sql(self) -> str:
        return ", ".join(f"{column} DESC" if self.falling else column for column in self.columns)


_PRIORITY = "CASE priority WHEN 0 THEN 5 ELSE priority END"
_DUE = f"COALESCE(due_at, {_NEVER})"
_ORDERS: dict[Sort, _Order] = {
    "position": _Order(("position", "id"), lambda todo: (todo.position, todo.id)),
    "due": _Order((_DUE, "position", "id"), lambda todo: (todo.due_at or _NEVER, todo.position, todo.id)),
    "priority": _Order((_PRIORITY, _DUE, "id"), lambda todo: (todo.priority or 5, todo.due_at or _NEVER, todo.id)),
    "created": _Order(("id",), lambda todo: (todo.id,), falling=True),
    "done": _Order(("done_at", "id"), lambda todo: (todo.done_at, todo.id), falling=True),
    "deleted": _Order(("deleted_at", "id"), lambda todo: (todo.deleted_at, todo.id), falling=True),
}
_USUAL: dict[State, Sort] = {"open": "position", "done": "done", "all": "created", "trash": "deleted"}
_STATES: dict[State, str] = {
    "open": "deleted_at IS NULL AND done_at IS NULL",
    "done": "deleted_at IS NULL AND done_at IS NOT NULL",
    "all": "deleted_at IS NULL",
    "trash": "deleted_at IS NOT NULL",
}


def order_of(wanted: Wanted) -> Sort:
    """Return the order asked for, else the usual one: by place, or the newest first of what is done or in the trash."""
    if wanted.sort is not None:
        return wanted.sort
    return "due" if wanted.due not in (None, "none") else _USUAL[wanted.state]


def cursor_of(wanted: Wanted, todo: Todo) -> tuple[Any, ...]:
    """Return the place after a to-do in the order asked for."""
    return _ORDERS[order_of(wanted)].key(todo)


def fits(wanted: Wanted, cursor: Sequence[Any]) -> bool:
    """Tell whether a cursor is one of this order."""
    columns = _ORDERS[order_of(wanted)].columns
    kinds = [str if column in ("position", "id") else int for column in columns]
    return len(cursor) == len(columns) and all(
        type(value) is kind and (isinstance(value, str) or abs(value) <= _NEVER)
        for value, kind in zip(cursor, kinds, strict=True)
    )


def holds(wanted: Wanted, todo: Todo) -> bool:
    """Tell whether a to-do is one of those wanted, but for its list."""
    state = {
        "open": todo.deleted_at is None and todo.done_at is None,
        "done": todo.deleted_at is None and todo.done_at is not None,
        "all": todo.deleted_at is None,
        "trash": todo.deleted_at is not None,
    }[wanted.state]
    return (
        state
        and wanted.for_id in (None, todo.for_id)
        and wanted.parent_id in (None, todo.parent_id)
        and (wanted.label is None or wanted.label in todo.labels.split())
        and (wanted.due is None or _is_due(todo, wanted.due))
    )


def _is_due(todo: Todo, wanted: Due) -> bool:
    if wanted == "none" or todo.due is None or todo.due_at is None:
        return wanted == "none" and todo.due is None
    first, first_at, end, end_at = wanted
    if len(todo.due) == 10:
        return (first is None or todo.due >= first) and (end is None or todo.due < end)
    return (first_at is None or todo.due_at >= first_at) and (end_at is None or todo.due_at < end_at)


async def page(reader: Reader, user_id: int, wanted: Wanted, *, after: Sequence[Any] | None, limit: int) -> list[Todo]:
    """Return up to `limit` to-dos after a cursor. Raises `NotFound` for a list that the user is not in."""
    chosen = await lists_of(reader, user_id, wanted.list_id)
    order = _ORDERS[order_of(wanted)]
    found = [await _of_list(reader, list_id, wanted, order, after=after, limit=limit) for list_id in chosen]
    if len(found) == 1:
        return found[0]
    return list(heapq.merge(*found, key=order.key, reverse=order.falling))[:limit]


async def lists_of(reader: Reader, user_id: int, list_id: str | None) -> list[str]:
    """Return one list that the user is in, or all of them. Raises `NotFound`."""
    if list_id is None:
        return await lists.of_user(reader, user_id)
    await lists.require(reader, list_id, user_id)
    return [list_id]


async def labels(reader: Reader, user_id: int) -> list[tuple[str, int]]:
    """Return the labels of open to-dos that a user may see, with how many have each, the most used first."""
    counts = dict[str, int]()
    for list_id in await lists.of_user(reader, user_id):
        for joined, count in await rows.count_labels(reader, list_id):
            for label in joined.split():
                counts[label] = counts.get(label, 0) + count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


async def _of_list(
    reader: Reader, list_id: str, wanted: Wanted, order: _Order, *, after: Sequence[Any] | None, limit: int
) -> list[Todo]:
    parts, args = ["list_id = $1", _STATES[wanted.state]], list[Value]([list_id])

    def add(condition: str, *values: Value) -> None:
        numbers = range(len(args) + 1, len(args) + 1 + len(values))
        parts.append(condition.format(*(f"${number}" for number in numbers)))
        args.extend(values)

    _narrow(wanted, add)
    if after is not None:
        columns = ", ".join(order.columns)
        places = ", ".join("{}" for _ in after)
        add(f"({columns}) {'<' if order.falling else '>'} ({places})", *after)
    return await rows.select(reader, " AND ".join(parts), order.sql, limit, *args)


def _narrow(wanted: Wanted, add: Callable[..., None]) -> None:
    if wanted.parent_id is not None:
        add("parent_id = {}", wanted.parent_id)
    elif wanted.due is None and wanted.for_id is None and wanted.label is None and wanted.state == "open":
        add("parent_id IS NULL")  # steps are listed with their to-do; what is asked for by date or person finds them
    if wanted.for_id is not None:
        add("for_id = {}", wanted.for_id)
    if wanted.label is not None:
        add("' ' || labels || ' ' LIKE {} ESCAPE '!'", f"% {_escaped(wanted.label)} %")
    if wanted.due == "none":
        add("due IS NULL")
    elif wanted.due is not None:
        _narrow_due(*wanted.due, add)


def _narrow_due(
    first: str | None, first_at: int | None, end: str | None, end_at: int | None, add: Callable[..., None]
) -> None:
    """A day without a time is compared as a day, whatever zone it was written in; a time as an instant."""
    if first is not None and first_at is not None:
        add(
            "due_at >= {} AND CASE WHEN LENGTH(due) = 10 THEN due >= {} ELSE due_at >= {} END",
            first_at - _DAY,
            first,
            first_at,
        )
    if end is not None and end_at is not None:
        add("due_at < {} AND CASE WHEN LENGTH(due) = 10 THEN due < {} ELSE due_at < {} END", end_at + _DAY, end, end_at)


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
