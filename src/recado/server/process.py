"""One server process: uvicorn on uvloop over a socket that is open already; no request is lost as it stops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import Server

from recado.server.protocol import DeadlineProtocol

RETIRE = signal.SIGUSR1
"""Tells a process that others take over: it stays until everybody has left it."""

IDLE_SECONDS = 75
"""Longer than the proxies people use keep a connection, so that it is always the proxy that closes first."""
GRACE_SECONDS = 10
"""How long requests in flight may take to finish after a signal."""
QUIET_SECONDS = 0.5
"""How long a resting connection is kept after a signal, for a request that is on its way already."""


def run(
    listener: socket.socket,
    make_app: Callable[[], Any],
    started: Callable[[], None],
    lifeline: int | None = None,
) -> int:
    """Serve the app that `make_app` returns until SIGTERM or SIGINT; return the exit code.

    `started` is called once, when it answers. `lifeline` is the reading end of a pipe: when its other end is closed
    because the parent died, the process stops too.
    """
    server = _Server(configuration(make_app), started, lifeline)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        return 1
    return 0 if server.started else 1


def configuration(make_app: Callable[[], Any]) -> Config:
    """Return how uvicorn is run: no access log, no trust in forwarded headers, our deadlines."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return Config(
        make_app,
        factory=True,
        loop="uvloop",
        http=DeadlineProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(Server):
    def __init__(self, config: Config, started: Callable[[], None], lifeline: int | None) -> None:
        super().__init__(config)
        self._tell_started = started
        self._lifeline = lifeline
        self._retiring = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._lifeline is not None:
            asyncio.get_running_loop().add_reader(self._lifeline, self._parent_died, self._lifeline)
        _settle_memory()
        self._tell_started()

    def _parent_died(self, lifeline: int) -> None:
        asyncio.get_running_loop().remove_reader(lifeline)
        self._retiring, self.should_exit = False, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connections, part from those that are there, finish what was asked, and close the app."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        await self._part()
        await super().shutdown()

    async def _part(self) -> None:
        """Let each connection have one last answer; what asks for nothing is left to its client, or to a time limit."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while self.server_state.connections and not self.force_exit:
            if loop.time() - began > (IDLE_SECONDS + GRACE_SECONDS if self._retiring else QUIET_SECONDS):
                return
            for connection in list(self.server_state.connections):
                cast("DeadlineProtocol", connection).leave()
            await asyncio.sleep(0.02)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, or retire; a process that retires can still be told to stop."""
        if sig == RETIRE:
            self._retiring = not self.should_exit
            self.should_exit = True
        elif self._retiring:
            self._retiring = False
        else:
            super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Turn the signals into a graceful stop, and unlike uvicorn's own end with exit code 0 then."""
        heeded = [signal.SIGINT, signal.SIGTERM, RETIRE]
        if self._lifeline is None:
            heeded.append(signal.SIGHUP)  # its terminal was closed; of several, the parent judges that
        before = {number: signal.signal(number, self.handle_exit) for number in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _settle_memory() -> None:
    """Keep what was loaded for good out of garbage collection, and collect less often: a fifth of a request's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
