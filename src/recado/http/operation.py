"""Routes for operators and for people who look at the address: health, readiness, the contract, a welcome."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from importlib.resources import files

import msgspec

from recado.http import static
from recado.http.call import Answer, Call, json_answer
from recado.http.problems import INTERNAL, KINDS

_FRESH = (b"cache-control", b"no-cache")


async def healthz(_call: Call) -> Answer:
    """`GET /healthz`: the process answers."""
    return json_answer(200, {"status": "alive"})


async def readyz(call: Call) -> Answer:
    """`GET /readyz`: 503 unless SQL can be reached and is migrated; other trouble is a detail."""
    ready = await call.house.ready()
    trouble = call.house.trouble()
    status = "unready" if not ready else "degraded" if trouble else "ready"
    detail = trouble if ready else ["the database cannot be reached or is not migrated", *trouble]
    return json_answer(200 if ready else 503, {"status": status, "detail": detail})


async def contract(_call: Call) -> Answer:
    """`GET /openapi.json`."""
    return Answer(200, _openapi(), [_FRESH])


async def problems(_call: Call) -> Answer:
    """`GET /problems`: what the `type` of a problem links to."""
    return Answer(200, _problems(), [_FRESH], b"text/html; charset=utf-8")


async def welcome(call: Call) -> Answer:
    """`GET /`: the page for a browser; for a program, a few lines that say what this is."""
    if "text/html" in (call.header(b"accept") or ""):
        return await static.page(call)
    return Answer(200, _WELCOME, [_FRESH, (b"vary", b"Accept, Accept-Encoding")], b"text/plain; charset=utf-8")


_WELCOME = b"""recado is running.

POST /user        sign up         {"username": "ana", "password": "..."}
POST /login       sign in         the same two members
POST /todo        leave a to-do   {"title": "..."}, with Authorization: Bearer <access_token>
GET  /session     your devices

The whole contract: /docs and /openapi.json
"""


@lru_cache(maxsize=1)
def _openapi() -> bytes:
    import yaml  # noqa: PLC0415 - asked for rarely, and start-up should not pay for it

    return msgspec.json.encode(yaml.safe_load(files("recado.http").joinpath("openapi.yaml").read_text("utf-8")))


@lru_cache(maxsize=1)
def _problems() -> bytes:
    kinds = {kind.name: kind for kind in [*KINDS.values(), INTERNAL]}.values()
    rows = "".join(
        f'<dt id="{kind.name}">{kind.name} ({kind.status})</dt><dd>{escape(kind.title)}</dd>' for kind in kinds
    )
    return f"<!doctype html><html lang=en><title>Problems</title><h1>Problems</h1><dl>{rows}</dl></html>".encode()
