"""Turns: of those who want the same thing at the same moment, only a few go on at once, and the rest wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from recado.errors import Unavailable


@dataclass(slots=True)
class _Door:
    free: asyncio.Semaphore
    people: int = 0


class Turns:
    """For each key, `at_once` go on and `waiting` more may wait, in the order in which they came."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._doors: dict[str, _Door] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncGenerator[None, None]:
        """Wait for a turn and keep it for the length of the block. Raises `Unavailable` when too many wait."""
        door = self._doors.setdefault(key, _Door(asyncio.Semaphore(self._at_once)))
        if door.people >= self._most:
            raise Unavailable("Too many attempts at the same time.")
        door.people += 1
        try:
            async with door.free:
                yield
        finally:
            door.people -= 1
            if door.people == 0:
                del self._doors[key]
