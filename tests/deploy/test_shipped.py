"""What is shipped: the same bytes from the same sources, and a service from two wheels without Node or a compiler."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from deploy import sbom
from tests.running import Service

ROOT = Path(__file__).parent.parent.parent
SOURCES = ("pyproject.toml", "openapi.yaml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore", "src", "revocable")
FREE = {"MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "ISC", "Unlicense", "MPL-2.0"}
"""Licences under which a part may be shipped along with the service."""
PASSWORD = "a long walk along the tagus river"


def built(sources: Path, into: Path, umask: int, epoch: str) -> dict[str, bytes]:
    """Build all four archives; return them by name."""
    for folder in (sources, sources / "revocable"):
        subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", into, folder],
            env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "random"},
            umask=umask,
            capture_output=True,
            check=True,
        )
    return {path.name: path.read_bytes() for path in into.iterdir()}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both wheels and both source archives."""
    folder = tmp_path_factory.mktemp("dist")
    built(ROOT, folder, 0o022, "1700000000")
    return folder


def test_the_same_sources_elsewhere_give_the_same_bytes(shipped: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another place"
    elsewhere.mkdir()
    for name in SOURCES:
        of = ROOT / name
        # Without the times of the files: as a fresh clone has them.
        if of.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(of, elsewhere / name, symlinks=True, ignore=ignored, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(of, elsewhere / name)
    again = built(elsewhere, tmp_path / "dist", 0o077, "1700000000")
    assert sorted(again) == sorted(path.name for path in shipped.iterdir())
    assert len(again) == 4
    for name, content in again.items():
        assert hashlib.sha256(content).digest() == hashlib.sha256((shipped / name).read_bytes()).digest(), name


def test_two_wheels_with_hashes_make_a_service_without_node_or_a_compiler(shipped: Path, tmp_path: Path) -> None:
    bare = {"PATH": "/nowhere", "CC": "false", "HOME": str(tmp_path)} | cache()
    clean = tmp_path / "clean"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clean], check=True, capture_output=True)
    wanted = [(ROOT / "requirements.txt").read_text("utf-8")]
    for wheel in sorted(shipped.glob("*.whl")):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        wanted.append(f"{wheel.name.partition('-')[0]} @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    (tmp_path / "wanted.txt").write_text("".join(wanted), "utf-8")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        clean / "bin/python",
        "--disable-pip-version-check",
        "-qq",
        "install",
    )
    options = ("--require-hashes", "--only-binary", ":all:", "--no-compile", "--requirement", tmp_path / "wanted.txt")
    done = subprocess.run([*pip, *options], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    service = Installed(tmp_path, bare)
    try:
        service.start()
        someone = {"username": "ana", "password": PASSWORD}
        assert httpx2.post(f"{service.base_url}/user", json=someone, trust_env=False).status_code == 201
        assert httpx2.post(f"{service.base_url}/login", json=someone, trust_env=False).status_code == 200
        for path in ("/app/", "/app/licences.md", "/docs", "/openapi.json"):
            assert httpx2.get(service.base_url + path, trust_env=False).status_code == 200, path
        assert service.stop() == 0
    finally:
        service.kill9()


def cache() -> dict[str, str]:
    """Where pip finds its registry and keeps what it fetched, as it would for whoever runs the tests."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    given = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTPS_"))}
    return {"XDG_CACHE_HOME": home, **given}


class Installed(Service):
    """A service that runs from an environment of its own, with nothing else on its PATH."""

    def __init__(self, folder: Path, bare: Mapping[str, str]) -> None:
        super().__init__(folder)
        self._bare = bare

    @property
    def serving(self) -> list[str]:
        return [str(self.folder / "clean/bin/recado"), "serve"]

    @property
    def environment(self) -> dict[str, str]:
        return {**self._bare, "PORT": str(self.port), "RECADO_DATA": str(self.folder / "data")}


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """What is shipped, as `make build` lists it."""
    return json.loads(sbom.text(sbom.bom()))


def test_the_list_of_parts_is_as_cyclonedx_wants_it(parts: dict[str, Any]) -> None:
    folder = files("cyclonedx.schema") / "_res"
    schema, *more = (
        json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text("utf-8"))
        for name in ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")
    )
    known = jsonschema_rs.Registry([(one["$id"].replace(".schema", ".SNAPSHOT.schema"), one) for one in more])
    judge = jsonschema_rs.validator_for(schema, registry=known, validate_formats=True)
    judge.validate(parts)
    assert not judge.is_valid({**parts, "components": [{"name": "of no type"}]})


def test_every_part_has_a_licence_under_which_it_may_be_shipped(parts: dict[str, Any]) -> None:
    for part in [*parts["components"], parts["metadata"]["component"]]:
        expression = part["licenses"][0]["expression"]
        ways = [re.findall(r"[^ ()]+", way) for way in re.split(r"\bOR\b", expression)]
        assert any(set(way) - {"AND"} <= FREE for way in ways), f"{part['name']}: {expression}"


def test_every_pinned_package_and_every_package_of_the_page_is_a_part(parts: dict[str, Any]) -> None:
    listed = {(part["name"], part["version"]) for part in parts["components"]}
    pinned = re.findall(r"^([A-Za-z0-9_-]+)==(\S+) \\$", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    assert len(pinned) > 30
    assert set(pinned) <= listed
    assert {"react", "axios", "wouter", "revocable"} <= {name for name, _ in listed}
    hashless = [part["name"] for part in parts["components"] if not part.get("hashes")]
    assert hashless == ["revocable"]


def test_every_part_is_needed_by_another(parts: dict[str, Any]) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in parts["dependencies"]}
    reached, waiting = set[str](), [parts["metadata"]["component"]["bom-ref"]]
    while waiting:
        if (ref := waiting.pop()) not in reached:
            reached.add(ref)
            waiting += needs[ref]
    assert reached == needs.keys()


def test_the_list_is_the_same_each_time(parts: dict[str, Any], tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "deploy/sbom.py", tmp_path / "again.json"], check=True)
    assert (tmp_path / "again.json").read_text("utf-8") == json.dumps(parts, indent=2, sort_keys=True) + "\n"
