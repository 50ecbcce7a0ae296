"""A to-do as one line, and listings of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from recado.cli.use import days, screen
from recado.cli.use.memory import Memory
from recado.cli.use.screen import Ink, Part
from recado.cli.use.session import Session
from recado.cli.use.words import say

Todo = Mapping[str, Any]
_WIDTH = 3
_URGENT = {1: "red", 2: "yellow", 3: "blue", 4: "dim"}


class Lines:
    """Knows what a line needs besides the to-do: its number, names of lists and people, and the time."""

    def __init__(self, session: Session, todos: Sequence[Todo]) -> None:
        self.memory = Memory(session.profile.name)
        self.numbers = self.memory.number(todos)
        self._me = session.profile.user_id
        self._personal = session.profile.personal_list
        self.now: datetime = days.now_in(session.profile.time_zone)
        self._lists: dict[str, Mapping[str, Any]] = {}
        if any(todo["list_id"] != self._personal or todo["for"] is not None for todo in todos):
            self._lists = {one["id"]: one for one in session.ask("GET", "/list")["items"]}

    def numbered(self, todos: Sequence[Todo]) -> list[dict[str, Any]]:
        """Return to-dos for programs: as the server gives them, with their numbers."""
        return [{"number": self.numbers[todo["id"]], **todo} for todo in todos]

    def show(self, todo: Todo, *, first: str = "", with_list: bool = True) -> None:
        """Print a to-do on a line, after a word."""
        over = todo["done"] or todo["deleted_at"] is not None
        mark = "✓ " if todo["done"] else ("✗ " if over else "")
        width = 0 if first else _WIDTH
        number = Ink(f"{self.numbers[todo['id']]:>{width}}", "dim" if over else "cyan")
        title = Ink(todo["title"], "dim") if over else todo["title"]
        word: list[Part] = [Ink(f"{first} ", "green")] if first else []
        screen.line(*word, number, "  ", mark, title, *self._rest(todo, with_list=with_list))

    def _rest(self, todo: Todo, *, with_list: bool) -> list[Part]:
        parts = screen.spaced([*said(todo, self.now), self._for(todo), *self._marks(todo)])
        place = self.list_name(todo["list_id"]) if with_list and todo["list_id"] != self._personal else ""
        return [*(["  "] if parts else []), *parts, *(["  ", Ink(f"({place})", "dim")] if place else [])]

    def _for(self, todo: Todo) -> Part:
        if todo["for"] is None:
            return ""
        return Ink(say("for you") if todo["for"] == self._me else say("for {name}", name=self.who(todo)), "cyan")

    def _marks(self, todo: Todo) -> list[Part]:
        failed = todo["message"]["state"] == "failed"
        why = todo["message"]["error"] or ""
        return [
            Ink(f"[{say('notes')}]" if todo["notes"] else "", "dim"),
            Ink(say("text failed: {why}", why=why) if failed else "", "red"),
        ]

    def who(self, todo: Todo) -> str:
        """Return the name of whom a to-do is for."""
        members = self._lists.get(todo["list_id"], {}).get("members", [])
        return "@" + next((str(one["username"]) for one in members if one["user_id"] == todo["for"]), str(todo["for"]))

    def list_name(self, list_id: str) -> str:
        """Return what a list is called."""
        found = self._lists.get(list_id)
        return str(found["name"]) if found and not found["personal"] else say("Personal")

    def listing(self, todos: Sequence[Todo], *, by_list: bool) -> None:
        """Print to-dos, under the names of their lists if there are several and that is asked for."""
        places = list(dict.fromkeys(todo["list_id"] for todo in todos))
        if not by_list or (len(places) == 1 and places[0] == self._personal):
            for todo in todos:
                self.show(todo)
            return
        places.sort(key=lambda place: place != self._personal)
        for place in places:
            self.under(self.list_name(place), [todo for todo in todos if todo["list_id"] == place], with_list=False)

    def under(self, heading: str, todos: Sequence[Todo], *, with_list: bool = True, style: str = "strong") -> None:
        """Print to-dos below a heading, if there are any."""
        if todos:
            screen.line(Ink(heading, style))
            for todo in todos:
                self.show(todo, with_list=with_list)


def numbered(session: Session, todos: Sequence[Todo]) -> list[dict[str, Any]]:
    """Return to-dos that were changed for programs, with their numbers; nothing else is asked for."""
    numbers = Memory(session.profile.name).number(todos)
    return [{"number": numbers[todo["id"]], **todo} for todo in todos]


def said(todo: Todo, now: datetime) -> list[Part]:
    """Return what a to-do says besides its title: when, how often, how important, and its labels."""
    late = not todo.get("done") and days.is_past(todo.get("due_at"), now)
    due = Ink(days.spoken(todo["due"], now.date()), "red" if late else "green") if todo["due"] else ""
    repeat = Ink(days.repeats(todo["repeat"], now.date()), "dim") if todo["repeat"] else ""
    priority = Ink(f"!{todo['priority']}", _URGENT[todo["priority"]]) if todo["priority"] else ""
    return [due, repeat, priority, *(Ink(f"#{label}", "blue") for label in todo["labels"])]


def tell(session: Session, word: Callable[[Todo], str], todos: Sequence[Todo]) -> None:
    """Confirm what was done to each of some to-dos."""
    lines = Lines(session, todos)
    for todo in todos:
        lines.show(todo, first=word(todo))
