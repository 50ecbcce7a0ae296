"""What an examination finds, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "wrong"]
_MARKS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination. `advice` says what to do about it."""

    level: Level
    subject: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"\n{' ' * 18}→ {self.advice}" if self.advice else ""
        return f"{_MARKS[self.level]} {self.subject:<11} {self.text}{advice}"


def clock_finding(whose: str, ahead: float) -> Finding:
    """Judge how many seconds another clock is ahead of this one: tokens bear a minute (contract, `iat`)."""
    if abs(ahead) < 5:
        return Finding("ok", "clock", f"agrees with {whose} to {abs(ahead):.1f} s")
    level: Level = "note" if abs(ahead) < 30 else "wrong"
    side = "behind" if ahead > 0 else "ahead of"
    return Finding(level, "clock", f"is {abs(ahead):.0f} s {side} {whose}", "Set it with NTP.")
