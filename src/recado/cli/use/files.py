"""Small files that several processes share: written whole or not at all, for their owner only, one writer at a time."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from recado.cli.use.failures import Failure

_PATIENCE = 60.0
_PAUSE = 0.02


def config_folder() -> Path:
    """Where profiles and their tokens are (XDG Base Directory Specification)."""
    return _folder("XDG_CONFIG_HOME", ".config")


def state_folder() -> Path:
    """Where the numbers of to-dos and the changes to take back are."""
    return _folder("XDG_STATE_HOME", ".local/state")


def _folder(variable: str, otherwise: str) -> Path:
    given = os.environ.get(variable, "")
    return (Path(given) if Path(given).is_absolute() else Path.home() / otherwise) / "recado"


def read(path: Path) -> dict[str, Any] | None:
    """Return what a file holds, or None when it is not there. One that others could read is closed to them."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                os.fchmod(file.fileno(), 0o600)
            held = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read ({error}): mend it, or remove it and sign in again.") from error
    if not isinstance(held, dict):
        raise Failure(f"{path} is no file of recado: remove it and sign in again.")
    return held  # pyright: ignore[reportUnknownVariableType]  (a JSON object)


def write(path: Path, held: dict[str, Any]) -> None:
    """Replace a file at once, mode 0600; what a crash leaves is the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        make(path.parent)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(held, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Failure(f"{path} cannot be written ({error.strerror}).") from error


def make(folder: Path) -> None:
    """Make a folder for its owner only, unless it is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the lock that belongs to a file; another process waits meanwhile, a minute at most."""
    try:
        make(path.parent)
        descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Failure(f"{path.parent} cannot be written ({error.strerror}).") from error
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise Failure(
                    f"Another recado has held {path.with_suffix('.lock')} for a minute: see what it does."
                ) from None
            time.sleep(_PAUSE)
        else:
            return
