"""What systemd and a service say to each other: the socket it hands over, and the word that the service answers.

A socket that systemd holds is never closed while the service restarts: who connects meanwhile waits in its queue.
Both are plain protocols (sd_listen_fds(3), sd_notify(3)) that others speak too, such as `systemd-socket-activate`.
"""

from __future__ import annotations

import contextlib
import os
import socket

from recado.server.listening import CannotListen

_FIRST = 3


def handed_over() -> socket.socket | None:
    """Return the listening socket that this process was started with; None if there is none. Raises `CannotListen`."""
    for_whom, count = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if for_whom != str(os.getpid()):
        return None
    if count != "1":
        raise CannotListen(f"{count or 'No'} sockets were handed over by systemd: give recado exactly one.")
    try:
        found = socket.socket(fileno=_FIRST)
        listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise CannotListen(f"What systemd handed over is no socket ({error.strerror}).") from error
    if found.family not in (socket.AF_INET, socket.AF_INET6) or not listens:
        raise CannotListen("What systemd handed over does not listen for TCP: give recado.socket a ListenStream= port.")
    found.set_inheritable(False)
    return found


def tell_ready() -> None:
    """Tell systemd, if it started this process and waits for that (`Type=notify`), that the service answers."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.connect(name)
        to.sendall(f"READY=1\nMAINPID={os.getpid()}\n".encode())
