"""What is written is what is there: settings, problems, routes, payloads, commands, links and examples."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from recado.cli import main
from recado.cli.commands import FOR_OPERATORS, FOR_PEOPLE, app
from recado.http.problems import INTERNAL, KINDS
from recado.http.routes import ROUTES
from recado.settings import SETTINGS

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "post", "put", "patch", "delete"}
PAGES = sorted(
    page
    for page in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("revocable/*.md"),
        *ROOT.glob("revocable/docs/*.md"),
    ]
    if ".venv" not in page.parts
)

API = [route for route in ROUTES if not route.path.startswith("/app/")]
"""The routes for programs; what is below /app/ is for browsers."""


def section(page: str, title: str) -> str:
    """Return what stands below the heading `## title`, up to the next one."""
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, f"there is no section {title!r}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row of the tables in `text`, without heads and rulers."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for i, row in enumerate(cells) if not _ruler(row) and not (i + 1 < len(cells) and _ruler(cells[i + 1]))]


def _ruler(row: list[str]) -> bool:
    return all(re.fullmatch(r":?-+:?", cell) for cell in row)


def pointed(node: Any) -> Any:
    """Follow a `$ref` within the contract."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = CONTRACT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_table_of_settings_is_the_one_in_the_code() -> None:
    written = rows(section(OPERATIONS, "Settings"))
    expected = [
        [f"`{setting.name}`", f"`{setting.default}`" if setting.default else setting.otherwise, setting.meaning]
        for setting in SETTINGS
    ]
    assert written == expected


def test_every_problem_is_explained_with_its_status() -> None:
    page = (ROOT / "docs/problems.md").read_text("utf-8")
    written = sorted((re.sub(r"<.*?>|`", "", row[0]), int(row[1])) for row in rows(page))
    assert written == sorted({(kind.name, kind.status) for kind in [*KINDS.values(), INTERNAL]})
    assert all(f'<a id="{name}">' in page for name, _ in written)


def test_the_contract_has_every_route_and_no_other() -> None:
    assert sorted(operations()) == sorted((route.method, route.path) for route in API)


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for operation in operations().values())


@pytest.mark.parametrize("route", API, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_is_guarded_and_reads_a_body_as_the_contract_says(route: Any) -> None:
    operation = operations()[route.method, route.path]
    security = operation.get("security", CONTRACT["security"])
    assert ({} not in security) == route.guarded
    body = operation.get("requestBody")
    assert (body is not None) == (route.body is not None)
    if route.body in (None, bytes):
        return
    assert body["required"] != route.body_optional
    schema = pointed(body["content"]["application/json"]["schema"])
    assert_same_members(schema, route.body)


def assert_same_members(schema: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(struct)
    assert set(schema["properties"]) == {field.encode_name for field in fields}
    assert set(schema.get("required", [])) == {field.encode_name for field in fields if field.required}
    generated = msgspec.json.schema(struct)["$defs"]
    for field in fields:
        nullable = _admits_null(generated[struct.__name__]["properties"][field.encode_name])
        assert _admits_null(schema["properties"][field.encode_name]) == nullable, field.encode_name


def _admits_null(schema: Any) -> bool:
    schema = pointed(schema) if "$ref" in schema and schema["$ref"].startswith("#/components") else schema
    kind = schema.get("type", [])
    branches = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    return "null" in ([kind] if isinstance(kind, str) else kind) or any(map(_admits_null, branches))


def test_every_problem_of_the_contract_is_one_the_service_can_give() -> None:
    known = {(kind.name, kind.status) for kind in KINDS.values()}
    named = set[tuple[str, int]]()
    for response in CONTRACT["components"]["responses"].values():
        for content in response.get("content", {}).values():
            for part in content["schema"].get("allOf", []):
                told = part.get("properties", {})
                if "status" in told:
                    names = re.findall(r"[a-z]+(?:-[a-z]+)*", told["type"]["pattern"])
                    named |= {(name, told["status"]["const"]) for name in names}
    assert named == known - {("method-not-allowed", 405)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_decisions_are_all_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(page.name for page in folder.glob("0*.md"))


def test_both_readmes_have_the_same_build() -> None:
    english, portuguese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.pt-BR.md"))
    shape = [re.findall(r"^(?:#+ |```\w*|\|)", text, re.MULTILINE) for text in (english, portuguese)]
    assert shape[0] == shape[1]


def test_the_first_example_of_revocable_runs(tmp_path: Path) -> None:
    page = (ROOT / "revocable/README.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "example.py").write_text(code, "utf-8")
    ran = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["ana", "the session has ended"], ran.stderr


def commands(app: Any, prefix: str = "recado") -> set[str]:
    """The names of all commands below a cyclopts app, help and version apart."""
    found = set[str]()
    for name in app:
        if name.startswith("-"):
            continue
        below = app[name]
        inner = commands(below, f"{prefix} {name}")
        found |= inner | ({f"{prefix} {name}"} if below.default_command else set())
    return found


@pytest.mark.parametrize(
    ("page", "theirs"), [("operations", FOR_OPERATORS), ("command-line", {"": ("",)} | FOR_PEOPLE)], ids=str
)
def test_every_command_stands_in_its_page_and_no_other(page: str, theirs: dict[str, Any]) -> None:
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")
    written = [re.sub(r"`| [A-Z]+", "", row[0]) for row in rows(section(text, "Commands"))]
    all_of_them = commands(app) | {"recado"}
    assert sorted(written) == sorted(one for one in all_of_them if " ".join(one.split()[1:2]) in theirs)


def options(app: Any) -> set[str]:
    """The long options of a command."""
    return {name for argument in app.assemble_argument_collection() for name in argument.names if name.startswith("--")}


def test_the_options_that_the_page_names_are_there() -> None:
    text = (ROOT / "docs/command-line.md").read_text("utf-8")
    for row in rows(section(text, "Commands"))[1:]:
        command = app
        for name in row[0].strip("`").split()[1:]:
            command = command[name]
        assert set(re.findall(r"--[a-z-]+", row[1])) <= options(command), row[0]


def test_the_exit_codes_are_the_ones_in_the_code() -> None:
    written = [int(row[0]) for row in rows(section(OPERATIONS, "Exit codes"))]
    assert written == list(main.CODES)


def test_everything_that_the_program_needs_is_pinned() -> None:
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[<>=; ]", line)[0].lower() for line in project["dependencies"]}
    assert needed - {"revocable"} <= {name.lower() for name in pinned}


def test_every_test_that_the_page_of_promises_names_exists() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    sources = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "revocable/tests").rglob("test_*.py")]
    there = {name for file in sources for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))}
    assert len(named) > 100
    assert named - there == set()
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == list(range(1, 25))
    rows = set(
        re.findall(
            r'@row\("([a-z-]+)"',
            "".join(file.read_text("utf-8") for file in (ROOT / "faults/rows").iterdir() if file.suffix == ".py"),
        )
    )
    assert set(re.findall(r"`([a-z-]+)`", page[page.index("## `make faults`") :])) - rows == set()
    assert not [name for name in rows if f"`{name}`" not in page]
    for file in re.findall(r"`(tests/[\w/]+\.py)`", page):
        assert (ROOT / file).is_file(), file
