"""`python -m faults`: runs every row, prints the table, writes JSON. Exit code 1 when something was lost or wrong."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

import faults.rows  # noqa: F401 - the rows enter themselves
from faults import people
from faults.ground import Ground, ground
from faults.registry import ROWS, Row
from faults.table import Outcome, table, write_json
from tests.servers import Missing

_JSON = Path(__file__).parent.parent / "build/faults.json"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m faults", description="Break things, and see what was lost.")
    parser.add_argument("--row", nargs="+", default=[], choices=sorted(ROWS), metavar="ROW", help="only these rows")
    parser.add_argument("--list", action="store_true", help="name the rows and the set-ups they run on")
    parser.add_argument("--json", type=Path, default=_JSON, help="where all that was seen goes (build/faults.json)")
    return parser.parse_args()


def main() -> int:
    """Run the rows."""
    options = arguments()
    if options.list:
        for each in ROWS.values():
            print(f"{each.name:24} {', '.join(each.stores)}")
        return 0
    begun, outcomes = time.monotonic(), list[Outcome]()
    with ground() as shared:
        for each in ROWS.values():
            if not options.row or each.name in options.row:
                outcomes += [_one(each, stores, shared) for stores in each.stores]
    print(table(outcomes))
    print(f"{len(outcomes)} runs in {time.monotonic() - begun:.0f} s")
    write_json(outcomes, options.json)
    return 1 if any(outcome.problems for outcome in outcomes) else 0


def _one(each: Row, stores: str, shared: Ground) -> Outcome:
    outcome = Outcome(each.name, stores, not_run=each.missing())
    begun = time.monotonic()
    try:
        if not outcome.not_run:
            each.run(shared, outcome)
    except Missing as missing:
        outcome.not_run = str(missing)
    except Exception:
        traceback.print_exc()
        outcome.wrong[f"the row broke off: {traceback.format_exc(limit=0).strip().splitlines()[-1]}"] += 1
    finally:
        people.leave()
    outcome.seconds = round(time.monotonic() - begun, 1)
    verdict = outcome.not_run or "; ".join(outcome.problems) or "nothing lost, nothing wrong"
    print(f"{each.name}, {stores}: {verdict} ({outcome.seconds:.0f} s)", file=sys.stderr, flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
