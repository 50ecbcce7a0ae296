"""`python -m bench`: measures, prints the table and writes JSON. Exit code 1 when an answer or a row was wrong."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path

from bench import at_rest, cores, household, revocation, rounds
from bench.peers import ROOT, Peer, all_peers
from bench.report import Results, table, write_json
from bench.rounds import Plan
from bench.stores import Stores, running_stores
from bench.wrk import CONNECTIONS, WORKLOADS, require_wrk

NAMES = (
    *("default", "tuned", "django", "seed", "seed-postgres", "seed-sqlite", "floor"),
    *("embedded", "postgres", "redis"),
)
OWN = frozenset({"embedded", "postgres", "redis"})


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure recado next to the default stack.")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement; logins take twice that (8)")
    parser.add_argument("--tries", type=int, default=10_000, help="sessions ended for the count of dead tokens (10000)")
    parser.add_argument("--starts", type=int, default=5, help="cold starts, of which the median counts (5)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: 1 round of 2 s, 300 tries, 1 start")
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=NAMES, help="which set-ups (all)")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="which work (all)")
    parser.add_argument(
        "--only",
        choices=["rounds", "rest", "dead", "household"],
        help="only the rounds, memory and start, dead tokens, or a household's many to-dos and open streams",
    )
    parser.add_argument(
        "--json", type=Path, default=ROOT / "build/bench.json", help="where the figures go (build/bench.json)"
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.tries, options.starts = 1, 2, 300, 1
    return options


def main() -> int:
    """Run it all."""
    options = arguments()
    require_wrk()
    cores.claim_load_core()
    results = Results()
    with running_stores() as stores, tempfile.TemporaryDirectory(prefix="recado-bench-", dir=_scratch()) as folder:
        _measure(options, stores, Path(folder), results)
    print(table(results))
    write_json(results, _about(options), options.json)
    return 1 if results.problems() else 0


def _scratch() -> Path:
    scratch = ROOT / "build"
    scratch.mkdir(exist_ok=True)
    return scratch


def _measure(options: argparse.Namespace, stores: Stores, folder: Path, results: Results) -> None:
    made = {name: make() for name, make in all_peers(stores, folder).items() if name in options.peers}
    peers, own = list(made.values()), [peer for name, peer in made.items() if name in OWN]
    for peer in peers:
        _say(f"filling {peer.name}")
        peer.fill()
    if options.only in (None, "rest"):
        results.at_rest = [at_rest.measure(peer, options.starts) for peer in peers]
    if options.only in (None, "dead"):
        results.dead_tokens = [_dead(peer, options.tries) for peer in own]
    if options.only in (None, "rounds"):
        plan = Plan(options.rounds, options.seconds, tuple(options.workloads))
        for seen in rounds.run(peers, plan, folder):
            results.measurements.append(seen)
            _say(f"round {seen.round + 1}, {seen.peer}, {seen.workload}: {seen.rate:.0f}/s {'; '.join(seen.problems)}")
    if options.only in (None, "household"):  # last, since it makes one user's store large
        for peer in own:
            _say(f"many to-dos and open streams, {peer.name}")
            costs, streams = household.measure(peer, folder)
            results.costs += costs
            results.streams.append(streams)


def _dead(peer: Peer, tries: int) -> revocation.DeadTokens:
    _say(f"dead tokens, {peer.name}")
    return revocation.count(peer, tries)


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def _about(options: argparse.Namespace) -> dict[str, object]:
    plan = {name: getattr(options, name) for name in ("rounds", "seconds", "tries", "starts")}
    return {
        "python": platform.python_version(),
        "machine": platform.processor(),
        "connections": CONNECTIONS,
        "plan": plan,
    }


if __name__ == "__main__":
    sys.exit(main())
