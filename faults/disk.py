"""Disks that a row may fill: a small tmpfs, mounted for the length of a block."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system of that size on the folder."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "recado-faults", str(folder)]
    subprocess.run(command, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave not one free block on the folder's file system."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        size = 1 << 20
        while size >= 4096:
            try:
                out.write(os.urandom(size))
            except OSError:
                size //= 2
    try:
        yield
    finally:
        filler.unlink()
