"""Numbers that processes share: added up while they live, taken over when they have ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from recado.metrics.slots import Slots

COUNT = """
import sys, time
from pathlib import Path
from recado.metrics.slots import Slots
slots = Slots(2, 1, Path(sys.argv[1]))
slots.values[0] += 5
slots.values[2] = 9
print("counted", flush=True)
sys.stdin.read()
"""


def another(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "counted\n"
    return process


def test_alone_a_process_reads_what_it_counted() -> None:
    slots = Slots(1, 1)
    slots.values[0] += 1
    slots.values[1] = 7
    assert slots.read() == ([1, 7], 1)


def test_processes_are_added_up_and_totals_outlive_them(tmp_path: Path) -> None:
    own = Slots(2, 1, tmp_path)
    own.values[0] += 1
    own.values[2] = 1
    others = [another(tmp_path) for _ in range(2)]
    assert own.read() == ([11, 0, 19], 3)
    for process in others:
        process.kill()
        process.communicate()
    assert own.read() == ([11, 0, 1], 1)
    next_one = Slots(2, 1, tmp_path)
    assert own.read() == next_one.read() == ([11, 0, 1], 2)
    assert len(list(tmp_path.iterdir())) == 3  # two files, and the lock


def test_those_that_came_and_went_leave_one_file(tmp_path: Path) -> None:
    for _ in range(8):
        another(tmp_path).communicate()
    own = Slots(2, 1, tmp_path)
    assert own.read() == ([40, 0, 0], 1)
    assert len(list(tmp_path.iterdir())) == 2
