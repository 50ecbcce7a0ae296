"""Tells Vonage's callbacks from all others: an HS256 JWT over the hash of the body, and nothing else, will do.

HS256 is the standard library's here as everywhere (docs/decisions/0004); the secret is the account's signature secret.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

MAX_TOKEN = 8 * 1024
OLDEST, AHEAD = 25 * 3600, 60
"""How old a callback may be, since one that is sent again may keep its time, and how far ahead, in seconds."""
MAX_JTI = 200
ISSUER = "Vonage"

_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


class NotSigned(Exception):
    """There is no signature at all. Vonage says that this may happen to its own callbacks, and sends such one again."""


class BadSignature(Exception):
    """The signature is not Vonage's, or not for this account, this time or this body."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose callbacks are taken. Each of the `secrets` is good; without `application_id` any application will do."""

    secrets: Sequence[bytes] = field(repr=False)
    api_key: str = field(repr=False)
    application_id: str | None = None

    def jti(self, authorization: str | None, body: bytes, now: int) -> str:
        """Return the id of a callback signed by Vonage; `now` is in epoch seconds.

        Judged in this order: algorithm, signature, that all claims are there, issuer, key and application, time, hash
        of the body. Raises `NotSigned` or `BadSignature`.
        """
        if not authorization:
            raise NotSigned
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise BadSignature("not a bearer token")
        claims = self._claims(token.strip(" "))
        _check_members(claims)
        self._check_account(claims)
        if not now - OLDEST <= claims["iat"] <= now + AHEAD:
            raise BadSignature("too old, or of the future")
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), claims["payload_hash"].lower().encode()):
            raise BadSignature("another body")
        return claims["jti"]

    def _claims(self, token: str) -> dict[str, Any]:
        parts = token.split(".")
        if len(token) > MAX_TOKEN or len(parts) != 3 or not token.isascii():
            raise BadSignature("not a token")
        header, payload, signature = parts
        members = _object(header)
        if members.get("alg") != "HS256" or "crit" in members:
            raise BadSignature("not HS256")
        given, signed = _decode(signature), f"{header}.{payload}".encode()
        if not any([hmac.compare_digest(hmac.digest(key, signed, "sha256"), given) for key in self.secrets]):  # noqa: C419 - all, always
            raise BadSignature("the signature does not match")
        return _object(payload)

    def _check_account(self, claims: dict[str, Any]) -> None:
        if claims["iss"] != ISSUER or claims["api_key"] != self.api_key:
            raise BadSignature("of another issuer or account")
        if self.application_id is not None and claims.get("application_id") != self.application_id:
            raise BadSignature("of another application")


def _check_members(claims: dict[str, Any]) -> None:
    texts = [claims.get(name) for name in ("iss", "jti", "api_key", "payload_hash")]
    if not all(isinstance(text, str) and text for text in texts) or type(claims.get("iat")) is not int:
        raise BadSignature("a claim is missing or of another type")
    if len(claims["jti"]) > MAX_JTI or "\0" in claims["jti"] or not claims["payload_hash"].isascii():
        raise BadSignature("a claim has an impossible value")
    if not isinstance(claims.get("application_id", ""), str):
        raise BadSignature("a claim is of another type")


def _decode(part: str) -> bytes:
    """Decode canonical base64url: no padding, no foreign alphabet, no stray bits (RFC 7515, appendix C)."""
    try:
        raw = binascii.a2b_base64(part.encode().translate(_FROM_URL) + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise BadSignature("not base64url") from error
    if binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode() != part:
        raise BadSignature("not canonical base64url")
    return raw


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(part).decode(), object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise BadSignature("not JSON") from error
    if not isinstance(value, dict):
        raise BadSignature("not a JSON object")
    return cast("dict[str, Any]", value)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members
