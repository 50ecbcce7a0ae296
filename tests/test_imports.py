"""The architecture, held: who may import whom, and that each table is named in one module only."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src/recado"
LIBRARY = ROOT / "revocable/src/revocable"

SETTINGS = {"settings", "keyfile", "readings", "datafolder", "signing"}
MAY_IMPORT = {
    "cli": {"app", "server", "http", "todos", "accounts", "messages", "db", "errors", "logs", "erasing"} | SETTINGS,
    "metrics": {"messages", "db", "errors"},
    "erasing": {"exchange", "texting", "todos", "accounts", "messages", "db"},
    "app": {
        "housekeeping",
        "metrics",
        "server",
        "logs",
        "http",
        "texting",
        "todos",
        "accounts",
        "messages",
        "db",
        "errors",
    }
    | SETTINGS,
    "housekeeping": {"todos", "accounts", "messages", "db", "errors"},
    "texting": {"todos", "accounts", "messages", "db", "errors"},
    "http": {"texting", "exchange", "todos", "accounts", "messages", "db", "errors", "metrics", "logs", "erasing"},
    "exchange": {"todos", "accounts", "db", "errors"},
    "todos": {"accounts", "messages", "db", "errors"},
    "accounts": {"messages", "db", "errors"},
    "messages": {"db", "errors"},
    "db": {"errors"},
    "__init__": set[str](),
    "errors": set[str](),
    "logs": set[str](),
    "server": set[str](),
    "settings": SETTINGS,
    "keyfile": SETTINGS,
    "signing": SETTINGS,
    "datafolder": SETTINGS,
    "readings": set[str](),
    "__main__": {"cli"},
}
ROOMS = ("texting", "exchange", "todos", "accounts", "messages")
MAY_USE_THE_LIBRARY = {"cli", "app", "http", "texting", "housekeeping", "signing"}
MODULES = sorted(HOUSE.rglob("*.py"))


def place(path: Path) -> str:
    """The room a module is in: the first part of its path below `recado`."""
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported anywhere in the file, whether at its top or in a function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path: Path) -> set[str]:
    """The distributions a module imports from, by their first name."""
    return {name.partition(".")[0] for name in imports(path)}


def test_every_room_has_its_rule() -> None:
    assert {place(path) for path in MODULES} <= MAY_IMPORT.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_only_what_is_below_it(path: Path) -> None:
    own = place(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("recado.")}
    assert used - {own} <= MAY_IMPORT[own], f"{own} may not import {used - {own} - MAY_IMPORT[own]}"
    if own not in MAY_USE_THE_LIBRARY:
        assert "revocable" not in tops(path)
    if own in ROOMS:
        assert not tops(path) & {"starlette", "uvicorn", "redis"}


def test_the_commands_for_people_know_nothing_of_the_service() -> None:
    for path in (HOUSE / "cli/use").rglob("*.py"):
        own = {name for name in imports(path) if name.startswith("recado")}
        assert all(name.startswith(("recado.cli.use.", "recado.cli.commands.")) for name in own), path
        assert not tops(path) & {"starlette", "uvicorn", "asyncpg", "redis", "revocable"}


def test_the_library_knows_nothing_of_recado() -> None:
    for path in LIBRARY.rglob("*.py"):
        assert "recado" not in tops(path), path


def sql_texts(path: Path) -> Iterator[str]:
    """Every text in the file that looks like SQL, docstrings apart."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def tables() -> set[str]:
    """Every table that a migration makes, and the one that counts them."""
    scripts = (file.read_text("utf-8") for file in (HOUSE / "db/migrations").glob("*.sql"))
    return {"schema_version"} | {
        name for script in scripts for name in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", script)
    }


def test_each_table_is_named_in_one_module_only() -> None:
    named: defaultdict[str, set[Path]] = defaultdict(set)
    for path in [*MODULES, *LIBRARY.rglob("*.py")]:
        for text in sql_texts(path):
            for table in re.findall(r"\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+(\w+)", text):
                named[table].add(path)
    assert tables(), "no migration makes a table"
    assert {table: sorted(named[table]) for table in tables() if len(named[table]) > 1} == {}
