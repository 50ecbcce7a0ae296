"""Seals what the database must hold and a thief of it must not read, under a key that is kept elsewhere.

AES-256-GCM (NIST SP 800-38D) under a key that follows from the refresh secret. A sealed text says which key it was
sealed under, and belongs to one place: moved to another row it does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from recado.errors import Unavailable

_NONCE = 12


class Sealing:
    """Seals and opens. `keys` are secrets of at least 32 bytes, today's first; the others still open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("sealing needs a key")
        made = [hmac.digest(key, b"recado sealed secrets", hashlib.sha256) for key in keys]
        self._keys = {hashlib.sha256(b"mark\0" + key).hexdigest()[:8]: key for key in made}
        self.mark = next(iter(self._keys))
        """What a text sealed today begins with."""

    def seal(self, text: str, place: str) -> str:
        """Return `text` sealed for one place, such as `totp:12`."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = _cipher(self._keys[self.mark]).encrypt(nonce, text.encode(), place.encode())
        return f"{self.mark}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def opens(self, sealed: str) -> bool:
        """Tell whether there is a key for it."""
        return sealed.partition(".")[0] in self._keys

    def open(self, sealed: str, place: str) -> str:
        """Return what was sealed. Raises `Unavailable` when this process lacks the key, or it is not of this place."""
        mark, _, rest = sealed.partition(".")
        if mark not in self._keys:
            raise Unavailable("A secret is sealed under a key that is not here.", retry_after=60)
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see `_cipher`

        raw = base64.urlsafe_b64decode(rest)
        try:
            return _cipher(self._keys[mark]).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except InvalidTag:
            raise Unavailable("A sealed secret was altered.", retry_after=60) from None


def _cipher(key: bytes):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 40 ms that no start waits for

    return AESGCM(key)
