"""Copies of a whole database: taken while the service runs, checked, and put back. A module for each engine."""

from __future__ import annotations


class BackupFailed(Exception):
    """It cannot be done; the message is one sentence for the operator, and nothing was changed."""
