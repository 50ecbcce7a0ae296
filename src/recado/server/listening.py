"""The listening socket, opened before anything else so that a taken port is told at once."""

from __future__ import annotations

import errno
import resource
import socket

BACKLOG = 2048


class CannotListen(Exception):
    """The address cannot be listened on; the message is one sentence that says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 takes a free one. Raises `CannotListen`.

    Clients that connect before the app is ready wait in its queue instead of being refused.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen(
            f"HOST is {host!r}, which is no address of this machine: write 127.0.0.1 or 0.0.0.0."
        ) from error
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(_why(error, host, port)) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL at which this machine reaches the socket."""
    name: tuple[str, int] = listener.getsockname()[:2]
    port = name[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name[0], name[0])  # noqa: S104  (compared, not listened on)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def allow_many_connections() -> None:
    """Raise the soft limit of open files to the hard one: each connection takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program: stop that one, or choose another port with PORT."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user: choose one above 1023 with PORT."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host!r}, which is no address of this machine: write 127.0.0.1 or 0.0.0.0."
    return f"{host} port {port} cannot be listened on: {error.strerror}."
