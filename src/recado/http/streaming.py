"""Sends an answer that goes on until the client leaves, the server stops, or nothing more is to come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

ENDLESS = "recado.endless"
"""Set in the scope of such a request, so that a server that stops need not wait for it."""


async def send_on(chunks: AsyncGenerator[bytes, None], scope: Scope, receive: Receive, send: Send) -> None:
    """Send chunk after chunk. To leave ends it, at whatever it waits for."""
    scope[ENDLESS] = True
    sending = asyncio.ensure_future(_send_all(chunks, send))
    leaving = asyncio.ensure_future(_left(receive))
    await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, leaving):
        task.cancel()
    await asyncio.gather(sending, leaving, return_exceptions=True)
    await chunks.aclose()
    await send({"type": "http.response.body", "body": b""})


async def _send_all(chunks: AsyncGenerator[bytes, None], send: Send) -> None:
    async for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
