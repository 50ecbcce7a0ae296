"""The table of faults hides nothing: what was lost, wrong, slow to heal or not run stands in it, and fails the run."""

from __future__ import annotations

import faults.rows  # noqa: F401 - the rows enter themselves
from faults.registry import ROWS
from faults.table import Outcome, table


def test_what_was_lost_wrong_or_slow_to_heal_is_a_problem() -> None:
    good = Outcome("row", "sqlite", tries=5, acknowledged=3, kept=3, heal=4.9)
    assert good.problems == []
    assert Outcome("row", "sqlite", acknowledged=3, kept=2).problems == ["1 acknowledged writes were lost"]
    assert "5.1 s to heal" in Outcome("row", "sqlite", heal=5.1).problems[0]
    good.demand(False, "a to-do is there twice")
    assert good.problems == ["a to-do is there twice (1×)"]
    assert "WRONG row (sqlite): a to-do is there twice (1×)" in table([good])


def test_a_row_that_was_not_run_says_so() -> None:
    assert "not run: needs strace" in table([Outcome("row", "sqlite", not_run="needs strace")])


def test_a_row_names_what_it_lacks() -> None:
    row = ROWS["disk-full"]
    lacking = type(row)(row.name, row.stores, ("no-such-program",), row.run)
    assert lacking.missing() == "needs no-such-program"


def test_every_row_says_what_it_does() -> None:
    assert all(row.run.__doc__ and row.stores for row in ROWS.values())
