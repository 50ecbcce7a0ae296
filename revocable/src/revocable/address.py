"""Where a Redis is: what its address says of host, credentials, database and TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

_VERIFY = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


@dataclass(frozen=True, slots=True)
class Address:
    """One Redis server. `tls` is None for a plain connection."""

    host: str
    port: int = 6379
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    db: int = 0
    tls: Tls | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Tls:
    """How a server's certificate is judged: by the system's authorities or by those in a file."""

    authorities: str | None = None
    verify: str = "required"

    def context(self) -> ssl.SSLContext:
        """Return a new context. Raises OSError when the file of authorities cannot be read."""
        context = ssl.create_default_context(cafile=self.authorities)
        if self.verify != "required":
            context.check_hostname = False
        context.verify_mode = _VERIFY[self.verify]
        return context


def read_addresses(dsn: str) -> list[Address]:
    """Read `host:port`, `redis://…` or `rediss://…` (TLS); several, comma-separated, are nodes of one cluster.

    The form is `rediss://user:password@host:port/db?ssl_ca_certs=FILE&ssl_cert_reqs=required|none`, as redis-py has it;
    a bare `host:port` behind a comma takes everything else from the first. Raises ValueError, without the password.
    """
    nodes = [node.strip() for node in dsn.split(",") if node.strip()]
    if not nodes:
        raise ValueError("the address of Redis is empty")
    first = _read(nodes[0] if "://" in nodes[0] else f"redis://{nodes[0]}")
    others = [_read(node) if "://" in node else _like(first, node) for node in nodes[1:]]
    if others and any(address.db for address in [first, *others]):
        raise ValueError("a Redis cluster has database 0 only")
    return [first, *others]


def _like(first: Address, node: str) -> Address:
    bare = _read(f"redis://{node}")
    return Address(bare.host, bare.port, first.username, first.password, first.db, first.tls)


def _read(url: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 6379
        db = int(parts.path.strip("/") or 0)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        tls = Tls(options.pop("ssl_ca_certs", None), options.pop("ssl_cert_reqs", "required"))
    except ValueError:
        raise ValueError("the address of Redis is malformed") from None
    if parts.scheme not in ("redis", "rediss") or not host or db < 0:
        raise ValueError("an address of Redis is host:port, redis://… or rediss://…")
    if options or tls.verify not in _VERIFY:
        raise ValueError("an address of Redis may have ssl_ca_certs and ssl_cert_reqs (required, none) behind its '?'")
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Address(host, port, username, password, db, tls if parts.scheme == "rediss" else None)
