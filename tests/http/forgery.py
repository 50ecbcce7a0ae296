"""Tokens as an attacker would bend them, and what is in honest ones. Nothing here uses the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from tests.running import Service


def secret(service: Service, kind: str) -> bytes:
    """The service's signing secret for `access` or `refresh` tokens."""
    given = service.settings.get(f"{kind.upper()}_SECRET")
    return (given or (service.folder / f"data/{kind}.key").read_text().strip()).encode()


def header_of(token: str) -> dict[str, Any]:
    return json.loads(unpacked(token.partition(".")[0]))


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(unpacked(token.split(".")[1]))


def signed_with(token: str, key: bytes) -> bool:
    """Whether this is an HS256 token signed with the key (RFC 7515, 5.2)."""
    signed, _, signature = token.rpartition(".")
    return hmac.compare_digest(unpacked(signature), hmac.digest(key, signed.encode(), "sha256"))


def token(header: Any, claims: Any, key: bytes | None, digest: str = "sha256") -> str:
    """A token made of these parts, signed with the key, or with nothing."""
    signed = f"{packed(json.dumps(header).encode())}.{packed(json.dumps(claims).encode())}"
    mac = hmac.digest(key, signed.encode(), digest) if key is not None else b""
    return f"{signed}.{packed(mac)}"


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def forgeries(honest: str, service: Service, kind: str = "access") -> dict[str, str]:
    """Tokens that each have exactly one thing wrong with them, by what it is. `honest` is a live one of this kind."""
    header, claims, key = header_of(honest), claims_of(honest), secret(service, kind)
    other = "refresh" if kind == "access" else "access"
    signed, _, signature = honest.rpartition(".")
    public = hashlib.sha256(b"a public key").digest()
    headers = {
        **{f"alg is {name}": ({**header, "alg": name}, None) for name in ("none", "None", "nOnE", "")},
        "HS512 with the right key": ({**header, "alg": "HS512"}, "sha512"),
        "HS384 named, HS256 used": ({**header, "alg": "HS384"}, "sha256"),
        "RS256 named": ({**header, "alg": "RS256"}, "sha256"),
        "no kid": ({name: value for name, value in header.items() if name != "kid"}, "sha256"),
        "no typ": ({name: value for name, value in header.items() if name != "typ"}, "sha256"),
        "typ of the other kind": ({**header, "typ": {"access": "at+jwt", "refresh": "rt+jwt"}[other]}, "sha256"),
        "typ JWT": ({**header, "typ": "JWT"}, "sha256"),
        "an embedded jwk": ({**header, "jwk": {"kty": "oct", "k": packed(public)}}, "sha256"),
        "a jku": ({**header, "jku": "http://127.0.0.1:9/keys"}, "sha256"),
        "an x5u": ({**header, "x5u": "http://127.0.0.1:9/cert"}, "sha256"),
        "a crit": ({**header, "crit": ["exp"]}, "sha256"),
        **{
            f"kid is {str(kid)[:30]!r}": ({**header, "kid": kid}, "sha256")
            for kid in ("../../etc/passwd", "' OR 1=1 --", "k" * 3000, None, 7, ["a"], {})
        },
        "a header that is a list": ([header], "sha256"),
    }
    changes: dict[str, Any] = {
        "another issuer": {"iss": "somebody"},
        "another audience": {"aud": "somebody"},
        "the audience of the other kind": {"aud": {"access": "recado", "refresh": "recado/refresh"}[other]},
        "a list of audiences": {"aud": [claims["aud"]]},
        "another user": {"sub": str(int(claims["sub"]) + 1)},
        "a user that is a number": {"sub": int(claims["sub"])},
        "a user that is SQL": {"sub": "1 OR 1=1"},
        "another session": {"sid": "01936f00-0000-7000-8000-00000000dead"},
        "a session that is null": {"sid": None},
        "a generation to come": {"gen": claims["gen"] + 1},
        "a generation below zero": {"gen": -1},
        "a generation that is a text": {"gen": "0"},
        "a generation that is true": {"gen": True},
        "an end in the past": {"exp": claims["iat"] - 1},
        "an end that is now": {"exp": claims["iat"]},
        "an end that is a text": {"exp": str(claims["exp"])},
        "an end with decimals": {"exp": claims["exp"] + 0.5},
        "issued in the future": {"iat": claims["iat"] + 3600},
        "an id that is a number": {"jti": 1},
    }
    return {
        **{
            name: token(bent, claims, key if digest else None, digest or "sha256")
            for name, (bent, digest) in headers.items()
        },
        **{name: token(header, {**claims, **change}, key) for name, change in changes.items()},
        **{f"no {name}": token(header, {k: v for k, v in claims.items() if k != name}, key) for name in claims},
        "claims that are null": token(header, None, key),
        "claims that are a list": token(header, [claims], key),
        "the key of the other kind": token(header, claims, secret(service, other)),
        "the empty key": token(header, claims, b""),
        "no signature": f"{signed}.",
        "an altered signature": f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        "trailing bits": f"{signed}.{signature[:-1]}{_next(signature[-1])}",
        "padding": f"{honest}=",
        "two parts": signed,
        "four parts": f"{honest}.{signature}",
        "nine kilobytes": token(header, {**claims, "jti": "j" * 9000}, key),
        "nothing but dots": "..",
        "not a token": "abc",
        "a space inside": f"{signed} .{signature}",
    }


def _next(letter: str) -> str:
    """The base64url letter that differs in the last bit only, which a 32-byte signature does not use."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) ^ 1]
