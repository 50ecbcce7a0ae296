"""Gives freed memory back to the system; glibc keeps 20 MB for each thread that has hashed a password."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD = -1
_SMALL, _LARGE = 128 * 1024, 64 * 1024 * 1024


def give_back_memory() -> None:
    """Return what the calling thread has freed to the system where the C library can do that (glibc).

    `malloc_trim` leaves the top of every thread's own arena, which is where the 20 MB are. To free a block there gives
    the top back as well, if that is above a threshold, which glibc has raised to more than a hash needs.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt"):
        return
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]
    libc.mallopt(_TRIM_THRESHOLD, _SMALL)
    libc.free(libc.malloc(2 * _SMALL))
    libc.malloc_trim(0)
    libc.mallopt(_TRIM_THRESHOLD, _LARGE)  # while people sign in, the pages are of use
