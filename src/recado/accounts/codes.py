"""One-time codes that travel in links: 256 random bits, of which only the SHA-256 hash is stored."""

from __future__ import annotations

import hashlib
import secrets


def new_code() -> str:
    """Return 32 random bytes as 43 URL-safe characters. None begins with a hyphen, as options do."""
    while (code := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return code


def hash_of(code: str) -> str:
    """Return what is stored of a code. A fast hash is enough: nobody can guess 256 bits."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
