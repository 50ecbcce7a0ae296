"""What was measured, against the default stack and against the targets: as a table, and as JSON."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import household
from bench.at_rest import AtRest
from bench.household import Cost, Streams
from bench.peers import DEFAULT
from bench.revocation import DeadTokens
from bench.rounds import Measurement
from bench.wrk import WORKLOADS, Workload

CREATE_TARGETS = {"recado embedded": 12.0, "recado PostgreSQL": 8.0, "recado PostgreSQL + Redis": 8.0}
REFRESH_TARGET = 6.0
LOGIN_TARGET = 0.85
MEMORY_TARGET_MB = 80
COLD_START_TARGET_S = 0.6

_COLUMNS = ("req/s", "ratio", "target", "p50 ms", "p99 ms", "CPU µs")
_HEAD = f"{'':35}{''.join(f'{column:>9}' for column in _COLUMNS)}{'core 0':>8}{'core 1':>8}"


@dataclass(slots=True)
class Results:
    """Everything one run of the bench has seen."""

    measurements: list[Measurement] = field(default_factory=list)
    at_rest: list[AtRest] = field(default_factory=list)
    dead_tokens: list[DeadTokens] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    streams: list[Streams] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Say everything that was wrong, not slow: answers, rows, dead tokens."""
        measured = [f"{m.peer}, {m.workload}, round {m.round + 1}: {p}" for m in self.measurements for p in m.problems]
        return measured + [problem for dead in self.dead_tokens for problem in dead.problems()]


@dataclass(frozen=True, slots=True)
class Line:
    """The medians of one peer at one workload. `ratio` is to the default stack; a login's is to bare Argon2."""

    workload: Workload
    peer: str
    rate: float
    ratio: float | None
    target: float | None
    p50_ms: float
    p99_ms: float
    cpu_us: float
    service_core: float
    load_core: float


def lines(results: Results) -> Iterator[Line]:
    """Sum up the rounds. A ratio is the median of the rounds' ratios."""
    peers = list(dict.fromkeys(m.peer for m in sorted(results.measurements, key=lambda m: (m.peer != DEFAULT, m.peer))))
    for workload in WORKLOADS:
        for peer in peers:
            of_peer = _rounds(results, peer, workload)
            if of_peer:
                yield _line(results, workload, peer, of_peer)


def _rounds(results: Results, peer: str, workload: Workload) -> dict[int, Measurement]:
    return {m.round: m for m in results.measurements if (m.peer, m.workload) == (peer, workload)}


def _line(results: Results, workload: Workload, peer: str, of_peer: dict[int, Measurement]) -> Line:
    def median(name: str) -> float:
        return statistics.median(getattr(m, name) for m in of_peer.values())

    default = {number: m.rate for number, m in _rounds(results, DEFAULT, workload).items()}
    ratios = [m.rate / against for number, m in of_peer.items() if (against := m.bare_argon2 or default.get(number))]
    measured = {name: median(name) for name in ("rate", "p50_ms", "p99_ms", "cpu_us", "service_core", "load_core")}
    ratio = statistics.median(ratios) if ratios else None
    return Line(workload=workload, peer=peer, ratio=ratio, target=_target(workload, peer), **measured)


def _target(workload: Workload, peer: str) -> float | None:
    if peer == DEFAULT:
        return None
    return {"create": CREATE_TARGETS.get(peer), "refresh": REFRESH_TARGET, "login": LOGIN_TARGET}.get(workload)


def table(results: Results) -> str:
    """Return what a person reads."""
    rows = [_row(line) for line in lines(results)]
    rows = [_HEAD, *rows, *against(results)] if rows else []
    if bare := [m.bare_argon2 for m in results.measurements if m.bare_argon2]:
        rows.append(f"{'login':9}{'bare Argon2':26}{statistics.median(bare):9.1f}{1:9.2f}")
    rows += [_rest_row(rest) for rest in results.at_rest]
    rows += [_dead_row(dead) for dead in results.dead_tokens]
    rows += household.rows(results.costs, results.streams)
    return "\n".join([*rows, *(f"WRONG: {problem}" for problem in results.problems())])


def against(results: Results) -> Iterator[str]:
    """Say how recado does next to every other peer: medians of the rounds' ratios of right answers a second."""
    peers = list(dict.fromkeys(m.peer for m in results.measurements))
    own = [peer for peer in peers if peer.startswith("recado")]
    for workload in WORKLOADS:
        for other in (peer for peer in peers if peer not in own and _rounds(results, peer, workload)):
            ratios = (f"{peer.removeprefix('recado ')} {_times(results, workload, peer, other)}" for peer in own)
            yield f"{workload:9}× {other:26}{'   '.join(ratios)}"


def _times(results: Results, workload: Workload, peer: str, other: str) -> str:
    mine, theirs = _rounds(results, peer, workload), _rounds(results, other, workload)
    ratios = [mine[number].rate / theirs[number].rate for number in mine.keys() & theirs.keys() if theirs[number].rate]
    return f"{statistics.median(ratios):.2f}" if ratios else "-"


def _row(line: Line) -> str:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    target = "" if line.target is None else f"{'≥' if (line.ratio or 0) >= line.target else 'MISSED'} {line.target:g}"
    numbers = f"{line.rate:9.1f}{ratio:>9}{target:>9}{line.p50_ms:9.1f}{line.p99_ms:9.1f}{line.cpu_us:9.0f}"
    return f"{line.workload:9}{line.peer:26}{numbers}{line.service_core:8.0%}{line.load_core:8.0%}"


def _rest_row(rest: AtRest) -> str:
    start, one = rest.after_start, rest.after_one_request
    return (
        f"at rest  {rest.peer:26}first answer after {rest.cold_start:.2f} s (target {COLD_START_TARGET_S}); "
        f"{rest.processes} process(es), RSS {start.rss:.0f} MB, PSS {start.pss:.0f} MB; "
        f"after one request RSS {one.rss:.0f} MB, PSS {one.pss:.0f} MB (target {MEMORY_TARGET_MB})"
    )


def _dead_row(dead: DeadTokens) -> str:
    return f"dead     {dead.peer:26}{dead.accepted} tokens accepted after the end of {dead.tries} sessions (target 0)"


def write_json(results: Results, about: dict[str, object], path: Path) -> None:
    """Write everything, single rounds included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    everything = about | {
        "lines": [dataclasses.asdict(line) for line in lines(results)],
        "rounds": [dataclasses.asdict(m) for m in results.measurements],
        "at_rest": [dataclasses.asdict(rest) for rest in results.at_rest],
        "dead_tokens": [dataclasses.asdict(dead) for dead in results.dead_tokens],
        "costs": [dataclasses.asdict(cost) | {"ratio": cost.ratio} for cost in results.costs],
        "streams": [dataclasses.asdict(one) for one in results.streams],
        "problems": results.problems(),
    }
    path.write_text(json.dumps(everything, indent=1) + "\n")
