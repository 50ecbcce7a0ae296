"""The two kinds of JWT (RFC 7519, claims in the style of RFC 9068): how they are signed, and how strictly read.

HS256 is the standard library's HMAC here; what that gains over a JOSE library is measured in the repository's
decision 0004. A token says who and which session; whether that session lives is asked of the store each time.
"""

from __future__ import annotations

import binascii
import hmac
import json
import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, cast

from revocable.errors import TokenExpired, TokenInvalid
from revocable.keys import Key, KeyRing

Kind = Literal["access", "refresh"]

MAX_BYTES = 8 * 1024
MAX_IAT_AHEAD = 60
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_TYP: dict[Kind, str] = {"access": "at+jwt", "refresh": "rt+jwt"}
_SAFE = re.compile(r"[A-Za-z0-9._-]+")
_REMEMBERED = 4096
"""How many tokens of a kind are remembered as verified, in each process."""


class Claims(NamedTuple):
    """What a token says. `iat` and `exp` are epoch seconds; `gen` counts the session's rotations from 0.

    `scope` (RFC 9068, 2.2.3) are the session's scopes, space-separated; empty, and left out, for one without limits.
    """

    sub: str
    sid: str
    gen: int
    jti: str
    iat: int
    exp: int
    scope: str = ""


class Tokens:
    """Signs and reads the tokens of one issuer."""

    def __init__(self, access: KeyRing, refresh: KeyRing, issuer: str = "revocable", audience: str = "app") -> None:
        """`audience` names the service; access and refresh tokens get an `aud` each, derived from it."""
        self._rings: dict[Kind, KeyRing] = {"access": access, "refresh": refresh}
        self._issuer = issuer
        self._audience: dict[Kind, str] = {"access": audience, "refresh": f"{audience}/refresh"}
        self._start = {
            kind: json.dumps({"iss": issuer, "aud": aud}, separators=(",", ":"))[:-1]
            for kind, aud in self._audience.items()
        }
        self._headers = {(kind, key.kid): _header(kind, key) for kind, ring in self._rings.items() for key in ring}
        self._verified: dict[Kind, _Verified] = {"access": _Verified(_REMEMBERED), "refresh": _Verified(_REMEMBERED)}
        self._known = {_header(kind, key): (kind, key) for kind, ring in self._rings.items() for key in ring}

    @property
    def refresh_kid(self) -> str:
        """The id of the key that signs new refresh tokens."""
        return self._rings["refresh"].current.kid

    def sign_access(self, claims: Claims) -> str:
        """Return an access token signed with the current key."""
        return self._sign("access", self._rings["access"].current, claims)

    def sign_refresh(self, claims: Claims, kid: str) -> str:
        """Return the refresh token that the key `kid` makes of `claims`: the same bytes each time.

        Raises `TokenInvalid` when the ring no longer holds that key.
        """
        key = self._rings["refresh"].find(kid)
        if key is None:
            raise TokenInvalid("the key of this session's refresh token was retired")
        return self._sign("refresh", key, claims)

    def read(self, kind: Kind, token: str, now: int) -> Claims:
        """Return the claims of a token of this kind that is valid at `now` (epoch seconds).

        Leeway on `exp` is 0; `iat` may be 60 s ahead. Raises `TokenInvalid` or `TokenExpired` (RFC 8725, 3.1 to 3.12).
        The signature of a token signed or verified here before is not computed again; its times always count.
        """
        claims = self._verified[kind].find(token) or self._verify(kind, token)
        if claims.iat > now + MAX_IAT_AHEAD:
            raise TokenInvalid("made in the future")
        if claims.exp <= now:
            raise TokenExpired("the token has expired")
        return claims

    def _sign(self, kind: Kind, key: Key, claims: Claims) -> str:
        if not (_SAFE.fullmatch(claims.sid) and _SAFE.fullmatch(claims.jti)):
            raise ValueError("session and token ids are made of letters, digits, '-', '_' and '.'")
        payload = (
            f'{self._start[kind]},"sub":{json.dumps(claims.sub)},"sid":"{claims.sid}","gen":{claims.gen},'
            f'"jti":"{claims.jti}","iat":{claims.iat},"exp":{claims.exp}'
            f"{_scope(claims.scope) if claims.scope else ''}}}"
        )
        signed = f"{self._headers[kind, key.kid]}.{_encode(payload.encode())}"
        token = f"{signed}.{_encode(key.mac(signed.encode()))}"
        self._verified[kind].add(token, claims)
        return token

    def _verify(self, kind: Kind, token: str) -> Claims:
        parts = token.split(".")
        if len(token) > MAX_BYTES or len(parts) != 3 or not token.isascii():
            raise TokenInvalid("not a token")
        header, payload, signature = parts
        key = self._key(kind, header)
        if not hmac.compare_digest(key.mac(f"{header}.{payload}".encode()), _decode(signature)):
            raise TokenInvalid("the signature does not match")
        claims = self._claims(kind, _object(_decode(payload)))
        self._verified[kind].add(token, claims)
        return claims

    def _key(self, kind: Kind, header: str) -> Key:
        """Return the key the header names. The algorithm is the key's; the header may only agree with it."""
        known = self._known.get(header)
        if known is None:
            members = _object(_decode(header), _without_twins)
            key = self._rings[kind].find(kid) if isinstance(kid := members.get("kid"), str) else None
            if key is None or members != {"alg": key.alg, "kid": key.kid, "typ": _TYP[kind]}:
                raise TokenInvalid("the header is not one of ours")
            return key
        if known[0] != kind:
            raise TokenInvalid(f"not a token for {kind}")
        return known[1]

    def _claims(self, kind: Kind, members: dict[str, Any]) -> Claims:
        if members.get("iss") != self._issuer or members.get("aud") != self._audience[kind]:
            raise TokenInvalid("made by or for somebody else")
        sub, sid, jti = members.get("sub"), members.get("sid"), members.get("jti")
        gen, iat, exp = members.get("gen"), members.get("iat"), members.get("exp")
        if type(sub) is not str or type(sid) is not str or type(jti) is not str or not (sub and sid and jti):
            raise TokenInvalid("a claim is missing or is no text")
        if type(gen) is not int or type(iat) is not int or type(exp) is not int:
            raise TokenInvalid("a claim is missing or is no whole number")
        scope = members.get("scope", "")
        if gen < 0 or type(scope) is not str:
            raise TokenInvalid("a claim has an impossible value")
        return Claims(sub, sid, gen, jti, iat, exp, scope)


