"""schemathesis holds the running service to `openapi.yaml`: every operation, every check, no failure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CLIENTS
from tests.running import Service, environment
from tests.ways.mail import SENDER, mail_server
from tests.ways.ntfy import ntfy_server

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests/schemathesis.toml")]


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that believes what is said of a visitor's address, so that limits on failures do not meet."""
    folder = tmp_path_factory.mktemp("contract")
    settings = {"RECADO_TRUSTED_PROXIES": "127.0.0.1/32", "RECADO_SIGNUP": "open", **CLIENTS}
    with mail_server(folder, "none") as mail, ntfy_server() as ntfy:
        settings |= {"SMTP_URL": mail.url(), "RECADO_MAIL_FROM": SENDER, "NTFY_URL": ntfy.url}
        service = Service(folder, settings)
        try:
            service.start()
            with service.plain_client() as client:  # the first who signs up is the operator
                told = {"username": "the.operator", "password": "a long walk along the tagus river"}
                assert client.post("/user", json=told).status_code == 201
            yield service
        finally:
            service.stop()


@pytest.mark.parametrize("tags", ["sessions", "accounts", "to-dos", "lists", "factors", "messages,operation,services"])
def test_every_answer_is_in_the_contract(behind_a_proxy: Service, tmp_path: Path, tags: str) -> None:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    hooks = {"SCHEMATHESIS_HOOKS": "tests.visitors", "RECADO_URL": behind_a_proxy.base_url, "PYTHONPATH": path}
    what = ["run", str(ROOT / "openapi.yaml"), "--url", behind_a_proxy.base_url, "--checks", "all"]
    done = subprocess.run(
        # The streams of events have no end; tests/http/test_events.py and test_services.py hold them to the contract.
        [
            *COMMAND,
            *what,
            "--exclude-operation-id=todoEvents",
            "--exclude-operation-id=followRevocations",
            *(f"--include-tag={name}" for name in tags.split(",")),
        ],
        cwd=tmp_path,
        env=environment(hooks),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-3000:]
