"""What the phones of the household show: every text to and from each, in the order in which it came."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text. `mine` tells that the phone's owner wrote it; `at` is epoch milliseconds."""

    number: str
    mine: bool
    text: str
    at: int


class Phones:
    """Kept in memory, told to whoever waits. Safe to use from several threads. Numbers are E.164 without `+`."""

    def __init__(self) -> None:
        self._texts: list[Text] = []
        self._news = threading.Condition()
        self._closed = False

    def show(self, number: str, text: str, *, mine: bool) -> None:
        """Let a text appear."""
        with self._news:
            self._texts.append(Text(number, mine, text, round(time.time() * 1000)))
            self._news.notify_all()

    def after(self, seen: int, seconds: float) -> list[Text]:
        """Return what came after the first `seen`; wait for it, so long at most. Empty once closed."""
        with self._news:
            self._news.wait_for(lambda: self._closed or len(self._texts) > seen, seconds)
            return [] if self._closed else self._texts[seen:]

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Let everybody who waits go."""
        with self._news:
            self._closed = True
            self._news.notify_all()
