"""The compact form of a signed JWT (RFC 7515, 7.1), read strictly: canonical base64url, JSON objects without twins."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from typing import Any, cast

from revocable.errors import TokenInvalid

MAX_BYTES = 8 * 1024
_TO_URL = bytes.maketrans(b"+/", b"-_")
_plain = json.JSONDecoder().decode
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def split(token: str) -> list[str]:
    """Return header, payload and signature, still encoded. Raises `TokenInvalid`."""
    parts = token.split(".")
    if len(token) > MAX_BYTES or len(parts) != 3 or not token.isascii():
        raise TokenInvalid("not a token")
    return parts


def header(alg: str, kid: str, typ: str) -> str:
    """Return the encoded header of every token of this kind and key."""
    return encode(f'{{"alg":"{alg}","kid":"{kid}","typ":"{typ}"}}'.encode())


def encode(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515, appendix C)."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def decode(part: str) -> bytes:
    """Decode canonical base64url: no padding, no foreign alphabet, no stray bits. Raises `TokenInvalid`."""
    try:
        raw = binascii.a2b_base64(part.encode().translate(_FROM_URL) + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenInvalid("not base64url") from error
    if encode(raw) != part:
        raise TokenInvalid("not canonical base64url")
    return raw


def members(raw: bytes, decode: Callable[[str], object] = _plain) -> dict[str, Any]:
    """Return a JSON object. Raises `TokenInvalid`."""
    try:
        value = decode(raw.decode())
    except (ValueError, RecursionError) as error:
        raise TokenInvalid("not JSON") from error
    if not isinstance(value, dict):
        raise TokenInvalid("not a JSON object")
    return cast("dict[str, Any]", value)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands there twice")
    return found


without_twins: Callable[[str], object] = json.JSONDecoder(object_pairs_hook=_without_twins).decode
"""For `members`: refuse an object in which a member stands twice."""
