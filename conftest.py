"""Lets pytest find the installed `revocable` before the folder of that name, whose tests would hide it."""

from __future__ import annotations

import revocable  # noqa: F401 - it only has to be there first
