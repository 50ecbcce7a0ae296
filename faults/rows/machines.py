"""The hypothesis state machines of sessions and of the outbox, for longer than in `make test`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from faults.ground import Ground
from faults.registry import BELOW, row
from faults.table import Outcome

ROOT = Path(__file__).parent.parent.parent
_MACHINES = ("revocable/tests/test_sessions_machine.py", "tests/messages/test_outbox_machine.py")


@row("state-machines", BELOW)
def state_machines(ground: Ground, outcome: Outcome) -> None:
    """What a user was told must stay true: thousands of random steps, clocks moved and answers lost among them."""
    environment = {**os.environ, "RECADO_STATE_MACHINES": "long"}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:xdist", "-s", *_MACHINES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    passed = re.search(r"(\d+) passed", done.stdout)
    outcome.tries = int(passed[1]) if passed else 0
    outcome.demand(done.returncode == 0, f"a machine found a contradiction:\n{done.stdout[-1500:]}")
    outcome.note("hypothesis, sessions on SQLite and outbox on SQLite")
