"""Files of the web folder, sent as they are."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from recado.http.call import Answer, Call

_FRESH = (b"cache-control", b"no-cache")
_FILES = {
    "/app/reset": ("reset.html", b"text/html; charset=utf-8"),
    "/app/invite": ("invite.html", b"text/html; charset=utf-8"),
    "/app/code.css": ("code.css", b"text/css; charset=utf-8"),
    "/app/code.js": ("code.js", b"text/javascript; charset=utf-8"),
}
PATHS = tuple(_FILES)
"""The addresses of these files."""


async def page(call: Call) -> Answer:
    """`GET /app/…`: a page that a one-time link leads to, and what it needs."""
    name, content_type = _FILES[call.scope["path"]]
    return Answer(200, _read(name), [_FRESH], content_type)


@lru_cache(maxsize=len(_FILES))
def _read(name: str) -> bytes:
    return (files("recado") / "web" / "static" / name).read_bytes()
