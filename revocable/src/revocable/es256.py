"""ES256 keys (RFC 7518, 3.4: ECDSA on P-256 with SHA-256): who holds the public one verifies and cannot sign.

Needs the extra `es256`, which is `cryptography`. A private key follows from a secret, so that one text is all that has
to be kept and handed to every machine, whichever algorithm signs. `kid` is the thumbprint of the public key (RFC 7638).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from revocable.compact import decode, encode
from revocable.errors import TokenInvalid
from revocable.keys import KeyRing, check_length

__all__ = ["PrivateKey", "PublicKey", "from_jwks"]

_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
_SIZE = 32
_ECDSA = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that verifies."""

    kid: str
    _key: ec.EllipticCurvePublicKey = field(repr=False)
    alg: str = "ES256"

    def verify(self, signed: bytes, signature: bytes) -> bool:
        """Tell whether the private key made the signature, which is `r` and `s`, 32 bytes each."""
        if len(signature) != 2 * _SIZE:
            return False
        r, s = int.from_bytes(signature[:_SIZE]), int.from_bytes(signature[_SIZE:])
        try:
            self._key.verify(encode_dss_signature(r, s), signed, _ECDSA)
        except InvalidSignature:
            return False
        return True

    def public_jwk(self) -> dict[str, str]:
        """Return it as a JWK (RFC 7518, 6.2.1)."""
        return {**_point(self._key), "kid": self.kid, "use": "sig", "alg": self.alg}

    @classmethod
    def from_jwk(cls, jwk: object) -> PublicKey | None:
        """Return the key that a JWK says; None for one of another kind, or one that is no point of the curve."""
        members = cast("dict[str, Any]", jwk) if isinstance(jwk, dict) else {}
        if (members.get("kty"), members.get("crv")) != ("EC", "P-256") or members.get("alg", "ES256") != "ES256":
            return None
        try:
            x, y = (int.from_bytes(decode(str(members.get(name, "")))) for name in ("x", "y"))
            key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        except (ValueError, TokenInvalid):
            return None
        kid = members.get("kid")
        return cls(kid if isinstance(kid, str) else _thumbprint(key), key)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The half that signs, with the other."""

    public: PublicKey
    _key: ec.EllipticCurvePrivateKey = field(repr=False)
    alg: str = "ES256"

    @property
    def kid(self) -> str:
        """The thumbprint of the public key."""
        return self.public.kid

    def sign(self, signed: bytes) -> bytes:
        """Return `r` and `s`, 32 bytes each (RFC 7518, 3.4)."""
        r, s = decode_dss_signature(self._key.sign(signed, _ECDSA))
        return r.to_bytes(_SIZE) + s.to_bytes(_SIZE)

    def verify(self, signed: bytes, signature: bytes) -> bool:
        """Tell whether this key made the signature."""
        return self.public.verify(signed, signature)

    def public_jwk(self) -> dict[str, str]:
        """Return the public half as a JWK."""
        return self.public.public_jwk()

    @classmethod
    def from_secret(cls, secret: bytes) -> PrivateKey:
        """Return the key that follows from a secret of at least 32 random bytes. Raises `WeakKey` for a shorter one.

        HKDF (RFC 5869) gives 48 bytes, which are taken modulo the curve's order less one, plus one: extra random bits
        (FIPS 186-5, A.2.1), 128 more than needed, so that no key is likelier than another. What it is derived for
        keeps it apart from the HS256 key of the same secret.
        """
        check_length(secret)
        derived = HKDF(SHA256(), 48, None, b"revocable ES256 private key").derive(secret)
        key = ec.derive_private_key(int.from_bytes(derived) % (_ORDER - 1) + 1, ec.SECP256R1())
        public = key.public_key()
        return cls(PublicKey(_thumbprint(public), public), key)


def from_jwks(document: object) -> KeyRing:
    """Return the keys of a JWK set (RFC 7517, 5) that verify tokens of this library; others are left out.

    Raises ValueError when it is no JWK set.
    """
    keys = cast("dict[str, Any]", document).get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("not a JWK set")
    found = [PublicKey.from_jwk(jwk) for jwk in cast("list[object]", keys)]
    return KeyRing.verifying(key for key in found if key is not None)


def _point(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": encode(numbers.x.to_bytes(_SIZE)),
        "y": encode(numbers.y.to_bytes(_SIZE)),
    }


def _thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    point = _point(key)
    text = ",".join(f'"{name}":"{point[name]}"' for name in sorted(point))  # RFC 7638, 3.2
    return encode(hashlib.sha256(f"{{{text}}}".encode()).digest())
