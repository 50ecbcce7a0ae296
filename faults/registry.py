"""The list of rows: a function for each fault, the set-ups it runs on, and the programs it needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from faults.ground import Ground
from faults.table import Outcome

Run = Callable[[Ground, Outcome], None]
SQLITE, SQLITE_REDIS, POSTGRES, REDIS, BELOW = "sqlite", "sqlite+redis", "postgres", "postgres+redis", "all stores"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault. `needs` are programs, and `root` for what only the superuser may do."""

    name: str
    stores: tuple[str, ...]
    needs: tuple[str, ...]
    run: Run

    def missing(self) -> str:
        """Return what it needs and is not there; empty when it can run."""
        lacking = [need for need in self.needs if not _there(need)]
        return f"needs {', '.join(lacking)}" if lacking else ""


ROWS: dict[str, Row] = {}


def row(name: str, *stores: str, needs: tuple[str, ...] = ()) -> Callable[[Run], Run]:
    """Enter a function into the list."""

    def enter(run: Run) -> Run:
        ROWS[name] = Row(name, stores, needs, run)
        return run

    return enter


def _there(need: str) -> bool:
    if need == "root":
        return os.geteuid() == 0
    if need == "libfaketime":
        return shutil.which("faketime") is not None
    return shutil.which(need) is not None
