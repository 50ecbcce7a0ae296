"""Dead tokens accepted: sessions are ended through one server process and tried at once through another."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.client import Connection
from bench.peers import Peer
from bench.population import Session
from bench.serving import Service, serving

_AT_ONCE = 16
_ALIVE = "/todo?limit=1"


@dataclass(slots=True)
class DeadTokens:
    """Answers counted by status: before the end, of the end itself, and of both dead tokens after it.

    Only 200, only 200 or 204, and only 401 are right. `accepted` counts the 2xx among the last.
    """

    peer: str
    tries: int = 0
    accepted: int = 0
    before: Counter[int] = field(default_factory=Counter)
    ending: Counter[int] = field(default_factory=Counter)
    access_after: Counter[int] = field(default_factory=Counter)
    refresh_after: Counter[int] = field(default_factory=Counter)

    def problems(self) -> list[str]:
        """Say which answers should not have been."""
        right = (
            (self.before, {200}),
            (self.ending, {200, 204}),
            (self.access_after, {401}),
            (self.refresh_after, {401}),
        )
        return [
            f"{self.peer}: {dict(seen)} where {wanted} is right" for seen, wanted in right if not set(seen) <= wanted
        ]


def count(peer: Peer, tries: int, folder: Path) -> DeadTokens:
    """End so many sessions through process A, each by one of three ways, and try its tokens through process B."""
    anchors = {session.user_id: session for session in peer.sessions(1000)}
    doomed = peer.sessions(tries)
    log = folder / f"{peer.name}.log"
    with serving(peer, log) as a, serving(peer, log) as b:
        return asyncio.run(_all(a, b, doomed, anchors))


async def _all(a: Service, b: Service, doomed: list[Session], anchors: dict[int, Session]) -> DeadTokens:
    seen = DeadTokens(a.peer.name)
    numbered = enumerate(doomed)

    async def worker() -> None:
        to_a, to_b = await Connection.open(a.port), await Connection.open(b.port)
        for number, session in numbered:
            way = _ways(session, anchors[session.user_id])[number % 3]
            await _one(seen, session, way, to_a, to_b)
        await to_a.close()
        await to_b.close()

    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))
    return seen


def _ways(session: Session, anchor: Session) -> list[tuple[str, str, str | None, Any]]:
    """Return the requests that end a session: by either of its tokens, or from another device of its user."""
    return [
        ("POST", "/logout", session.access, None),
        ("POST", "/logout", None, {"refresh_token": session.refresh}),
        ("DELETE", f"/session/{_session_id(session.access)}", anchor.access, None),
    ]


async def _one(
    seen: DeadTokens, session: Session, way: tuple[str, str, str | None, Any], to_a: Connection, to_b: Connection
) -> None:
    seen.before[(await to_b.ask("GET", _ALIVE, session.access)).status] += 1
    seen.ending[(await to_a.ask(*way)).status] += 1
    access = await to_b.ask("GET", _ALIVE, session.access)
    refresh = await to_b.ask("POST", "/token/refresh", None, {"refresh_token": session.refresh})
    seen.access_after[access.status] += 1
    seen.refresh_after[refresh.status] += 1
    seen.tries += 1
    seen.accepted += (access.status < 300) + (refresh.status < 300)


def _session_id(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"]
