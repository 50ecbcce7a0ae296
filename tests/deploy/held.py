"""A service whose listening socket is held by somebody else and handed over at each start, as systemd does."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass, field

from tests.running import Service, command
from tests.servers import wait_until


def handed(socket: int, how_many: str = "1") -> list[str]:
    """The command line that serves over an open socket, as systemd would start it (sd_listen_fds(3))."""
    hand_over = f"""import os, sys
if {socket} != 3: os.dup2({socket}, 3)
os.set_inheritable(3, True)
os.environ |= {{"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "{how_many}"}}
os.execv(sys.argv[1], sys.argv[1:])"""
    return [sys.executable, "-c", hand_over, *command("serve")]


@dataclass
class Held(Service):
    """A service whose socket somebody else holds, as systemd does."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=500))
    told: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]
        self.told.bind(str(self.folder / "notify"))
        self.told.setblocking(False)

    def start(self) -> Service:
        number = self.listener.fileno()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                handed(number),
                cwd=self.folder,
                env=self.environment | {"PORT": "1", "NOTIFY_SOCKET": str(self.folder / "notify")},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[number],
                start_new_session=True,
            )
        wait_until(self._ready, "recado serve", self.process, self.log, 20)
        return self

    def _ready(self) -> bool:
        try:
            return self.told.recv(100).startswith(b"READY=1\n")
        except BlockingIOError:
            return False
