"""The key ring: one key signs, earlier ones still verify, so a key is replaced without signing anyone out.

An algorithm belongs to a key, and never to a token (RFC 8725, 3.1). HS256 is here; ES256, which others can verify
without being able to sign, is in `revocable.es256`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from revocable.errors import WeakKey

MIN_BYTES = 32


class VerifyingKey(Protocol):
    """What can tell whether a signature is its key's."""

    @property
    def kid(self) -> str:
        """The key's name: letters, digits, `-` and `_`."""
        ...

    @property
    def alg(self) -> str:
        """Its one algorithm (RFC 7518, 3.1)."""
        ...

    def verify(self, signed: bytes, signature: bytes) -> bool:
        """Tell whether this key made the signature."""
        ...

    def public_jwk(self) -> dict[str, str] | None:
        """Return the public key as a JWK (RFC 7517); None for a secret, which has no public part."""
        ...


class SigningKey(VerifyingKey, Protocol):
    """What can sign as well."""

    def sign(self, signed: bytes) -> bytes:
        """Return the signature in the form that JWS has for it."""
        ...


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

    def sign(self, signed: bytes) -> bytes:
        """Return the HMAC with SHA-256 (RFC 2104) of `signed`."""
        begun = self._started.copy()
        begun.update(signed)
        return begun.digest()

    def verify(self, signed: bytes, signature: bytes) -> bool:
        """Tell, in constant time, whether this key made the signature."""
        begun = self._started.copy()
        begun.update(signed)
        return hmac.compare_digest(begun.digest(), signature)

    def public_jwk(self) -> None:
        """There is nothing public about a secret."""

    @classmethod
    def from_secret(cls, secret: bytes) -> Key:
        """Raises `WeakKey` when the secret has fewer than 32 bytes (RFC 7518, 3.2)."""
        check_length(secret)
        digest = hashlib.sha256(b"revocable kid\0" + secret).digest()
        return cls(base64.urlsafe_b64encode(digest[:9]).decode(), secret)


class KeyRing:
    """The current key of one kind of token and the others that verify: earlier ones, and those announced."""

    __slots__ = ("_current", "_keys")

    def __init__(self, current: bytes, previous: Iterable[bytes] = ()) -> None:
        """A ring of HS256 keys. Raises `WeakKey` for a secret that is too short."""
        self._fill(Key.from_secret(current), [Key.from_secret(secret) for secret in previous])

    @classmethod
    def of(cls, current: SigningKey, others: Iterable[VerifyingKey] = ()) -> KeyRing:
        """Return a ring of keys of any algorithm."""
        ring = cls.__new__(cls)
        ring._fill(current, others)
        return ring

    @classmethod
    def verifying(cls, keys: Iterable[VerifyingKey] = ()) -> KeyRing:
        """Return a ring that signs nothing."""
        ring = cls.__new__(cls)
        ring._fill(None, keys)
        return ring

    @property
    def current(self) -> SigningKey:
        """The key that signs. Raises ValueError where the ring only verifies."""
        if self._current is None:
            raise ValueError("these keys only verify")
        return self._current

    @property
    def signs(self) -> bool:
        """Whether there is a key that signs."""
        return self._current is not None

    def find(self, kid: str) -> VerifyingKey | None:
        """Return the key named `kid`, or None."""
        return self._keys.get(kid)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JWK set (RFC 7517, 5); none of them is of HS256."""
        found = [key.public_jwk() for key in self]
        return {"keys": [jwk for jwk in found if jwk is not None]}

    def __iter__(self) -> Iterator[VerifyingKey]:
        return iter(self._keys.values())

    def _fill(self, current: SigningKey | None, others: Iterable[VerifyingKey]) -> None:
        self._current = current
        keys: list[VerifyingKey] = [*others, current] if current is not None else [*others]
        self._keys = {key.kid: key for key in keys}


def check_length(secret: bytes) -> None:
    """Raise `WeakKey` when a secret has fewer than 32 bytes."""
    if len(secret) < MIN_BYTES:
        raise WeakKey(f"a signing secret needs at least {MIN_BYTES} bytes, this one has {len(secret)}")
