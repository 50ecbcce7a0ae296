"""The signing keys in the data folder: generated on the first start, kept, and readable by their owner only.

A key file holds the very text that `ACCESS_SECRET` or `REFRESH_SECRET` would hold, so it can be moved to another
machine's environment as it is.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import replace
from pathlib import Path

from recado.datafolder import make_folder
from recado.readings import SettingsError, secret
from recado.settings import Settings

ACCESS_KEY, REFRESH_KEY = "access.key", "refresh.key"


def with_keys(settings: Settings) -> Settings:
    """Return the settings with both secrets filled in, from the environment or else from the data folder.

    The first call generates what is missing; of several processes that start at once, all get the same keys. Raises
    `SettingsError` when the folder cannot be written or a key file is damaged.
    """
    if settings.access_secret and settings.refresh_secret:
        return settings
    make_folder(settings.data)
    return replace(
        settings,
        access_secret=settings.access_secret or _kept(settings.data / ACCESS_KEY),
        refresh_secret=settings.refresh_secret or _kept(settings.data / REFRESH_KEY),
    )


def _kept(path: Path) -> bytes:
    """Return the key in `path`, which is generated first when there is none."""
    try:
        _generate_once(path)
        key = secret(path.name, path.read_text("ascii").strip())
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read or made ({error.strerror}): give it to the user that runs recado."
        ) from error
    except (SettingsError, UnicodeDecodeError) as error:
        raise SettingsError(_damaged(path)) from error
    if key is None:
        raise SettingsError(_damaged(path))
    return key


def _generate_once(path: Path) -> None:
    """Write a new key unless there is one. Processes take turns, and a rename shows the file whole or not at all."""
    if path.exists():
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not path.exists():
            _write(path, secrets.token_urlsafe(48))
            os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _damaged(path: Path) -> str:
    return f"{path} holds no usable key: restore it from a backup, or remove it, which signs everybody out."
