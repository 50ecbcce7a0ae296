"""The public API can be used by people whose type checker is strict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_api_is_typed_as_it_is_used():
    api = Path(__file__).parent / "typing/api.py"
    done = subprocess.run([sys.executable, "-m", "pyright", str(api)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
