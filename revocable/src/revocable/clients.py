"""Services that ask about tokens: how they prove who they are (RFC 6749, 2.3.1), and the forms they send."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, unquote_plus

from revocable.errors import InvalidClient, InvalidRequest

__all__ = ["Clients", "read_form"]

MIN_SECRET = 32
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")
_MOST_FIELDS = 20


class Clients:
    """The services that are known, by id and secret. An id may have several secrets, so that one can be replaced."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Ids and secrets are made of letters, digits and `-._~`, so that no encoding changes them; a secret has 32
        characters at least. ValueError otherwise.
        """
        self._digests: dict[str, list[bytes]] = {}
        for client_id, secret in pairs:
            if not _PLAIN.fullmatch(client_id) or not _PLAIN.fullmatch(secret) or len(secret) < MIN_SECRET:
                raise ValueError("a client's id and secret are letters, digits and -._~; a secret has 32 at least")
            self._digests.setdefault(client_id, []).append(_digest(secret))

    def __bool__(self) -> bool:
        return bool(self._digests)

    def authenticate(self, authorization: Sequence[bytes], form: Mapping[str, str]) -> str:
        """Return the id of the service that asks, by HTTP Basic or by `client_id` and `client_secret` in the form.

        `authorization`: the values of that header. Raises `InvalidClient`, or `InvalidRequest` for both ways at once.
        """
        if authorization and "client_secret" in form:
            raise InvalidRequest("say who you are in one way only: by header or by form")
        if len(authorization) > 1:
            raise InvalidRequest("there are several Authorization headers")
        if authorization:
            client_id, secret = _basic(authorization[0])
            if form.get("client_id", client_id) != client_id:
                raise InvalidRequest("header and form name different clients")
        else:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        return self._proven(client_id, secret)

    def _proven(self, client_id: str, secret: str) -> str:
        """Compare digests, in constant time, as many for an unknown id as for one with one secret."""
        given = _digest(secret)
        known = self._digests.get(client_id)
        matches = [hmac.compare_digest(given, digest) for digest in known or [_digest("nobody's")]]
        if known is None or not any(matches):
            raise InvalidClient("unknown client, or a wrong secret", client_id if known else "")
        return client_id


def read_form(raw: bytes) -> dict[str, str]:
    """Return the parameters of `application/x-www-form-urlencoded`; one without a value counts as left out.

    Raises `InvalidRequest` when one is there twice (RFC 6749, 3.2) or the form is malformed.
    """
    try:
        text = raw.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise InvalidRequest("the form is malformed") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequest("a parameter is there twice")
    return {name: value for name, value in found.items() if value}


def _basic(header: bytes) -> tuple[str, str]:
    """Return id and secret of HTTP Basic (RFC 7617), each encoded as in a form (RFC 6749, 2.3.1)."""
    scheme, _, value = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise InvalidClient("this takes HTTP Basic, or client_id and client_secret in the form")
    try:
        client_id, colon, secret = base64.b64decode(value.strip(b" "), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient("the Authorization header is malformed") from None
    if not colon:
        raise InvalidClient("the Authorization header is malformed")
    return unquote_plus(client_id), unquote_plus(secret)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
