"""The signing keys in the data folder: generated on the first start, kept, replaced, and readable by their owner only.

A key file holds a key a line, the newest first: the very text that `ACCESS_SECRET` or `REFRESH_SECRET` would hold, so
that it can be moved to another machine's environment, and behind it what is to be known of it: `alg=ES256`, `since=`
when it begins to sign, `until=` when it no longer verifies, both in epoch seconds.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from recado.datafolder import make_folder
from recado.readings import Algorithm, SettingsError, secret
from recado.settings import Settings

ACCESS_KEY, REFRESH_KEY, CODES_KEY = "access.key", "refresh.key", "codes.key"
Kind = Literal["access", "refresh"]
FILES: dict[Kind, str] = {"access": ACCESS_KEY, "refresh": REFRESH_KEY}
MARGIN = 60
"""Seconds that an old key verifies for longer than it must, for clocks that differ."""
_SAID = re.compile(r"\s+(alg|since|until)=(\S+)\Z")


@dataclass(frozen=True, slots=True)
class Kept:
    """One key of a file. `since` and `until` are epoch seconds; it signs from `since` on until a newer one does."""

    secret: bytes = field(repr=False)
    alg: Algorithm = "HS256"
    since: int = 0
    until: int | None = None


def with_keys(settings: Settings) -> Settings:
    """Return the settings with both secrets filled in, from the environment or else from the data folder.

    The first call generates what is missing; of several processes that start at once, all get the same keys. Raises
    `SettingsError` when the folder cannot be written or a key file is damaged.
    """
    if settings.access_secret and settings.refresh_secret:
        return settings
    make_folder(settings.data)
    codes = settings.data / CODES_KEY
    return replace(
        settings,
        access_secret=settings.access_secret or kept(settings, "access")[0].secret,
        refresh_secret=settings.refresh_secret
        or read(codes if codes.exists() else _made(settings, "refresh"))[0].secret,
    )


def kept(settings: Settings, kind: Kind) -> list[Kept]:
    """Return the keys of a file, the newest first; one is generated when there is none. Raises `SettingsError`."""
    return read(_made(settings, kind))


def path_of(settings: Settings, kind: Kind) -> Path:
    """Return where the generated keys of a kind are."""
    return settings.data / FILES[kind]


def rotate(settings: Settings, kind: Kind, alg: Algorithm, *, now: int, since: int, life: int) -> None:
    """Put a new key in front, which signs from `since` on. Those before verify `life` seconds longer, then no more.

    The first time a refresh key is replaced, the one before is kept for codes and topics too, which follow from it.
    Raises `SettingsError`.
    """

    def replaced(keys: Sequence[Kept]) -> list[Kept]:
        ends = since + life + MARGIN
        last = [replace(key, until=ends if key.until is None else key.until) for key in keys]
        return [Kept(secrets.token_urlsafe(48).encode(), alg, since), *(key for key in last if (key.until or 0) > now)]

    codes = settings.data / CODES_KEY
    if kind == "refresh" and not codes.exists():
        _change(settings, kind, lambda keys: [replace(keys[-1], until=None)], into=codes)
    _change(settings, kind, replaced)


def drop(settings: Settings, kind: Kind, goes: Callable[[Kept], bool]) -> None:
    """Forget keys, which verify nothing from then on. Raises `SettingsError`."""
    _change(settings, kind, lambda keys: [key for key in keys if not goes(key)])


def _change(
    settings: Settings, kind: Kind, change: Callable[[Sequence[Kept]], Sequence[Kept]], into: Path | None = None
) -> None:
    path = _made(settings, kind)
    try:
        with _turn(path.parent) as folder:
            _write(into or path, change(read(path)), folder)
    except OSError as error:
        raise SettingsError(_unusable(path, error)) from error


def _made(settings: Settings, kind: Kind) -> Path:
    """Return the file of a kind, with a new key in it unless there is one. Processes take turns."""
    path, alg = path_of(settings, kind), settings.access_alg if kind == "access" else "HS256"
    try:
        if not path.exists():
            with _turn(path.parent) as folder:
                if not path.exists():
                    _write(path, [Kept(secrets.token_urlsafe(48).encode(), alg)], folder)
    except OSError as error:
        raise SettingsError(_unusable(path, error)) from error
    return path


def read(path: Path) -> list[Kept]:
    """Return the keys of a file that is there. Raises `SettingsError`."""
    try:
        found = [_line(path.name, line) for line in path.read_text("ascii").splitlines() if line.strip()]
    except OSError as error:
        raise SettingsError(_unusable(path, error)) from error
    except (SettingsError, ValueError) as error:
        raise SettingsError(_damaged(path)) from error
    if not found:
        raise SettingsError(_damaged(path))
    return found


def _line(name: str, line: str) -> Kept:
    text, said = line.strip(), dict[str, str]()
    while match := _SAID.search(text):
        text, said[match[1]] = text[: match.start()], match[2]
    key, alg = secret(name, text), said.get("alg", "HS256")
    if key is None or alg not in ("HS256", "ES256"):
        raise ValueError(name)
    until = said.get("until")
    return Kept(key, alg, int(said.get("since", 0)), None if until is None else int(until))


@contextmanager
def _turn(folder: Path) -> Generator[int, None, None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(path: Path, keys: Sequence[Kept], folder: int) -> None:
    """A rename shows the file whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{_shown(key)}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    os.fsync(folder)


def _shown(key: Kept) -> str:
    said = [f"alg={key.alg}"] * (key.alg != "HS256") + [f"since={key.since}"] * (key.since > 0)
    return " ".join([key.secret.decode("ascii"), *said, *([] if key.until is None else [f"until={key.until}"])])


def _damaged(path: Path) -> str:
    return f"{path} holds no usable key: restore it from a backup, or remove it, which signs everybody out."


def _unusable(path: Path, error: OSError) -> str:
    return f"{path} cannot be read or made ({error.strerror}): give it to the user that runs recado."
