"""Which keys sign and verify tokens now: by the settings or the files of the data folder, looked at while it serves.

A key that replaces another is announced first: it verifies at once and signs from a later instant on, when every
process knows it, and whoever keeps the public keys for as long as they may has asked again. So nobody is ever shown a
token of a key they do not know.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from recado import keyfile
from recado.keyfile import FILES, Kept, Kind
from recado.readings import Algorithm, SettingsError
from recado.settings import Settings
from revocable import Key, KeyRing, Tokens
from revocable.keys import SigningKey

LOOK = 1.0
"""Seconds between two looks at the files."""
LEAD: dict[Algorithm, int] = {"HS256": 10, "ES256": 600}
"""How long a new key is announced before it signs. Public keys may be kept for half of that."""
KINDS: tuple[Kind, ...] = ("access", "refresh")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    """One key, as it is told of. `until` is None for the one that signs, and for one that will."""

    kind: Kind
    key: SigningKey
    since: int
    until: int | None
    signs: bool
    place: str

    @property
    def given_as_previous(self) -> bool:
        """Whether it verifies for as long as it is among the settings."""
        return not self.signs and self.place.endswith("_PREVIOUS")


def tokens(settings: Settings, now: int | None = None) -> Tokens:
    """Return what signs and reads tokens. The settings hold the keys by now. Raises `SettingsError`."""
    return Tokens(*_rings(settings, now or int(time.time())), issuer="recado", audience="recado")


def held(settings: Settings, now: int) -> list[Held]:
    """Return every key that signs, will sign or verifies, those that sign first. Raises `SettingsError`."""
    return [one for kind in KINDS for one in _held(settings, kind, now)]


def given(settings: Settings, kind: Kind) -> str | None:
    """Return the setting that a kind's key comes from, None when it is generated."""
    name = f"{kind.upper()}_SECRET"
    return name if name in settings.given else None


def name_of(kept: Kept) -> str:
    """Return the name of a generated key."""
    return _key(kept.secret, kept.alg).kid


def life(settings: Settings, kind: Kind, longest: int) -> int:
    """Return for how long a token of a kind can live; `longest`: the life of a token that scripts get."""
    return max(settings.access_ttl, longest) if kind == "access" else settings.refresh_ttl


def names(settings: Settings, now: int, longest: int) -> dict[str, tuple[str, int | None]]:
    """Return the names of all keys: name → kind, and until when tokens of it are about, None for no end yet."""
    found = dict[str, tuple[str, int | None]]()
    for one in held(settings, now):
        ends = now + life(settings, one.kind, longest) + keyfile.MARGIN
        found[one.key.kid] = one.kind, ends if one.given_as_previous else one.until
    return found


def follow_algorithm(settings: Settings, longest: int) -> None:
    """Announce a key of the algorithm that the settings ask for, when the generated one is of another."""
    if given(settings, "access") is None and keyfile.kept(settings, "access")[0].alg != settings.access_alg:
        rotate(settings, "access", longest)


def rotate(settings: Settings, kind: Kind, longest: int, lead: int | None = None) -> int:
    """Announce a new generated key; return the epoch second from which on it signs. Raises `SettingsError`."""
    alg: Algorithm = settings.access_alg if kind == "access" else "HS256"
    now = int(time.time())
    since = now + (LEAD[alg] if lead is None else lead)
    keyfile.rotate(settings, kind, alg, now=now, since=since, life=life(settings, kind, longest))
    return since


async def watch(settings: Settings, tokens: Tokens) -> None:
    """Keep the keys of a running process up to date, until cancelled. Files that cannot be read change nothing."""
    files = [keyfile.path_of(settings, kind) for kind in KINDS if given(settings, kind) is None]
    seen = _looks(files)
    due = _next_change(settings)
    while files:
        await asyncio.sleep(LOOK)
        looks = _looks(files)
        if looks == seen and time.time() < due:
            continue
        try:
            tokens.replace(*_rings(settings, int(time.time())))
            seen, due = looks, _next_change(settings)
        except SettingsError as error:
            _log.error("the signing keys stay as they are", reason=str(error))
            seen, due = looks, time.time() + 60


def _looks(files: Sequence[Path]) -> list[tuple[int, int] | None]:
    found = list[tuple[int, int] | None]()
    for file in files:
        try:
            status = file.stat()
            found.append((status.st_ino, status.st_mtime_ns))
        except OSError:
            found.append(None)
    return found


def _next_change(settings: Settings) -> float:
    """Return when the next key begins to sign or ends to verify."""
    now = time.time()
    kept = [key for kind in KINDS if given(settings, kind) is None for key in keyfile.kept(settings, kind)]
    instants = [instant for key in kept for instant in (key.since, key.until) if instant and instant > now]
    return min(instants, default=float("inf"))


def _rings(settings: Settings, now: int) -> tuple[KeyRing, KeyRing]:
    access, refresh = (_ring(_held(settings, kind, now)) for kind in KINDS)
    return access, refresh


def _ring(held: Sequence[Held]) -> KeyRing:
    return KeyRing.of(held[0].key, [one.key for one in held[1:]])


def _held(settings: Settings, kind: Kind, now: int) -> list[Held]:
    name = given(settings, kind)
    if name is not None:
        return _of_settings(settings, kind, name)
    kept = [one for one in keyfile.kept(settings, kind) if one.until is None or one.until > now]
    current = next((one for one in kept if one.since <= now), kept[-1] if kept else None)
    if current is None:
        raise SettingsError(f"{keyfile.path_of(settings, kind)} holds no key that is still valid: remove it.")
    return [
        _of_file(kind, one, signs=one is current) for one in [current, *(one for one in kept if one is not current)]
    ]


def _of_file(kind: Kind, one: Kept, *, signs: bool) -> Held:
    return Held(kind, _key(one.secret, one.alg), one.since, one.until, signs, FILES[kind])


def _of_settings(settings: Settings, kind: Kind, name: str) -> list[Held]:
    """With ES256, what is given as the previous secret may have signed with either algorithm."""
    access = kind == "access"
    current = settings.access_secret if access else settings.refresh_secret
    previous = settings.access_secret_previous if access else settings.refresh_secret_previous
    if current is None:
        raise AssertionError("it is given")
    found = [Held(kind, _key(current, settings.access_alg if access else "HS256"), 0, None, True, name)]
    algs: tuple[Algorithm, ...] = ("HS256", "ES256") if access and settings.access_alg == "ES256" else ("HS256",)
    more = [Held(kind, _key(previous, alg), 0, None, False, f"{name}_PREVIOUS") for alg in algs if previous]
    return found + more


def _key(secret: bytes, alg: Algorithm) -> SigningKey:
    if alg == "HS256":
        return Key.from_secret(secret)
    from revocable.es256 import PrivateKey  # noqa: PLC0415 - HS256, the default, never pays for `cryptography`

    return PrivateKey.from_secret(secret)
