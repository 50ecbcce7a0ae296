"""A fixed answer to whatever is asked."""

from __future__ import annotations

from typing import Any

BODY = b'{"user_id": 1, "title": "bench 1"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer 201 with a to-do of user 1."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})
    else:
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
