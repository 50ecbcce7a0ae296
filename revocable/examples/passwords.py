"""Passwords of the examples' users: scrypt from the standard library. Use what your app has in its place."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def hashed(password: str) -> str:
    """Return the salt and the scrypt hash of a password, as text."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt)}"


def matches(password: str, stored: str | None) -> bool:
    """Tell whether a password is the stored one; a user who is unknown (None) takes as long."""
    salt, _, known = (stored or f"{bytes(16).hex()}$").partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), known)


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()
