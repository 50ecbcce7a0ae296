"""The alert rules: they ask for what is told, lead to a line of the runbook, and fire when they should."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from recado.metrics.counts import SERIES

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs/alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")


def told() -> dict[str, set[str]]:
    """The names of all metrics in the page, with their labels."""
    table = OPERATIONS.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): set(re.findall(r"`(\w+)`", row[1])) for row in rows}


def test_everything_that_is_counted_stands_in_the_page_with_its_labels() -> None:
    found = told()
    assert {f"{series.name}_total": set(series.labels) for series in SERIES}.items() <= found.items()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_what_is_told_and_leads_to_the_runbook(rule: dict[str, Any]) -> None:
    asked = re.findall(r"\b(recado_\w+)(?:\{([^}]*)\})?", rule["expr"])
    for name, labels in asked:
        known = told()[re.sub(r"_(bucket|sum|count)$", "", name)]
        assert set(re.findall(r"(\w+)[=!]~?=?\"", labels)) <= known, name
    assert asked or "up{" in rule["expr"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert f'<a id="{rule["annotations"]["runbook"]}"></a>' in OPERATIONS
    assert len(rule["annotations"]["summary"]) < 130


def test_every_metric_of_the_page_is_told_by_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src/recado/metrics").glob("*.py"))
    for name in told():
        assert f'"{name.removesuffix("_total")}"' in code, name


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's package prometheus has promtool")
@pytest.mark.parametrize(
    "arguments", [["check", "rules", "docs/alerts.yaml"], ["test", "rules", "docs/alerts.test.yaml"]]
)
def test_prometheus_own_program_takes_them_and_they_fire_when_they_should(arguments: list[str]) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
