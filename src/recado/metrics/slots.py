"""Numbers of several processes, each in memory of its own that the others can read. They cost what a list costs.

Each process has a file in one folder, mapped into its memory. Whoever is asked adds up all files. A process that begins
takes over the totals of those that have ended, and removes their files, so that a total never falls and the files stay
few. What holds only while a process lives (a queue) ends with it.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

_WORD = 8
_LOCK = "lock"


class Slots:
    """A row of whole numbers: `values[:lasting]` are totals, those after it hold only while this process lives."""

    def __init__(self, lasting: int, passing: int = 0, folder: Path | None = None) -> None:
        """Without a `folder` this process counts alone. Every process of a folder must ask for the same sizes."""
        self._lasting, self._folder = lasting, folder
        self._bytes = (lasting + passing) * _WORD
        if folder is None:
            self._own = None
            self.values = memoryview(mmap.mmap(-1, self._bytes)).cast("Q")
            return
        with _locked(folder, fcntl.LOCK_EX):
            file, name = tempfile.mkstemp(prefix=f"{os.getpid()}.", dir=folder)
            self._own = Path(name)
            os.ftruncate(file, self._bytes)
            self.values = memoryview(mmap.mmap(file, self._bytes)).cast("Q")
            os.close(file)
            self._take_over()

    def read(self) -> tuple[list[int], int]:
        """Return every number, added up over all processes, and how many processes live, this one included."""
        total, processes = list(self.values), 1
        if self._folder is not None:
            with _locked(self._folder, fcntl.LOCK_SH):
                for path, theirs in self._others():
                    alive = _lives(path)
                    processes += alive
                    upto = len(total) if alive else self._lasting
                    total[:upto] = [one + other for one, other in zip(total[:upto], theirs, strict=False)]
        return total, processes

    def _take_over(self) -> None:
        for path, theirs in self._others():
            if not _lives(path):
                for place in range(self._lasting):
                    self.values[place] += theirs[place]
                path.unlink()

    def _others(self) -> Iterator[tuple[Path, memoryview]]:
        for path in list(self._folder.iterdir()) if self._folder else []:
            if path != self._own and path.name != _LOCK and len(data := path.read_bytes()) == self._bytes:
                yield path, memoryview(data).cast("Q")


@contextmanager
def _locked(folder: Path, how: int) -> Generator[None]:
    """Hold the folder: files are taken over while nobody adds them up."""
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _lives(path: Path) -> bool:
    """Tell whether the process that a file is named after lives."""
    try:
        os.kill(int(path.name.partition(".")[0]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
