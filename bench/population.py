"""The users of the bench: `user1`, `user2` … with these ids, one password, and to-dos titled `bench <user id>`."""

from __future__ import annotations

from dataclasses import dataclass

USERS = 1000
TODOS_EACH = 50
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in device of a user."""

    user_id: int
    access: str
    refresh: str
