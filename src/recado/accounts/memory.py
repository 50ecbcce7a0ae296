"""Gives freed memory back to the system; glibc keeps 20 MB for each thread that has hashed a password."""

from __future__ import annotations

import ctypes


def give_back_memory() -> None:
    """Return free pages to the system where the C library can do that (glibc's `malloc_trim`)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
