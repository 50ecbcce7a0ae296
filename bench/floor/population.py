"""There is nothing to fill, and any token will do: `python -m bench.floor.population`."""

from __future__ import annotations

import argparse
import json
import sys


def main() -> None:
    """Write as many sessions as are asked for to standard output, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["fill", "sessions"])
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--password")
    options = parser.parse_args()
    if options.task == "sessions":
        numbers = (number % options.users + 1 for number in range(options.count))
        json.dump([{"user_id": user, "access": "x" * 300, "refresh": "x" * 300} for user in numbers], sys.stdout)


if __name__ == "__main__":
    main()
