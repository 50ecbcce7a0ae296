"""Dead tokens accepted: sessions are ended through one server process and tried at once through another."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field, replace
from typing import Any

from bench.client import Answer, Connection
from bench.cores import family, on_both_cores
from bench.peers import Peer
from bench.population import USERS, Session
from bench.serving import Service, serving

_AT_ONCE = 16
_OPENINGS = 2000
_ALIVE = "/todo?limit=1"

Way = tuple[str, str, str | None, Any]
"""A request: method, path, token, body."""


@dataclass(slots=True)
class DeadTokens:
    """Answers counted by status: before the end, of the end itself, and of both dead tokens after it.

    Right is 200 before, 200 or 204 for the end, and 401 after. `accepted` counts the 2xx among the last.
    """

    peer: str
    tries: int = 0
    accepted: int = 0
    before: dict[int, int] = field(default_factory=dict[int, int])
    ending: dict[int, int] = field(default_factory=dict[int, int])
    access_after: dict[int, int] = field(default_factory=dict[int, int])
    refresh_after: dict[int, int] = field(default_factory=dict[int, int])

    def problems(self) -> list[str]:
        """Say which answers should not have been."""
        judged = (
            (self.before, {200}),
            (self.ending, {200, 204}),
            (self.access_after, {401}),
            (self.refresh_after, {401}),
        )
        return [f"{self.peer}: {seen} where {right} is right" for seen, right in judged if seen.keys() - right]


def count(peer: Peer, tries: int) -> DeadTokens:
    """End so many sessions through process A, by three ways in turn, and try their tokens through process B."""
    anchors = {session.user_id: session for session in peer.sessions(USERS)}
    doomed = peer.sessions(tries)
    both = replace(peer, settings=peer.settings | {"RECADO_WORKERS": "2"})
    with serving(both, on_both_cores) as service:
        return asyncio.run(_all(service, doomed, anchors))


async def _all(service: Service, doomed: list[Session], anchors: dict[int, Session]) -> DeadTokens:
    seen = DeadTokens(service.peer.name)
    numbered = enumerate(doomed)

    async def end_and_try(to_a: Connection, to_b: Connection) -> None:
        for number, session in numbered:
            way = _ways(session, anchors[session.user_id])[number % 3]
            await _one(seen, session, way, to_a, to_b)

    pairs = await _pairs(service)
    await asyncio.gather(*(end_and_try(to_a, to_b) for to_a, to_b in pairs))
    for pair in pairs:
        for connection in pair:
            await connection.close()
    return seen


async def _pairs(service: Service) -> list[tuple[Connection, Connection]]:
    """Open connections to both processes. Which one took a connection is read from the kernel's tables."""
    workers = [pid for pid in family(service.pid) if pid != service.pid]
    if len(workers) != 2:
        raise SystemExit(f"{service.peer.name} runs {len(workers)} processes where 2 were asked for")
    found: dict[int, list[Connection]] = {pid: [] for pid in workers}
    for _ in range(_OPENINGS):
        connection = await Connection.open(service.port)
        await connection.ask("GET", "/healthz")
        mine = found[connection.taken_by(workers)]
        if len(mine) < _AT_ONCE:
            mine.append(connection)
        else:
            await connection.close()
        if all(len(connections) == _AT_ONCE for connections in found.values()):
            return list(zip(*found.values(), strict=True))
    raise SystemExit(f"of {_OPENINGS} connections to {service.peer.name} one process took nearly all")


def _ways(session: Session, anchor: Session) -> list[Way]:
    """Return the requests that end a session: by either of its tokens, or from another device of its user."""
    return [
        ("POST", "/logout", session.access, None),
        ("POST", "/logout", None, {"refresh_token": session.refresh}),
        ("DELETE", f"/session/{_session_id(session.access)}", anchor.access, None),
    ]


async def _one(seen: DeadTokens, session: Session, way: Way, to_a: Connection, to_b: Connection) -> None:
    _add(seen.before, await to_b.ask("GET", _ALIVE, session.access))
    _add(seen.ending, await to_a.ask(*way))
    access = await to_b.ask("GET", _ALIVE, session.access)
    refresh = await to_b.ask("POST", "/token/refresh", None, {"refresh_token": session.refresh})
    _add(seen.access_after, access)
    _add(seen.refresh_after, refresh)
    seen.tries += 1
    seen.accepted += (access.status < 300) + (refresh.status < 300)


def _add(counts: dict[int, int], answer: Answer) -> None:
    counts[answer.status] = counts.get(answer.status, 0) + 1


def _session_id(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"]
