"""What one row found, and the table of all rows."""

from __future__ import annotations

import json
import platform
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Outcome:
    """What was seen under one fault on one set-up.

    `tries` counts requests that may or must be answered, `acknowledged` those writes that were, `kept` those of them
    that were there afterwards. `heal` is in seconds, from the end of the fault (or the kill) to the last failure's
    follower that went well; None where nothing has to heal. `allowed` is the most it may be.
    """

    row: str
    stores: str
    tries: int = 0
    acknowledged: int = 0
    kept: int = 0
    wrong: Counter[str] = field(default_factory=Counter[str])
    heal: float | None = None
    allowed: float = 5.0
    notes: list[str] = field(default_factory=list[str])
    not_run: str = ""
    seconds: float = 0.0

    def demand(self, true: object, otherwise: str) -> None:
        """Count a wrong answer unless it is true."""
        if not true:
            self.wrong[otherwise] += 1

    def healed(self, seconds: float) -> None:
        """Take the longest of the times it took to heal."""
        self.heal = max(self.heal or 0.0, seconds)

    def note(self, sentence: str) -> None:
        """Add something worth reading behind the table's row."""
        self.notes.append(sentence)

    @property
    def problems(self) -> list[str]:
        """Say what was lost, wrong or too slow to heal."""
        found = [f"{sentence} ({times}×)" for sentence, times in self.wrong.items()]
        if self.kept < self.acknowledged:
            found.append(f"{self.acknowledged - self.kept} acknowledged writes were lost")
        if self.heal is not None and self.heal > self.allowed:
            found.append(f"it took {self.heal:.1f} s to heal, where {self.allowed:g} s are allowed")
        return found


_HEADS = ("fault", "stores", "tries", "acknowledged", "kept", "wrong answers", "time to heal", "what was seen")


def table(outcomes: list[Outcome]) -> str:
    """Return the rows as a Markdown table, and below it what was wrong."""
    rows = [_cells(outcome) for outcome in outcomes]
    widths = [max(len(row[column]) for row in [_HEADS, *rows]) for column in range(len(_HEADS) - 1)]
    lines = [_line(_HEADS, widths), "|" + "|".join("---" for _ in _HEADS) + "|", *(_line(row, widths) for row in rows)]
    for outcome in outcomes:
        lines += [f"WRONG {outcome.row} ({outcome.stores}): {problem}" for problem in outcome.problems]
    return "\n".join(lines)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    if outcome.not_run:
        return (outcome.row, outcome.stores, "-", "-", "-", "-", "-", f"not run: {outcome.not_run}")
    counts = (outcome.tries, outcome.acknowledged, outcome.kept, sum(outcome.wrong.values()))
    heal = "-" if outcome.heal is None else f"{outcome.heal:.1f} s"
    return (outcome.row, outcome.stores, *(str(count) for count in counts), heal, "; ".join(outcome.notes))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "| " + " | ".join([*padded, cells[-1]]) + " |"


def write_json(outcomes: list[Outcome], path: Path) -> None:
    """Write everything that was seen to a file."""
    path.parent.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = [
        {member.name: getattr(outcome, member.name) for member in fields(outcome)} | {"problems": outcome.problems}
        for outcome in outcomes
    ]
    about = {"python": platform.python_version(), "rows": rows}
    path.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
