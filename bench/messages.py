"""Ten thousand queued texts at the pace of a key: what one worker costs meanwhile. `python -m bench.messages`.

The stand-in of Vonage runs in a process of its own, and the worker in another, on the service core. The whole queue
takes 400 seconds at 25 a second; `--seconds` cuts the run short, and `--seconds 420` does not. What is told is what was
seen in that time, with the rest of the ten thousand waiting: nothing is extrapolated. Exit code 1 when a promise is
broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import cores
from bench.cores import on_service_core
from bench.peers import ROOT
from bench.stores import running_stores
from recado.db import Database, Tx, migrate, open_database
from recado.db.ids import uuid7
from recado.messages import outbox
from recado.messages.outbox import NewMessage
from revocable.sessions import microseconds
from tests.running import environment
from tests.servers import free_port, wait_until
from tests.vonage.server import KEY, SECRET

PACE, MOST_CORE, MOST_GROWTH = 25, 0.10, 8
_PEOPLE = 200
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """`core` is the share of one core while texts were sent; memory is in megabytes, early and at the end."""

    database: str
    queued: int
    seconds: float
    sent: int
    a_second: float
    core: float
    memory_early: float
    memory_late: float

    @property
    def problems(self) -> list[str]:
        """What is not as promised."""
        found = [
            (self.a_second > PACE * 1.02, "faster than the pace"),
            (self.a_second < PACE * 0.8, "slower than four fifths of it"),
        ]
        found += [(self.core > MOST_CORE, "more than a tenth of a core")]
        found += [(self.memory_late - self.memory_early > MOST_GROWTH, "memory grows")]
        return [name for broken, name in found if broken]


def main() -> int:
    """Run over SQLite and PostgreSQL, print and write what was seen."""
    parser = argparse.ArgumentParser(prog="python -m bench.messages", description="Measure one delivery worker.")
    parser.add_argument("--queued", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--json", type=Path, default=ROOT / "build/bench-messages.json")
    options = parser.parse_args()
    cores.claim_load_core()
    with running_stores() as stores, tempfile.TemporaryDirectory(prefix="recado-bench-") as folder:
        postgres = asyncio.run(stores.postgres_server.new_database())
        places = {"SQLite": f"sqlite:///{folder}/recado.db", "PostgreSQL": postgres}
        seen = [_measure(name, url, Path(folder), options) for name, url in places.items()]
    for one in seen:
        print(
            f"{one.database:<11} {one.queued} queued, {one.sent} sent in {one.seconds:.0f} s: {one.a_second:.1f}/s,"
            f" {one.core:.1%} of a core ({one.core / max(one.a_second, 1) * 1e3:.2f} ms a text),"
            f" {one.memory_early:.1f} → {one.memory_late:.1f} MB {'; '.join(one.problems)}"
        )
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps([asdict(one) for one in seen], indent=2) + "\n")
    return 1 if any(one.problems for one in seen) else 0


def _measure(name: str, url: str, folder: Path, options: argparse.Namespace) -> Seen:
    asyncio.run(_fill(url, options.queued))
    port = free_port()
    stand_in = [sys.executable, "-m", "tests.vonage.server", "--port", str(port)]
    vonage = subprocess.Popen(stand_in, cwd=ROOT, stdout=subprocess.DEVNULL)
    settings = {"DATABASE_URL": url, "RECADO_DATA": str(folder / "data"), "RECADO_SMS_PER_DAY": "1000000"}
    settings |= {"NEXMO_API_KEY": KEY, "NEXMO_API_SECRET": SECRET, "VONAGE_FROM": "14155550100"}
    worker = None
    try:
        wait_until(lambda: _listens(port), "the stand-in", vonage, Path(os.devnull), 10)
        worker = subprocess.Popen(
            on_service_core(sys.executable, "-m", "recado", "deliver"),
            env=environment(settings | {"VONAGE_URL": f"http://127.0.0.1:{port}"}),
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        time.sleep(10)  # past its start, which loads modules and certificates
        early, first = cores.memory(worker.pid).rss, asyncio.run(_sent(url))
        before, began = cores.cpu_seconds(worker.pid), time.monotonic()
        time.sleep(options.seconds)
        took, used = time.monotonic() - began, cores.cpu_seconds(worker.pid) - before
        sent = asyncio.run(_sent(url)) - first
        return Seen(name, options.queued, took, sent, sent / took, used / took, early, cores.memory(worker.pid).rss)
    finally:
        for process in (worker, vonage):
            if process is not None:
                process.terminate()
                process.wait(20)


async def _fill(url: str, count: int) -> None:
    db = await open_database(url)
    await migrate(db)
    await db.write(_people)
    for start in range(0, count, _BATCH):
        await db.write(_queue, range(start, min(start + _BATCH, count)))
    await db.close()


async def _people(tx: Tx) -> None:
    for number in range(_PEOPLE):
        await tx.change(
            "INSERT INTO account (username, password_hash, operator, locale, time_zone, created_at, notify_created, "
            "notify_assigned, notify_reminders, notify_security, phone, phone_verified_at) "
            "VALUES ($1, '', 0, 'en', 'UTC', 1, 1, 1, 1, 1, $2, 1)",
            f"person{number}",
            _number(number),
        )


async def _queue(tx: Tx, numbers: range) -> None:
    for number in numbers:
        who = number % _PEOPLE
        text = "Dear ana, a todo was created from your account just now."
        outbox.put(tx, NewMessage(who + 1, uuid7(microseconds), "created", _number(who), text, microseconds()))


async def _sent(url: str) -> int:
    db: Database = await open_database(url)
    row = await db.one("SELECT COUNT(*) FROM message WHERE state = 'sent'")
    await db.close()
    return row[0] if row else 0


def _number(number: int) -> str:
    return f"+35191{number:07}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
