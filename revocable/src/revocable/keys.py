"""The key ring: one key signs, earlier ones still verify, so a key is replaced without signing anyone out."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from revocable.errors import WeakKey

MIN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """An HS256 key. `kid` is derived from the secret, so every machine gives the same key the same name."""

    kid: str
    secret: bytes = field(repr=False)
    alg: str = "HS256"
    _started: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Do once what every signature of a key begins with."""
        object.__setattr__(self, "_started", hmac.new(self.secret, digestmod="sha256"))

    def mac(self, signed: bytes) -> bytes:
        """Return the HMAC with SHA-256 (RFC 2104) of `signed`."""
        begun = self._started.copy()
        begun.update(signed)
        return begun.digest()

    @classmethod
    def from_secret(cls, secret: bytes) -> Key:
        """Raises `WeakKey` when the secret has fewer than 32 bytes (RFC 7518, 3.2)."""
        if len(secret) < MIN_BYTES:
            raise WeakKey(f"a signing secret needs at least {MIN_BYTES} bytes, this one has {len(secret)}")
        digest = hashlib.sha256(b"revocable kid\0" + secret).digest()
        return cls(base64.urlsafe_b64encode(digest[:9]).decode(), secret)


class KeyRing:
    """The current key of one kind of token and the earlier ones that still verify."""

    __slots__ = ("_keys", "current")

    def __init__(self, current: bytes, previous: Iterable[bytes] = ()) -> None:
        """Raises `WeakKey` for a secret that is too short."""
        self.current: Key = Key.from_secret(current)
        earlier = [Key.from_secret(secret) for secret in previous]
        self._keys = {key.kid: key for key in [*earlier, self.current]}

    def find(self, kid: str) -> Key | None:
        """Return the key named `kid`, or None."""
        return self._keys.get(kid)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())
