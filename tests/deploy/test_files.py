"""The other files of deploy/, each read by the program that it is for, or as that program reads it."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import dockerfile
import pytest
import yaml
from compose_spec import PyCompose

from recado.settings import SETTINGS, load
from tests.deploy.proxies import DEPLOY
from tests.running import Service

ROOT = DEPLOY.parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
STEPS = dockerfile.parse_file(str(DEPLOY / "Dockerfile"))
NAMES = {setting.name for setting in SETTINGS}


def systemd(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Ask systemd's own checker; without it the test is skipped."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: sudo apt-get install systemd")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    text = (DEPLOY / "recado.service").read_text("utf-8")
    assert "ExecStart=/opt/recado/bin/recado serve\n" in text
    here = tmp_path / "recado.service"
    here.write_text(text.replace("/opt/recado/bin/recado", sys.executable), "utf-8")
    shutil.copy(DEPLOY / "recado.socket", tmp_path)
    done = systemd("verify", "--man=no", here, tmp_path / "recado.socket")
    assert (done.returncode, done.stderr) == (0, "")
    here.write_text(text.replace("Restart=always", "Restart=perhaps"), "utf-8")
    assert "perhaps" in systemd("verify", "--man=no", here).stderr


def test_systemd_finds_little_that_the_service_is_exposed_to() -> None:
    done = systemd("security", "--offline=true", "--threshold=15", "--no-pager", DEPLOY / "recado.service")
    assert done.returncode == 0, done.stdout[-300:]


def test_compose_understands_its_file() -> None:
    assert sorted(PyCompose.from_json(json.dumps(COMPOSE)).service_names()) == sorted(COMPOSE["services"])
    for wrong in ({"restrat": "always"}, {"read_only": "perhaps"}, {"depends_on": {"index": {"condition": "up"}}}):
        proxy = {**COMPOSE["services"]["proxy"], **wrong}
        with pytest.raises(ValueError):  # noqa: PT011 - its words are its own
            PyCompose.from_json(json.dumps({**COMPOSE, "services": {**COMPOSE["services"], "proxy": proxy}}))


def test_what_the_services_name_is_there() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= services.keys(), name
        assert set(service["networks"]) <= COMPOSE["networks"].keys(), name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], volume
    build = services["recado-1"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_every_service_is_confined() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_settings_that_compose_gives_are_settings_and_start_the_service() -> None:
    one, other = COMPOSE["services"]["recado-1"], COMPOSE["services"]["recado-2"]
    assert one == other
    given = {"RECADO_HOST": "todo.example", "POSTGRES_PASSWORD": "a-password"}
    filled = {
        name: re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: given[found[1]], value)
        for name, value in one["environment"].items()
    }
    assert filled.keys() <= NAMES
    settings = load(filled, None)
    assert settings.public_url == "https://todo.example"
    assert settings.database_url == "postgresql://recado:a-password@database:5432/recado"
    assert settings.redis_urls == ("redis://index:6379",)
    assert settings.signup == "invite"
    proxy = COMPOSE["services"]["proxy"]["networks"]["front"]["ipv4_address"]
    assert [str(network) for network in settings.trusted_proxies] == [f"{proxy}/32"]
    example = re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text("utf-8"), re.M)
    assert sorted(example) == sorted(given)


def test_the_example_of_the_settings_holds_settings_and_is_read(tmp_path: Path) -> None:
    text = (DEPLOY / "recado.env.example").read_text("utf-8")
    assert set(re.findall(r"^#?(\w+)=", text, re.M)) <= NAMES
    (tmp_path / ".env").write_text(text, "utf-8")
    settings = load({}, tmp_path / ".env")
    assert (settings.workers, settings.public_url, settings.embedded) == (2, "https://todo.example", False)


def test_the_image_runs_as_nobody_in_particular_from_a_stage_without_tools() -> None:
    last = STEPS[max(number for number, step in enumerate(STEPS) if step.cmd == "FROM") :]
    by_command = {step.cmd: step.value for step in last}
    user = by_command["USER"][0].split(":")
    assert all(int(number) >= 10_000 for number in user)
    made = next(step.value[0] for step in last if step.cmd == "RUN")
    assert f"--uid {user[0]}" in made
    assert f"--gid {user[1]}" in made
    assert {step.cmd for step in last} >= {"HEALTHCHECK", "ENTRYPOINT", "CMD", "VOLUME", "EXPOSE"}
    assert [step.flags for step in last if step.cmd == "COPY"] == [("--from=build",)]
    assert len({step.value[0] for step in STEPS if step.cmd == "FROM"}) == 1
    lines = [line for step in STEPS if step.cmd == "RUN" for line in step.value[0].split("&&")]
    installs = [line for line in lines if "/pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)


def test_the_image_is_built_from_what_the_ignore_file_lets_in() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines[0] == "*"
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]
    copied = [source for step in STEPS if step.cmd == "COPY" and not step.flags for source in step.value[:-1]]
    for source in copied:
        assert source == "." or any(fnmatch.fnmatch(source, pattern) for pattern in let_in), source
    assert all((ROOT / name).exists() for name in let_in)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = json.loads(re.findall(r"sdist\]\ninclude = (\[.*\])", project)[0])
    assert {name.removeprefix("/") for name in needed} <= set(let_in)


def test_the_health_check_of_the_image_tells_a_service_that_works_from_one_that_is_gone(tmp_path: Path) -> None:
    check = next(step.value for step in STEPS if step.cmd == "HEALTHCHECK")
    assert check[:3] == ("CMD", "python", "-c")
    service = Service(tmp_path)
    command = [sys.executable, *check[2:]]
    try:
        service.start()
        assert subprocess.run(command, env=service.environment, check=False).returncode == 0
        service.stop()
        done = subprocess.run(command, env=service.environment, stderr=subprocess.DEVNULL, check=False)
        assert done.returncode == 1
    finally:
        service.kill9()
