"""Writes the list of everything that is shipped (SBOM, CycloneDX 1.6 in JSON): `make build` puts it into dist/.

Python packages are those of requirements.txt that this machine's Python installs, with the hashes they are pinned by
and their licences as they declare them; packages of the web page are those that the built page holds (licences.md).
The same sources give the same bytes; SOURCE_DATE_EPOCH, if it is set, becomes the time stamp.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, PathDistribution, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_expression, is_supported_id
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
BUILT_PAGE = ROOT / "src/recado/web/static/licences.md"
_CLASSIFIED = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_TEXTS = {  # what only this licence's text says; the longer of the two BSD texts holds the shorter
    "Permission is hereby granted, free of charge, to any person obtaining a copy": "MIT",
    "Neither the name": "BSD-3-Clause",
    "Redistributions in binary form must reproduce the above copyright notice": "BSD-2-Clause",
}


class Unknown(Exception):
    """A part does not say under which licence it is; somebody has to look."""


def bom() -> Bom:
    """Return the list. Raises `Unknown`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    recado = _component("pypi", "recado", project["version"], "MIT", kind=ComponentType.APPLICATION)
    library = tomllib.loads((ROOT / "revocable/pyproject.toml").read_text("utf-8"))["project"]
    revocable = _component("pypi", "revocable", library["version"], "MIT")
    found = Bom(metadata=BomMetaData(component=recado, timestamp=_stamp()))
    python = {"revocable": revocable} | {component.name: component for component in _python()}
    page = {component.bom_ref.value or "": component for component in _page()}
    for component in [*python.values(), *page.values()]:
        found.components.add(component)
    needs = {name: distribution(name).requires or [] for name in python.keys() - {"revocable"}}
    needs |= {"recado": project["dependencies"], "revocable": library["optional-dependencies"]["redis"]}
    extras = {canonicalize_name(one.name): one.extras for lines in needs.values() for one in map(Requirement, lines)}
    for name, lines in needs.items():
        found.register_dependency({"recado": recado, **python}[name], _among(python, lines, extras.get(name, set())))
    found.register_dependency(recado, page.values())
    found.serial_number = uuid5(NAMESPACE_URL, " ".join(sorted(str(one.purl) for one in found.components)))
    return found


def text(of: Bom) -> str:
    """Return the list as JSON, the same for the same parts."""
    document = json.loads(JsonV1Dot6(of).output_as_string())
    if _stamp() is None:
        document["metadata"].pop("timestamp", None)
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _python() -> Iterator[Component]:
    pinned = (ROOT / "requirements.txt").read_text("utf-8").replace("\\\n", " ")
    for line in pinned.splitlines():
        if not line or line.startswith("#"):
            continue
        wanted, *hashes = re.split(r"\s+--hash=", line.strip())
        requirement = Requirement(wanted)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            installed = distribution(requirement.name)
        except PackageNotFoundError as error:
            raise Unknown(f"{requirement.name} is pinned but not installed: make .venv/.dev") from error
        if not requirement.specifier.contains(installed.version, prereleases=True):
            raise Unknown(f"{requirement.name} is installed as {installed.version}, not as pinned: make .venv/.dev")
        name = canonicalize_name(requirement.name)
        digests = [HashType(alg=HashAlgorithm.SHA_256, content=value.removeprefix("sha256:")) for value in hashes]
        yield _component("pypi", name, installed.version, licence(installed), digests)  # pyright: ignore[reportArgumentType]


def _page() -> Iterator[Component]:
    locked = json.loads((ROOT / "web/package-lock.json").read_text("utf-8"))["packages"]
    for name, version, declared in re.findall(r"^## (\S+) - (\S+) \((.+)\)$", BUILT_PAGE.read_text("utf-8"), re.M):
        entry = locked[f"node_modules/{name}"]
        if entry["version"] != version:
            raise Unknown(f"the built page holds {name} {version}, and {entry['version']} is locked: make web")
        algorithm, _, digest = entry["integrity"].partition("-")
        if algorithm != "sha512":
            raise Unknown(f"{name} is locked by {algorithm}, not by sha512")
        hashed = HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())
        yield _component("npm", name, version, declared, [hashed])


def _component(
    registry: str,
    name: str,
    version: str,
    expression: str,
    hashes: Iterable[HashType] = (),
    *,
    kind: ComponentType = ComponentType.LIBRARY,
) -> Component:
    scope, _, short = name.rpartition("/")
    purl = PackageURL(type=registry, namespace=scope or None, name=short, version=version)
    declared = LicenseExpression(expression)
    return Component(
        type=kind, name=name, version=version, purl=purl, bom_ref=str(purl), licenses=[declared], hashes=hashes
    )


def licence(package: PathDistribution) -> str:
    """Return the SPDX expression of a package's licence: as it declares it, else by its licence file."""
    told = package.metadata
    declared = told.get("License-Expression")
    if declared and is_expression(declared):
        return declared
    short = (told.get("License") or "").strip()
    if is_supported_id(short):
        return short
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if "License" in line]
    known = sorted({_CLASSIFIED[name] for name in classified if name in _CLASSIFIED})
    if known:
        return " OR ".join(known)
    files = [package.locate_file(file) for file in package.files or [] if "licen" in file.name.lower()]
    texts = [" ".join(Path(str(file)).read_text("utf-8", "replace").split()) for file in files]
    for words, name in _TEXTS.items():
        if any(words in text for text in texts):
            return name
    raise Unknown(f"{told['Name']} does not tell its licence")


def _among(parts: dict[str, Component], requirements: Iterable[str], extras: set[str]) -> list[Component]:
    """Return those of the parts that are required here, with these extras."""
    wanted = (Requirement(line) for line in requirements)
    names = {
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *extras})
    }
    return [parts[name] for name in sorted(names & parts.keys())]


def _stamp() -> datetime | None:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else None


if __name__ == "__main__":
    try:
        Path(sys.argv[1]).write_text(text(bom()), "utf-8")
    except Unknown as why:
        sys.exit(f"sbom: {why}")
