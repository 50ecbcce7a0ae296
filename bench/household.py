"""What a user's own amount of to-dos costs, what search and quick add cost, and what a thousand open streams cost.

Two users of one service, one with 100 to-dos and one with 100,000, do the same things in turns. Requests follow one
another on one connection, and what counts is the processor time the service took for each, and the median time to the
answer.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import cores, wrk
from bench.client import Connection
from bench.peers import Peer
from bench.population import USERS, Session
from bench.serving import Service, serving

FEW, MANY = 100, 100_000
STREAMS = 1000
_ROUNDS, _TIMES = 9, 100
_QUICK = "pagar aluguel amanhã 9h toda segunda !1 #casa"


@dataclass(frozen=True, slots=True)
class Cost:
    """One thing that a user does, at the median of the rounds: processor time and time to the answer."""

    peer: str
    what: str
    few_cpu_us: float
    many_cpu_us: float
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """How much more processor time the user with many pays."""
        return self.many_cpu_us / self.few_cpu_us


@dataclass(frozen=True, slots=True)
class Streams:
    """What open streams cost: the memory (RSS) of all, and the processor time of a create without streams, beside
    silent ones, and when two are told of it.
    """

    peer: str
    count: int
    megabytes: float
    create_cpu_us: float
    create_cpu_us_beside: float
    create_cpu_us_told: float
    told: int
    """How many of the streams were told of the to-dos that their users created."""


def measure(peer: Peer, folder: Path) -> tuple[list[Cost], Streams]:
    """Give user 1 many to-dos and user 2 few, and measure."""
    peer.grow(1, MANY)
    peer.grow(2, FEW)
    sessions = peer.sessions(USERS)
    by_user = {session.user_id: session for session in sessions}
    with serving(peer) as service:
        costs = asyncio.run(_costs(service, by_user[2], by_user[1]))
        return costs, _streams(service, sessions, folder)


async def _costs(service: Service, few: Session, many: Session) -> list[Cost]:
    connection = await Connection.open(service.port)
    deeds = {
        "create": _create(connection),
        "list of 50": _get(connection, "/todo?limit=50"),
        "complete": _complete(connection),
        "search, first page": _get(connection, "/todo?q=bench+wor&limit=50"),
        "parse quick add": _parse(connection),
    }
    found = [await _cost(service, what, deed, few, many) for what, deed in deeds.items()]
    await connection.close()
    return found


Deed = Callable[[Session, int], Awaitable[None]]


async def _cost(service: Service, what: str, deed: Deed, few: Session, many: Session) -> Cost:
    """Do it in turns, so that what disturbs the machine disturbs both."""
    cpu: dict[int, list[float]] = {few.user_id: [], many.user_id: []}
    took: dict[int, list[float]] = {few.user_id: [], many.user_id: []}
    for turn in range(-1, _ROUNDS):
        for who in (few, many):
            before = cores.exact_cpu_seconds(service.pid)
            times = [await _timed(deed, who, n) for n in range(_TIMES)]
            if turn >= 0:  # the first of each is for the caches
                cpu[who.user_id].append((cores.exact_cpu_seconds(service.pid) - before) / _TIMES * 1e6)
                took[who.user_id] += times
    return Cost(
        service.peer.name,
        what,
        statistics.median(cpu[few.user_id]),
        statistics.median(cpu[many.user_id]),
        statistics.median(took[few.user_id]) * 1e3,
        statistics.median(took[many.user_id]) * 1e3,
    )


async def _timed(deed: Deed, who: Session, number: int) -> float:
    started = time.perf_counter()
    await deed(who, number)
    return time.perf_counter() - started


def _create(connection: Connection) -> Deed:
    async def deed(who: Session, number: int) -> None:
        answer = await connection.ask("POST", "/todo", who.access, {"title": f"bench {number}"})
        _must(answer.status == 201, answer.body)

    return deed


def _get(connection: Connection, path: str) -> Deed:
    async def deed(who: Session, _: int) -> None:
        answer = await connection.ask("GET", path, who.access)
        _must(answer.status == 200 and len(answer.json()["items"]) == 50, answer.body)

    return deed


def _complete(connection: Connection) -> Deed:
    ids: dict[int, list[str]] = {}

    async def deed(who: Session, number: int) -> None:
        if who.user_id not in ids:
            page = await connection.ask("GET", "/todo?limit=50", who.access)
            ids[who.user_id] = [item["id"] for item in page.json()["items"]]
        todo_id, done = ids[who.user_id][number % 50], number % 100 < 50
        answer = await connection.ask("PATCH", f"/todo/{todo_id}", who.access, {"done": done})
        _must(answer.status == 200 and answer.json()["done"] is done, answer.body)

    return deed


def _parse(connection: Connection) -> Deed:
    async def deed(who: Session, _: int) -> None:
        answer = await connection.ask("POST", "/todo/parse", who.access, {"quick": _QUICK})
        _must(answer.status == 200, answer.body)

    return deed


def _must(right: bool, body: bytes) -> None:
    if not right:
        raise SystemExit(f"a wrong answer: {body[:300]!r}")


def _streams(service: Service, sessions: list[Session], folder: Path) -> Streams:
    silent, listening = sessions[: USERS // 2], sessions[USERS // 2 :]
    without = _create_cost(service, silent, folder)
    before = cores.memory(service.pid).rss
    return asyncio.run(_with_streams(service, silent, listening, folder, without=without, before=before))


async def _with_streams(
    service: Service, silent: list[Session], listening: list[Session], folder: Path, *, without: float, before: float
) -> Streams:
    streams = [await _listen(service.port, session) for session in listening * (STREAMS // len(listening))]
    await asyncio.sleep(1)
    megabytes = cores.memory(service.pid).rss - before
    beside = await asyncio.to_thread(_create_cost, service, silent, folder)
    told = set[int]()
    hearing = [asyncio.create_task(_hear(reader, n, told)) for n, (reader, _) in enumerate(streams)]
    telling = await asyncio.to_thread(_create_cost, service, listening, folder)
    await asyncio.sleep(1)
    for task in hearing:
        task.cancel()
    for _, writer in streams:
        writer.close()
    return Streams(service.peer.name, len(streams), megabytes, without, beside, telling, len(told))


def _create_cost(service: Service, sessions: list[Session], folder: Path) -> float:
    """Return the processor time of a create by users in turn, with what their streams are told meanwhile."""
    costs: list[float] = []
    for _ in range(3):
        before = cores.exact_cpu_seconds(service.pid)
        load = wrk.run("create", service.port, sessions, 2, folder)
        costs.append((cores.exact_cpu_seconds(service.pid) - before) / load.right * 1e6)
    return statistics.median(costs)


async def _listen(port: int, session: Session) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = ["GET /todo/events HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {session.access}", "", ""]
    writer.write("\r\n".join(head).encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    _must(answer.startswith(b"HTTP/1.1 200"), answer)
    return reader, writer


async def _hear(reader: asyncio.StreamReader, number: int, told: set[int]) -> None:
    """Read on, as a client does, and note the first to-do that is told of."""
    while chunk := await reader.read(65536):
        if b"event: todo" in chunk:
            told.add(number)


def rows(costs: list[Cost], streams: list[Streams]) -> Iterator[str]:
    """Give what a person reads."""
    for cost in costs:
        yield (
            f"{cost.what:19}{cost.peer:26}{FEW} to-dos: {cost.few_cpu_us:6.0f} µs CPU, {cost.few_ms:5.2f} ms; "
            f"{MANY:,}: {cost.many_cpu_us:6.0f} µs, {cost.many_ms:5.2f} ms; ratio {cost.ratio:.2f} (target 1.3)"
        )
    for one in streams:
        yield (
            f"{one.count} open streams  {one.peer:26}{one.megabytes:.0f} MB (target 40); a create costs "
            f"{one.create_cpu_us:.0f} µs CPU without them, {one.create_cpu_us_beside:.0f} beside them, "
            f"{one.create_cpu_us_told:.0f} if two are told of it ({one.told} were told)"
        )
