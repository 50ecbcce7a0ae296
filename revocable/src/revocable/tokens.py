"""The two kinds of JWT (RFC 7519, claims in the style of RFC 9068): how they are signed, and how strictly read.

The algorithm is the key's (`revocable.keys`), never the token's. A token says who and which session; whether that
session lives is asked of the store each time.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NamedTuple

from revocable.compact import decode, encode, header, members, split, without_twins
from revocable.errors import TokenExpired, TokenInvalid, UnknownKey
from revocable.keys import Key, KeyRing, SigningKey, VerifyingKey

Kind = Literal["access", "refresh"]

MAX_IAT_AHEAD = 60
_TYP: dict[Kind, str] = {"access": "at+jwt", "refresh": "rt+jwt"}
_text = json.encoder.encode_basestring_ascii
"""A text as JSON, without what `json.dumps` does before it."""
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
        self._issuer = issuer
        self._audience: dict[Kind, str] = {"access": audience, "refresh": f"{audience}/refresh"}
        self._start = {
            kind: json.dumps({"iss": issuer, "aud": aud}, separators=(",", ":"))[:-1]
            for kind, aud in self._audience.items()
        }
        self.replace(access, refresh)

    @property
    def issuer(self) -> str:
        """The `iss` of every token."""
        return self._issuer

    @property
    def access(self) -> KeyRing:
        """The keys of access tokens."""
        return self._rings["access"]

    def replace(self, access: KeyRing, refresh: KeyRing) -> None:
        """Use other keys from now on, between two requests. A token of a key that is gone is not ours any more."""
        self._rings: dict[Kind, KeyRing] = {"access": access, "refresh": refresh}
        known: list[tuple[Kind, VerifyingKey]] = [(kind, key) for kind, ring in self._rings.items() for key in ring]
        self._headers = {(kind, key.kid): header(key.alg, key.kid, _TYP[kind]) for kind, key in known}
        self._known = {self._headers[kind, key.kid]: (kind, key) for kind, key in known}
        self._signing: dict[Kind, SigningKey] = {kind: ring.current for kind, ring in self._rings.items() if ring.signs}
        self._verified: dict[Kind, _Verified] = {"access": _Verified(_REMEMBERED), "refresh": _Verified(_REMEMBERED)}

    def audience(self, kind: Kind) -> str:
        """Return the `aud` of tokens of this kind."""
        return self._audience[kind]

    @property
    def refresh_kid(self) -> str:
        """The id of the key that signs new refresh tokens."""
        return self._signing["refresh"].kid

    def sign_access(self, claims: Claims) -> str:
        """Return an access token signed with the current key."""
        return self._sign("access", self._signing["access"], claims)

    def sign_refresh(self, claims: Claims, kid: str) -> str:
        """Return the refresh token that the key `kid` makes of `claims`: the same bytes each time.

        Raises `TokenInvalid` when the ring no longer holds that key. Keys of refresh tokens are of HS256, which signs
        the same to the same bytes.
        """
        key = self._rings["refresh"].find(kid)
        if not isinstance(key, Key):
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

    def _sign(self, kind: Kind, key: SigningKey, claims: Claims) -> str:
        if not (_SAFE.fullmatch(claims.sid) and _SAFE.fullmatch(claims.jti)):
            raise ValueError("session and token ids are made of letters, digits, '-', '_' and '.'")
        payload = (
            f'{self._start[kind]},"sub":{_text(claims.sub)},"sid":"{claims.sid}","gen":{claims.gen},'
            f'"jti":"{claims.jti}","iat":{claims.iat},"exp":{claims.exp}'
            f"{_scope(claims.scope) if claims.scope else ''}}}"
        )
        signed = f"{self._headers[kind, key.kid]}.{encode(payload.encode())}"
        token = f"{signed}.{encode(key.sign(signed.encode()))}"
        self._verified[kind].add(token, claims)
        return token

    def _verify(self, kind: Kind, token: str) -> Claims:
        head, payload, signature = split(token)
        key = self._key(kind, head)
        if not key.verify(f"{head}.{payload}".encode(), decode(signature)):
            raise TokenInvalid("the signature does not match")
        claims = self._claims(kind, members(decode(payload)))
        self._verified[kind].add(token, claims)
        return claims

    def _key(self, kind: Kind, head: str) -> VerifyingKey:
        """Return the key the header names. The algorithm is the key's; the header may only agree with it."""
        known = self._known.get(head)
        if known is None:
            said = members(decode(head), without_twins)
            key = self._rings[kind].find(kid) if isinstance(kid := said.get("kid"), str) else None
            if key is None:
                raise UnknownKey("the header names no key of ours")
            if said != {"alg": key.alg, "kid": key.kid, "typ": _TYP[kind]}:
                raise TokenInvalid("the header is not one of ours")
            return key
        if known[0] != kind:
            raise TokenInvalid(f"not a token for {kind}")
        return known[1]

    def _claims(self, kind: Kind, said: dict[str, Any]) -> Claims:
        if said.get("iss") != self._issuer or said.get("aud") != self._audience[kind]:
            raise TokenInvalid("made by or for somebody else")
        sub, sid, jti = said.get("sub"), said.get("sid"), said.get("jti")
        gen, iat, exp = said.get("gen"), said.get("iat"), said.get("exp")
        if type(sub) is not str or type(sid) is not str or type(jti) is not str or not (sub and sid and jti):
            raise TokenInvalid("a claim is missing or is no text")
        if type(gen) is not int or type(iat) is not int or type(exp) is not int:
            raise TokenInvalid("a claim is missing or is no whole number")
        scope = said.get("scope", "")
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
    return f',"scope":{_text(scope)}'
