"""The data folder: made for its owner only, proved writable, and held by one service at a time."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

from recado.readings import SettingsError

LOCK = "recado.lock"


class FolderTaken(Exception):
    """Another service works in the folder; the message is one sentence that says which."""


class Hold:
    """The folder, held until the process and those it forked have ended."""

    def __init__(self, folder: Path) -> None:
        """Take the folder. Raises `FolderTaken`, and `SettingsError` when it cannot be written."""
        make_folder(folder)
        self._file = (folder / LOCK).open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(200).strip() or "just starting"
            self._file.close()
            raise FolderTaken(
                f"{folder} is in use by another recado ({holder}): stop that one, "
                "or give this one a folder of its own with RECADO_DATA."
            ) from error
        self.sign("just starting")

    def sign(self, where: str) -> None:
        """Leave word of who holds it, for whoever comes second."""
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()}, {where}\n")
        self._file.flush()

    def release(self) -> None:
        """Let others have it."""
        self._file.truncate(0)
        self._file.close()


def make_folder(folder: Path) -> None:
    """Make the data folder (mode 0700) unless it is there, and prove that it can be written. Raises `SettingsError`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingsError(
            f"RECADO_DATA is {str(folder)!r}, which cannot be written ({error.strerror}): "
            "give it to the user that runs recado, or write another folder."
        ) from error
