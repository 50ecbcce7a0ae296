"""What is remembered of a profile between commands: the numbers of to-dos, the changes that `undo` takes back, and the
ids of what was sent without an answer. One file for each profile, under its own lock.

A to-do keeps its number for as long as it is seen now and then, so that a listing in another window never gives
`done 3` another meaning. It is given out again two weeks after its to-do was last seen, or a day after it was done.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from recado.cli.use import files, profiles
from recado.cli.use.failures import Missing, Misused

R = TypeVar("R")
_KEPT, _KEPT_DONE, _PENDING = 14 * 86_400, 86_400, 86_400
_MOST_NUMBERS, _MOST_CHANGES = 2000, 50
_SHORTEST_ID = 6


class Step(NamedTuple):
    """One to-do, its version before something was done to it, and after."""

    todo_id: str
    before: int
    after: int


class Memory:
    """The memory of one profile. Each method reads and writes the file by itself."""

    def __init__(self, profile: str) -> None:
        profiles.path(profile)  # its name is one
        self._path = files.state_folder() / f"{profile}.json"

    def number(self, todos: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Return the number of each of these to-dos, by id; those that have none get the lowest free ones."""
        now = time.time()

        def assign(held: dict[str, Any]) -> dict[str, int]:
            numbers = _alive(held, now)
            taken = {one[0] for one in numbers.values()}
            free = (number for number in range(1, 1 << 20) if number not in taken)
            found = dict[str, int]()
            for todo in todos:
                number = numbers[todo["id"]][0] if todo["id"] in numbers else next(free)
                taken.add(number)
                over = todo["done"] or todo["deleted_at"] is not None
                numbers[todo["id"]] = [number, now + (_KEPT_DONE if over else _KEPT)]
                found[todo["id"]] = number
            latest = sorted(numbers.items(), key=lambda one: -one[1][1])[:_MOST_NUMBERS]
            held["numbers"] = dict(latest)
            return found

        return self._change(assign)

    def ids(self, handles: Sequence[str]) -> list[str]:
        """Return the to-dos that people mean: by number, or by an id or its beginning. Each once, in this order.

        Raises `Missing` for one that is not known, `Misused` for one that could be several.
        """
        numbers: dict[str, list[Any]] = (files.read(self._path) or {}).get("numbers", {})
        return list(dict.fromkeys(_meant(handle, numbers) for handle in handles))

    def did(self, what: str, steps: Sequence[Step]) -> None:
        """Remember what was done to to-dos, so that it can be taken back. Where nothing changed, nothing is."""
        items = [list(step) for step in steps if step.before != step.after]

        def push(held: dict[str, Any]) -> None:
            changes = [*held.get("changes", []), {"what": what, "items": items}]
            held["changes"] = changes[-_MOST_CHANGES:]

        if items:
            self._change(push)

    def last(self) -> tuple[str, list[Step]] | None:
        """Return the last thing that was done and not taken back."""
        changes = (files.read(self._path) or {}).get("changes") or [None]
        change = changes[-1]
        return change and (change["what"], [Step(*item) for item in change["items"]])

    def took_back(self, step: Step, version: int | None) -> None:
        """Forget the last thing that was done to a to-do. It became this version by that, or None: it cannot be.

        What was done just before is then the last that happened to it, and can be taken back in its turn.
        """

        def drop(held: dict[str, Any]) -> None:
            changes: list[dict[str, Any]] = held.get("changes", [])
            if changes:
                changes[-1]["items"] = [item for item in changes[-1]["items"] if item[0] != step.todo_id]
            items: list[list[Any]] = [item for change in changes for item in change["items"]]
            for item in items:
                if version is not None and item[0] == step.todo_id and item[2] == step.before:
                    item[2] = version
            held["changes"] = [change for change in changes if change["items"]]

        self._change(drop)

    def pending(self, bodies: Sequence[Mapping[str, Any]], fresh: Callable[[], str]) -> tuple[str, list[str]]:
        """Return a name for what is to be created, and an id for each: the one it was sent with before, unanswered."""
        name = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()[:32]
        found = (files.read(self._path) or {}).get("pending", {}).get(name)
        if found and found["until"] > time.time():
            return name, found["ids"]
        return name, [fresh() for _ in bodies]

    def unanswered(self, name: str, ids: Sequence[str]) -> None:
        """Remember the ids of something that was sent and not answered."""

        def keep(held: dict[str, Any]) -> None:
            held.setdefault("pending", {})[name] = {"ids": list(ids), "until": time.time() + _PENDING}

        self._change(keep)

    def answered(self, name: str) -> None:
        """Forget those ids: the same line again is another to-do."""
        if name in (files.read(self._path) or {}).get("pending", {}):
            self._change(lambda held: held["pending"].pop(name, None))

    def _change(self, change: Callable[[dict[str, Any]], R]) -> R:
        with files.locked(self._path):
            held = files.read(self._path) or {}
            result = change(held)
            files.write(self._path, held)
            return result


def _alive(held: Mapping[str, Any], now: float) -> dict[str, list[Any]]:
    return {todo_id: one for todo_id, one in held.get("numbers", {}).items() if one[1] > now}


def _meant(handle: str, numbers: Mapping[str, Sequence[Any]]) -> str:
    text = handle.lower()
    if text.isdecimal() and len(text) < _SHORTEST_ID:
        for todo_id, (number, _) in numbers.items():
            if number == int(text):
                return todo_id
        raise Missing(f"There is no to-do with the number {handle}: `recado ls` shows the numbers.")
    if not set(text) <= set("0123456789abcdef-") or len(text) < _SHORTEST_ID:
        raise Misused(f"{handle!r} is neither a number of a listing nor the beginning of an id.")
    if len(text) == 36:
        return text
    found = [todo_id for todo_id in numbers if todo_id.startswith(text)]
    if len(found) > 1:
        raise Misused(f"{len(found)} to-dos have an id that begins with {handle}: write more of it.")
    if not found:
        raise Missing(f"No to-do that was listed here has an id that begins with {handle}.")
    return found[0]
