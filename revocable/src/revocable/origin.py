"""Where a request comes from and what it was sent to: host, scheme, the client's address behind known proxies.

Everything here reads one ASGI HTTP scope and believes a forwarded header only when a configured proxy sent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from revocable.errors import UnknownHost

Scope = Mapping[str, Any]
"""An ASGI HTTP or WebSocket connection scope."""

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::([0-9]{1,5}))?\Z")
_PORTS = {"http": 80, "https": 443}
_MOST_HOPS = 20
_MAX_HOST = 300


def headers(scope: Scope, name: bytes) -> list[bytes]:
    """Return all values of a header; `name` in lower case."""
    return [value for key, value in scope["headers"] if key == name]


def split_host(value: bytes) -> tuple[str, int | None] | None:
    """Return the host name (lower case, without a last dot) or address, and the port; None for what is no host."""
    match = _HOST.match(value.decode("latin-1")) if len(value) <= _MAX_HOST else None
    if match is None or int(match[3] or 0) > 65535:
        return None
    name = (match[1] or match[2]).lower().removesuffix(".")
    return (name, int(match[3]) if match[3] else None) if name else None


def split_origin(value: bytes) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an origin (RFC 6454); None for `null` and for what is none."""
    scheme, mark, rest = value.partition(b"://")
    host = split_host(rest) if mark and scheme in (b"http", b"https") else None
    return (scheme.decode(), host[0], host[1] or _PORTS[scheme.decode()]) if host else None


def written(origin: tuple[str, str, int]) -> str:
    """Return an origin as browsers write it (RFC 6454, 6.2): without the scheme's own port."""
    scheme, host, port = origin
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if _PORTS[scheme] == port else f":{port}")


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Surroundings:
    """The names a service has, and the proxies in front of it."""

    def __init__(self, public_url: str | None, hosts: Iterable[str], trusted_proxies: Iterable[str]) -> None:
        """Raises ValueError for an address, network or URL that is none."""
        self.public: tuple[str, str, int] | None = _public(public_url) if public_url else None
        self._names = {"localhost", *(host.lower() for host in hosts)}
        if self.public:
            self._names.add(self.public[1])
        self._proxies: list[IPv4Network | IPv6Network] = [ip_network(text, strict=False) for text in trusted_proxies]
        self._answers = lru_cache(maxsize=1024)(self._answers_for)

    def check_host(self, scope: Scope) -> None:
        """Raise `UnknownHost` unless the request names an IP address, `localhost`, `*.local` or a configured host."""
        values = headers(scope, b"host")
        if len(values) != 1 or len(values[0]) > _MAX_HOST or not self._answers(values[0]):
            raise UnknownHost("this service does not answer for that host name")

    def host(self, scope: Scope) -> tuple[str, int | None]:
        """Return the name and port the request was sent to. Raises `UnknownHost` when it names none."""
        values = headers(scope, b"host")
        found = split_host(values[0]) if len(values) == 1 else None
        if found is None:
            raise UnknownHost("the request names no host")
        return found

    def scheme(self, scope: Scope) -> str:
        """Return `http` or `https`: the public URL's for its host, else the connection's, or a proxy's word for it."""
        public = self.public
        if public is not None:
            values = headers(scope, b"host")
            found = split_host(values[0]) if len(values) == 1 else None
            if found is not None and found[0] == public[1]:
                return public[0]
        if self._proxies and self._is_proxy(_peer(scope)):
            said = headers(scope, b"x-forwarded-proto")
            last = said[-1].rpartition(b",")[2].strip().lower() if said else b""
            if last in (b"http", b"https"):
                return last.decode()
        return "https" if scope.get("scheme") in ("https", "wss") else "http"

    def own_origins(self, scope: Scope) -> set[tuple[str, str, int]]:
        """Return the origins whose pages are ours: the request's own scheme and host, and the public URL's."""
        name, port = self.host(scope)
        scheme = self.scheme(scope)
        own = (scheme, name, port or _PORTS[scheme])
        return {own, self.public} if self.public else {own}

    def client_address(self, scope: Scope) -> str:
        """Return who sent the request: the last address that is no configured proxy; "" where there is none."""
        address = _peer(scope)
        if not self._proxies or not self._is_proxy(address):
            return str(address or "")
        hops = b",".join(headers(scope, b"x-forwarded-for")).rsplit(b",", _MOST_HOPS)[-_MOST_HOPS:]
        for hop in reversed(hops):
            said = _forwarded(hop)
            if said is None:
                break
            address = said
            if not self._is_proxy(said):
                break
        return str(address or "")

    def _is_proxy(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)

    def _answers_for(self, host: bytes) -> bool:
        found = split_host(host)
        if found is None:
            return False
        name = found[0]
        return name in self._names or name.removesuffix(".local") not in ("", name) or _address(name) is not None


def _peer(scope: Scope) -> IPv4Address | IPv6Address | None:
    client = scope.get("client")
    return _address(client[0]) if client else None


def _forwarded(hop: bytes) -> IPv4Address | IPv6Address | None:
    """Return the address of one X-Forwarded-For element, which may have a port."""
    text = hop.strip()
    found = split_host(text)  # an IPv6 address without brackets is no host
    return _address(found[0] if found else text[:_MAX_HOST].decode("latin-1"))


def _public(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    found = split_origin(f"{parts.scheme}://{parts.netloc}".encode())
    if found is None:
        raise ValueError(f"a public URL is http://… or https://…, not {url!r}")
    return found
