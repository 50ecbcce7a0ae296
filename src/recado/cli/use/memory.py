"""What is remembered of a profile between commands: the numbers of to-dos, the changes that `undo` takes back, and the
ids of what was sent without an answer. One file for each profile, under its own lock.

A to-do keeps its number for as long as it is seen now and then, so that a listing in another window never gives
`done 3` another meaning. It is given out again two weeks after its to-do was last seen, or a day after it was done.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from recado.cli.use import files, profiles
from recado.cli.use.failures import Failure, Missing, Misused, Unreachable

R = TypeVar("R")
_KEPT, _KEPT_DONE, _PENDING = 14 * 86_400, 86_400, 86_400
_MOST_NUMBERS, _MOST_CHANGES = 2000, 50
_SHORTEST_ID = 6
_MEMBERS: dict[str, type[dict[str, Any] | list[Any]]] = {"numbers": dict, "changes": list, "pending": dict}
_LOST = (Unreachable, KeyboardInterrupt)


class Step(NamedTuple):
    """One to-do, its version before something was done to it, and after."""

    todo_id: str
    before: int
    after: int


class Asked(NamedTuple):
    """The ids that something is asked for with; `again` tells that it was asked for before, and no answer came."""

    ids: list[str]
    again: bool


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
        numbers: dict[str, list[Any]] = self._held().get("numbers", {})
        named = [one for handle in handles for one in handle.split(",") if one]
        if not named:
            raise Misused("Say which: `recado ls` shows the numbers.")
        return list(dict.fromkeys(_meant(handle, numbers) for handle in named))

    def one(self, handle: str) -> str:
        """Return the only to-do that is meant. Raises as `ids` does, and `Misused` for several."""
        found = self.ids([handle])
        if len(found) > 1:
            raise Misused(f"{handle!r} names several to-dos, and this is done to one.")
        return found[0]

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
        changes = self._held().get("changes") or [None]
        change = changes[-1]
        return change and (change["what"], [Step(*item) for item in change["items"]])

    def took_back(self, todo_id: str, was: int, became: int | None) -> None:
        """Forget what made a to-do version `was`, since it was taken back and made it `became`, or never can be (None).

        What was done just before is then the last that happened to it, and can be taken back in its turn.
        """

        def drop(held: dict[str, Any]) -> None:
            changes: list[dict[str, Any]] = held.get("changes", [])
            mine: list[list[Any]] = [item for change in changes for item in change["items"] if item[0] == todo_id]
            gone = mine if became is None else [item for item in mine if item[2] == was]
            for item in mine:
                if became is not None and gone and item[2] == gone[-1][1]:
                    item[2] = became
            for change in changes:
                change["items"] = [item for item in change["items"] if item not in gone]
            held["changes"] = [change for change in changes if change["items"]]

        self._change(drop)

    @contextmanager
    def once(
        self,
        bodies: Sequence[Mapping[str, Any]],
        fresh: Callable[[], str],
        lost: tuple[type[BaseException], ...] = _LOST,
    ) -> Generator[Asked]:
        """Yield an id for each thing that is asked for: a fresh one, or that of before if no answer came then.

        So what is typed again after an answer was `lost` is done once. It is remembered for a day.
        """
        name = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()[:32]
        found: dict[str, Any] | None = self._held().get("pending", {}).get(name)
        known: list[str] = found["ids"] if found and found["until"] > time.time() else []
        ids = known or [fresh() for _ in bodies]
        waiting = {"ids": ids, "until": time.time() + _PENDING}
        try:
            yield Asked(ids, again=bool(known))
        except lost:
            self._change(lambda held: held.setdefault("pending", {}).update({name: waiting}))
            raise
        if found is not None:
            self._change(lambda held: held["pending"].pop(name, None))

    def _held(self) -> dict[str, Any]:
        held = files.read(self._path) or {}
        if any(not isinstance(held.get(member, kind()), kind) for member, kind in _MEMBERS.items()):
            raise Failure(f"{self._path} is not whole: remove it. The numbers of to-dos begin anew then.")
        return held

    def _change(self, change: Callable[[dict[str, Any]], R]) -> R:
        with files.locked(self._path):
            held = self._held()
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
