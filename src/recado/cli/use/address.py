"""The address of a server, as people write it and as it is used."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from recado.cli.use.failures import Misused

USUAL = "http://127.0.0.1:8080"


def address(text: str) -> str:
    """Return `scheme://host[:port]`; without a scheme it is https, but http for IP addresses, localhost and *.local.

    Raises `Misused` for what is no address of a server.
    """
    given = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = parts = None
    if (
        parts is None
        or not host
        or parts.scheme not in ("http", "https")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise Misused(f"{text!r} is no address of a server: write it like https://todo.example or 192.168.1.5:8080.")
    scheme = parts.scheme if "://" in text else ("http" if near(host) else "https")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def near(host: str) -> bool:
    """Whether a host is on this machine or network by its form."""
    return _ip(host) or host == "localhost" or host.endswith((".local", ".localhost"))


def here(server: str) -> bool:
    """Whether a server is on this very machine."""
    host = urlsplit(server).hostname or ""
    return host == "localhost" or (_ip(host) and ip_address(host).is_loopback)


def exposed(server: str) -> bool:
    """Whether what is said to a server can be read on the way."""
    return server.startswith("http://") and not here(server)


def _ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
