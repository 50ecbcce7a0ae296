"""Somebody signed in at a terminal, on each set-up of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.use.terminal import Terminal, somebody
from tests.running import Service


@pytest.fixture
def ana(tmp_path: Path, service: Service) -> Terminal:
    return somebody(tmp_path, service)


@pytest.fixture
def bia(tmp_path: Path, service: Service) -> Terminal:
    return somebody(tmp_path, service, "bia")
