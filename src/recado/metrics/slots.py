"""Numbers of several processes, each in memory of its own that the others can read. They cost what a list costs.

Each process has a file in one folder, mapped into its memory. Whoever is asked adds up all files, also those of
processes that have ended, so that a total never falls. What holds only while a process lives (a queue) is left out of
the sum once it is gone.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_WORD = 8


class Slots:
    """A row of whole numbers: `values[:lasting]` are totals, those after it hold only while this process lives."""

    def __init__(self, lasting: int, passing: int = 0, folder: Path | None = None) -> None:
        """Without a `folder` this process counts alone. Every process of a folder must ask for the same sizes."""
        self._lasting, self._folder = lasting, folder
        self._bytes = (lasting + passing) * _WORD
        self.values = memoryview(mmap.mmap(self._file(), self._bytes)).cast("Q")

    def sums(self) -> list[int]:
        """Return every number, added up over all processes."""
        total = list(self.values)
        for others, alive in self._others():
            upto = len(total) if alive else self._lasting
            total[:upto] = [mine + theirs for mine, theirs in zip(total[:upto], others, strict=False)]
        return total

    def processes(self) -> int:
        """Return how many processes count now, this one included."""
        return 1 + sum(alive for _, alive in self._others())

    def _file(self) -> int:
        """Return a file of this process's own, without a name where it counts alone: -1."""
        if self._folder is None:
            self._own = None
            return -1
        file, name = tempfile.mkstemp(prefix=f"{os.getpid()}.", dir=self._folder)
        os.ftruncate(file, self._bytes)
        self._own = Path(name)
        return file

    def _others(self) -> Iterator[tuple[memoryview, bool]]:
        if self._folder is None:
            return
        for path in self._folder.iterdir():
            if path != self._own and len(data := path.read_bytes()) == self._bytes:
                yield memoryview(data).cast("Q"), _lives(int(path.name.partition(".")[0]))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
