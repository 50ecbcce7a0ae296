"""The web front end: the files that `make web` builds into the folder `web/static`, sent as they are.

Files below `assets/` have a hash in their name and never change; the page itself and the service worker are asked for
anew each time. Every other address below `/app/` is the page, which finds its own way.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from mimetypes import guess_type

from recado.errors import NotFound
from recado.http.call import Answer, Call

PAGE, DOCS = "index.html", "docs.html"
_FRESH = (b"cache-control", b"no-cache")
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_WORTH = 1_000
"""Smaller ones are not compressed."""
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".svg": "image/svg+xml"}
_MISSING = b"The web front end is not built: run `make web`. Everything else works; the contract is at /openapi.json.\n"


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes | None
    content_type: bytes
    etag: bytes


async def file(call: Call) -> Answer:
    """`GET /app/{path}`: a built file, or the page."""
    path = call.path.get("path", "")
    if path.startswith("assets/"):
        if path not in _names():
            raise NotFound
        return _send(call, path, _FOREVER)
    return _send(call, path if path in _names() else PAGE, _FRESH)


async def page(call: Call) -> Answer:
    """`GET /app` and, for a browser, `GET /`."""
    return _send(call, PAGE, _FRESH)


async def docs(call: Call) -> Answer:
    """`GET /docs`: the contract to read and to try."""
    return _send(call, DOCS, _FRESH)


def _send(call: Call, name: str, kept: tuple[bytes, bytes]) -> Answer:
    if name not in _names():
        return Answer(503, _MISSING, [_FRESH], b"text/plain; charset=utf-8")
    found = _read(name)
    headers = [kept, (b"etag", found.etag), (b"vary", b"Accept, Accept-Encoding")]
    if name == "sw.js":
        headers.append((b"service-worker-allowed", b"/"))
    if call.header(b"if-none-match") == found.etag.decode():
        return Answer(304, headers=headers)
    if found.packed is not None and "gzip" in (call.header(b"accept-encoding") or ""):
        return Answer(200, found.packed, [*headers, (b"content-encoding", b"gzip")], found.content_type)
    return Answer(200, found.body, headers, found.content_type)


@cache
def _names() -> frozenset[str]:
    """The built files; an address names one of these, or none."""
    root = files("recado") / "web" / "static"
    if not root.is_dir():
        return frozenset()
    top = {entry.name for entry in root.iterdir() if entry.is_file()}
    assets = root / "assets"
    below = {f"assets/{entry.name}" for entry in assets.iterdir()} if assets.is_dir() else set[str]()
    return frozenset(top | below)


@lru_cache(maxsize=500)
def _read(name: str) -> _File:
    body = (files("recado") / "web" / "static" / name).read_bytes()
    content_type = _type(name)
    text = content_type.startswith(("text/", "application/", "image/svg"))
    packed = gzip.compress(body, 9, mtime=0) if text and len(body) > _WORTH else None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
    charset = "; charset=utf-8" if content_type.startswith("text/") else ""
    return _File(body, packed, (content_type + charset).encode(), etag)


def _type(name: str) -> str:
    ending = "." + name.rpartition(".")[2]
    return _TYPES.get(ending) or guess_type(name)[0] or "application/octet-stream"