class _Verified:
    """The tokens that were signed or verified here last: at least half as many as it may hold, never more.

    Two dictionaries that take turns: to drop the oldest of one, each time, walks past all that were dropped before.
    """

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._new: dict[str, Claims] = {}
        self._old: dict[str, Claims] = {}

    def find(self, token: str) -> Claims | None:
        return self._new.get(token) or self._old.get(token)

    def add(self, token: str, claims: Claims) -> None:
        if len(self._new) >= self._half:
            self._old, self._new = self._new, {}
        self._new[token] = claims


def _scope(scope: str) -> str:
    return f',"scope":{json.dumps(scope)}'


def _header(kind: Kind, key: Key) -> str:
    return _encode(f'{{"alg":"{key.alg}","kid":"{key.kid}","typ":"{_TYP[kind]}"}}'.encode())


def _encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def _decode(part: str) -> bytes:
    """Decode canonical base64url: no padding, no foreign alphabet, no stray bits (RFC 7515, appendix C)."""
    try:
        raw = binascii.a2b_base64(part.encode().translate(_FROM_URL) + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenInvalid("not base64url") from error
    if _encode(raw) != part:
        raise TokenInvalid("not canonical base64url")
    return raw


def _object(raw: bytes, pairs: Callable[[list[tuple[str, Any]]], object] | None = None) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode(), object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise TokenInvalid("not JSON") from error
    if not isinstance(value, dict):
        raise TokenInvalid("not a JSON object")
    return cast("dict[str, Any]", value)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members
