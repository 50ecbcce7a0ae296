"""A TCP relay that a row may make slow, deaf or point elsewhere; and one that swallows answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.servers import free_port


class Relay:
    """Passes bytes on to `target` (a port of this machine). All members may be set at any time."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.delay = 0.0
        """Seconds by which each answer is late."""
        self.swallow: Callable[[], None] | None = None
        """Called once in place of the next answer, which nobody gets."""
        self.deaf = False
        """Whether connections are taken and nothing is passed on."""
        self._streams: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection, so that the next goes to the present target."""
        self._loop.call_soon_threadsafe(lambda: [stream.transport.abort() for stream in list(self._streams)])

    async def serve(self, ready: threading.Event, ended: asyncio.Event) -> None:
        """Listen until ended."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        ready.set()
        await ended.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, up_writer}
        self._streams |= both
        tasks = [
            asyncio.ensure_future(self._pass(reader, up_writer, answers=False)),
            asyncio.ensure_future(self._pass(up_reader, writer, answers=True)),
        ]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for stream in both:
            stream.transport.abort()
        self._streams -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                while self.deaf:  # noqa: ASYNC110 - a row sets it from another thread
                    await asyncio.sleep(0.01)
                if answers and self.swallow:
                    called, self.swallow = self.swallow, None
                    called()
                    return
                if answers and self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()


@contextmanager
def relay(target: int) -> Iterator[Relay]:
    """A running relay, in a thread, for the length of the block."""
    made, ready = Relay(target), threading.Event()

    async def main() -> None:
        nonlocal ended
        made._loop, ended = asyncio.get_running_loop(), asyncio.Event()
        await made.serve(ready, ended)

    ended: asyncio.Event
    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield made
    finally:
        made._loop.call_soon_threadsafe(ended.set)
        thread.join(5)
