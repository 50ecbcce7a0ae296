"""The public surface: docs/api.md lists what each module says is public, and the documents show the tested code."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent
API = (FOLDER / "docs/api.md").read_text("utf-8")
LISTED = {
    section.partition("`")[0]: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    for section in API.split("\n## `")[1:]
}
SOURCE = FOLDER / "src/revocable"


@pytest.mark.parametrize("module", LISTED)
def test_the_page_lists_the_public_names_of_a_module_and_no_other(module: str):
    public = importlib.import_module(module).__all__
    assert sorted(LISTED[module]) == sorted(public)
    assert len(set(public)) == len(public)


def test_every_module_that_says_what_is_public_is_listed():
    saying = {
        path.stem for path in SOURCE.glob("*.py") if re.search(r"^__all__ =", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {f"revocable.{stem}".removesuffix(".__init__") for stem in saying} == set(LISTED)


@pytest.mark.parametrize("module", LISTED)
def test_every_public_name_is_there_and_explained(module: str):
    found = importlib.import_module(module)
    for name in found.__all__:
        thing = getattr(found, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__doc__, name


def test_every_public_error_is_below_the_one_parent_or_a_value_error():
    revocable = importlib.import_module("revocable")
    kinds = [getattr(revocable, name) for name in revocable.__all__]
    for kind in kinds:
        if inspect.isclass(kind) and issubclass(kind, Exception):
            assert issubclass(kind, (revocable.RevocableError, ValueError)), kind


def test_every_public_symbol_has_a_known_type(tmp_path: Path):
    """As `pyright --verifytypes` judges a library that says it is typed; it reads installed ones, so here is a copy."""
    shutil.copytree(SOURCE, tmp_path / "site/revocable", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "elsewhere").mkdir()
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--ignoreexternal", "--verifytypes"]
    done = subprocess.run(
        [*command, "revocable"],
        cwd=tmp_path / "elsewhere",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Type completeness score: 100%" in done.stdout, done.stdout


@pytest.mark.parametrize("path", sorted((FOLDER / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_the_examples_use_public_names_only(path: Path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "revocable":
            assert {alias.name for alias in node.names} <= set(LISTED[node.module or ""])


@pytest.mark.parametrize(
    ("page", "example", "start"),
    [
        ("examples", "starlette_app", "# protect\n"),
        ("examples", "fastapi_app", "# protect\n"),
        ("examples", "litestar_app", "# protect\n"),
        ("stores", "memory_store", "contract of `revocable.testing`"),
    ],
)
def test_the_documents_show_the_code_that_is_tested(page: str, example: str, start: str):
    _, found, shown = (FOLDER / f"examples/{example}.py").read_text("utf-8").partition(start)
    shown = shown if page == "examples" else shown[shown.index("class ") :]
    assert found
    assert f"```python\n{shown}```" in (FOLDER / f"docs/{page}.md").read_text("utf-8")
