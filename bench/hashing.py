"""Bare Argon2: how many verifies a second the service core does by itself: `python -m bench.hashing`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher

from bench.cores import on_service_core

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""The parameters of every peer: Argon2id, 19 MiB, t=2, p=1."""


def verifies_per_second(seconds: float, threads: int) -> float:
    """Verify one password over and over in a pool of threads, in a fresh process on the service core."""
    command = [sys.executable, "-m", "bench.hashing", "--seconds", str(seconds), "--threads", str(threads)]
    return float(subprocess.run(on_service_core(*command), check=True, capture_output=True, text=True).stdout)


def _verify_until(deadline: float, stored: str) -> int:
    done = 0
    while time.perf_counter() < deadline:
        HASHER.verify(stored, "correct horse battery staple")
        done += 1
    return done


def main() -> None:
    """Print the rate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    stored = HASHER.hash("correct horse battery staple")
    with ThreadPoolExecutor(options.threads) as pool:
        start = time.perf_counter()
        each = pool.map(_verify_until, [start + options.seconds] * options.threads, [stored] * options.threads)
        print(sum(each) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
