"""Whether Redis is worth asking, and what is wrong with it."""

from __future__ import annotations

import time

from revocable.pipeline import Argument, ErrorReply, NoAnswer, Redis

_PAUSE = 1.0


class Link:
    """Redis behind a breaker: after a failure one caller a second tries it, all others do without at once."""

    __slots__ = ("_again", "down", "redis", "refusal")

    def __init__(self, redis: Redis) -> None:
        """`down` is why Redis gave no answer, `refusal` why it refused a command, until one is carried out again."""
        self.redis: Redis = redis
        self.down: str | None = None
        self.refusal: str | None = None
        self._again = 0.0

    def open(self) -> bool:
        """Tell whether this caller may ask."""
        if self.down is None:
            return True
        now = time.monotonic()
        if now < self._again:
            return False
        self._again = now + _PAUSE
        return True

    def failed(self, error: NoAnswer) -> None:
        """Remember a failure."""
        if isinstance(error, ErrorReply):
            self.refusal = str(error)
        else:
            self.down = str(error)
            self._again = time.monotonic() + _PAUSE

    async def send(self, *command: Argument) -> bool:
        """Send a command, whatever the breaker says; tell whether Redis carried it out."""
        try:
            await self.redis(*command)
        except NoAnswer as error:
            self.failed(error)
            return False
        self.down = self.refusal = None
        return True
