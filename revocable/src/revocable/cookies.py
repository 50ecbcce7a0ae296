"""Cookie mode: the three cookies of a browser's session, how they are set, cleared and read back.

The tokens are `HttpOnly`; the hint is readable and secret to nobody, and changes with each refresh, so that a page sees
that another tab has refreshed. On https their names have the `__Host-` prefix (RFC 6265bis, 4.1.3.2).
"""

from __future__ import annotations

from revocable.errors import TokenInvalid
from revocable.origin import Scope, headers
from revocable.sessions import TokenPair

Headers = list[tuple[bytes, bytes]]
"""What goes into the `headers` of an ASGI `http.response.start`."""


class Cookies:
    """The cookies `<prefix>_access`, `<prefix>_refresh` and `<prefix>_hint`."""

    __slots__ = ("_names",)

    def __init__(self, prefix: str) -> None:
        """`prefix` is made of letters, digits, `-` and `_`; ValueError otherwise."""
        if not prefix.replace("-", "").replace("_", "").isalnum() or not prefix.isascii():
            raise ValueError("a cookie prefix is made of letters, digits, '-' and '_'")
        plain = tuple(f"{prefix}_{kind}".encode() for kind in ("access", "refresh", "hint"))
        self._names = {"http": plain, "https": tuple(b"__Host-" + name for name in plain)}

    def set(self, scheme: str, pair: TokenPair) -> Headers:
        """Return the headers that hand a pair to a browser. They live as long as the refresh token."""
        values = (pair.access_token, pair.refresh_token, f"{pair.session_id}.{pair.gen}")
        return self._headers(scheme, values, pair.refresh_expires_in)

    def clear(self, scheme: str) -> Headers:
        """Return the headers that make a browser forget them."""
        return self._headers(scheme, ("", "", ""), 0)

    def access(self, scheme: str, scope: Scope) -> str | None:
        """Return the access token of the request's cookies. Raises `TokenInvalid` when it is there twice."""
        return _read(scope, self._names[scheme][0])

    def refresh(self, scheme: str, scope: Scope) -> str | None:
        """Return the refresh token of the request's cookies. Raises `TokenInvalid` when it is there twice."""
        return _read(scope, self._names[scheme][1])

    def _headers(self, scheme: str, values: tuple[str, str, str], seconds: int) -> Headers:
        secure = b"; Secure" if scheme == "https" else b""
        everywhere = b"; Path=/; Max-Age=%d; SameSite=Strict%s" % (max(seconds, 0), secure)
        endings = (b"; HttpOnly", b"; HttpOnly", b"")
        return [
            (b"set-cookie", b"%s=%s%s%s" % (name, value.encode(), everywhere, ending))
            for name, value, ending in zip(self._names[scheme], values, endings, strict=True)
        ]


def _read(scope: Scope, name: bytes) -> str | None:
    found: list[bytes] = []
    for line in headers(scope, b"cookie"):  # HTTP/2 may split them over several lines (RFC 9113, 8.2.3)
        if name in line:
            pairs = (part.strip(b" \t").partition(b"=") for part in line.split(b";"))
            found += [value for key, _, value in pairs if key == name]
    if len(found) > 1:
        raise TokenInvalid("a cookie is there twice")
    return found[0].decode("latin-1") if found and found[0] else None
