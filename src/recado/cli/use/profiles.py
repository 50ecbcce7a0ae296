"""Profiles: which servers this person uses, as whom, and the tokens. One file each, mode 0600."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from recado.cli.use import files
from recado.cli.use.address import USUAL, address
from recado.cli.use.failures import Failure, Missing, Misused

FIRST = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens; `expires_at` is when the access token runs out, in epoch seconds of this machine's clock.

    Without `refresh` it is an access token for scripts, which the server alone knows the end of.
    """

    access: str
    refresh: str
    expires_at: float
    session_id: str

    @classmethod
    def alone(cls, access: str) -> Tokens:
        """An access token for scripts."""
        return cls(access, "", 0, "")


@dataclass(frozen=True, slots=True)
class Profile:
    """One server and one person. Without `tokens` nobody is signed in; what comes from `RECADO_TOKEN` is not `kept`."""

    name: str
    server: str
    username: str
    user_id: int = 0
    time_zone: str = "UTC"
    personal_list: str = ""
    tokens: Tokens | None = None
    kept: bool = True

    def signed_out(self) -> Profile:
        """The same without tokens."""
        return replace(self, tokens=None)


def path(name: str) -> Path:
    """Return the file of a profile. Raises `Misused` for a name that cannot be one."""
    if not _NAME.match(name):
        raise Misused(f"{name!r} is no name for a profile: use letters, digits, _ and -.")
    return files.config_folder() / "profiles" / f"{name}.json"


def lock(name: str) -> AbstractContextManager[None]:
    """Hold a profile: whoever writes it does so under this lock, having read it again."""
    return files.locked(path(name))


def load(name: str) -> Profile | None:
    """Return a profile as it is on disk now, or None."""
    held = files.read(path(name))
    return None if held is None else _profile(name, held)


def _profile(name: str, held: dict[str, Any]) -> Profile:
    tokens: dict[str, Any] | None = held.get("tokens")
    known = {field: held[field] for field in ("user_id", "time_zone", "personal_list") if field in held}
    try:
        pair = None if tokens is None else Tokens(**tokens)
        profile = Profile(name, held["server"], held["username"], **known, tokens=pair)
    except (KeyError, TypeError):
        profile = None
    if profile is None or not _whole(profile) or (profile.tokens and not _whole(profile.tokens)):
        raise Failure(f"{path(name)} is not whole: `recado profiles rm {name}`, and sign in again.")
    return profile


def _whole(held: Profile | Tokens) -> bool:
    """Whether each member is of the kind that the member of that name is."""
    numbers = ("user_id", "expires_at")
    return all(
        isinstance(getattr(held, one.name), (int, float) if one.name in numbers else str)
        for one in fields(held)
        if one.name not in ("tokens", "kept")
    )


def save(profile: Profile) -> None:
    """Write a profile, under its lock."""
    held = asdict(profile)
    del held["name"], held["kept"]
    files.write(path(profile.name), held)


def remove(name: str) -> None:
    """Forget a profile and all that is kept for it."""
    for file in (path(name), files.state_folder() / f"{name}.json"):
        _unlink(file)
        _unlink(file.with_suffix(".lock"))
    if current() == name:
        _unlink(files.config_folder() / "current.json")


def forget_to_dos(name: str) -> None:
    """Forget numbers and changes: somebody else uses the profile from now on."""
    with files.locked(files.state_folder() / f"{name}.json"):
        _unlink(files.state_folder() / f"{name}.json")


def _unlink(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise Failure(f"{file} cannot be removed ({error.strerror}).") from error


def names() -> list[str]:
    """Return the names of all profiles."""
    return sorted(file.stem for file in (files.config_folder() / "profiles").glob("[!.]*.json"))


def current() -> str | None:
    """Return the profile that is used when none is named: that of RECADO_PROFILE, else the chosen one."""
    named = os.environ.get("RECADO_PROFILE")
    if named:
        return named
    held = files.read(files.config_folder() / "current.json")
    return None if held is None else str(held.get("profile", FIRST))


def of_script() -> Profile | None:
    """Return what `RECADO_TOKEN` and `RECADO_SERVER` say, for scripts; None without them. Raises `Misused`.

    Its name is made of both, so that numbers of to-dos are kept for each apart.
    """
    token = os.environ.get("RECADO_TOKEN", "").strip()
    if not token:
        return None
    if not token.isascii() or not token.isprintable() or " " in token:
        raise Misused("RECADO_TOKEN is no access token.")
    server = address(os.environ.get("RECADO_SERVER") or USUAL)
    name = f"token-{hashlib.sha256(f'{server} {token}'.encode()).hexdigest()[:12]}"
    return Profile(name, server, "", tokens=Tokens.alone(token), kept=False)


def choose(name: str) -> None:
    """Use this profile from now on when none is named. Raises `Missing`."""
    if load(name) is None:
        raise Missing(f"There is no profile {name!r}: `recado profiles` lists them.")
    files.write(files.config_folder() / "current.json", {"profile": name})
