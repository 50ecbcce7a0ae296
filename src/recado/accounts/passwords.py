"""Passwords: which are good enough, and Argon2id in a bounded thread pool.

A password is compared by its NFKC form, so that it is the same from every keyboard (NIST SP 800-63B-4, 3.1.1.2). It is
never cut: what is too long is refused before it is hashed.
"""

from __future__ import annotations

import asyncio
import base64
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from recado.accounts.guessing import like_the_name, score
from recado.accounts.memory import give_back_memory
from recado.errors import Invalid, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

PARAMETERS = Parameters(Type.ID, 19, 16, 32, time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id, 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet)."""
SHORTEST, LONGEST, MOST_BYTES = 10, 128, 1024
_WAITING_PER_THREAD = 100
_IDLE_SECONDS = 2.0


class Passwords:
    """Hashes and verifies passwords; at most `threads` at once, while `queue` more may wait."""

    def __init__(
        self,
        minimum: int = 15,
        *,
        threads: int | None = None,
        queue: int | None = None,
        parameters: Parameters = PARAMETERS,
    ) -> None:
        """`minimum` is in characters; by default there is a thread for each core that this process may use."""
        threads = threads or _cores()
        self.minimum = minimum
        self._room = threads + (threads * _WAITING_PER_THREAD if queue is None else queue)
        self._threads, self._count = ThreadPoolExecutor(threads, "argon2"), threads
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobody = _hash_of_nothing(parameters)
        self._pending = 0
        self._idle: asyncio.TimerHandle | None = None

    async def check(self, password: str, username: str, pointer: str = "/password") -> None:
        """Raise `Invalid`, saying what to change, unless `password` may be the password of `username`."""
        text = _readable(password, pointer)
        if len(text) < SHORTEST:
            raise Invalid(pointer, self._too_short())
        if like_the_name(text, username):
            raise Invalid(pointer, "It is too much like the user name: use words that have nothing to do with it.")
        guessability = await self._run(score, text, username)
        if len(text) < self.minimum and guessability < 4:
            raise Invalid(pointer, self._too_short())
        if guessability < 3:
            raise Invalid(pointer, "It is easy to guess: use several words that do not belong together.")

    async def hash(self, password: str) -> str:
        """Return the encoded hash. Check the password first. Raises `Unavailable` when the queue is full."""
        return await self._run(self._hasher.hash, _normal(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password belongs to the hash.

        None stands for a user who does not exist: the same work is done, and the answer is False. Raises `Unavailable`
        when the queue is full.
        """
        try:
            secret = _normal(password) if _size(password) <= MOST_BYTES else None
        except UnicodeEncodeError:
            secret = None
        right = await self._run(self._matches, password_hash or self._nobody, secret or b"")
        return right and secret is not None and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let what runs finish, and drop what waits."""
        if self._idle is not None:
            self._idle.cancel()
        self._threads.shutdown(cancel_futures=True)

    def _matches(self, password_hash: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._pending >= self._room:
            raise Unavailable("Too many people are signing in at this moment.")
        self._pending += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))
        finally:
            self._pending -= 1
            if self._pending == 0 and self._idle is None:
                self._idle = loop.call_later(_IDLE_SECONDS, self._rest)

    def _rest(self) -> None:
        """Give the memory of the hashes back to the system once nobody has signed in for a moment."""
        self._idle = None
        if self._pending == 0:
            together = threading.Barrier(self._count)  # so that each is done by a thread of its own
            for _ in range(self._count):
                self._threads.submit(_give_back, together)

    def _too_short(self) -> str:
        if self.minimum <= SHORTEST:
            return f"Use at least {SHORTEST} characters that are hard to guess."
        return f"Use at least {self.minimum} characters, or {SHORTEST} that are very hard to guess."


def _give_back(together: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        together.wait(1)
    give_back_memory()


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _readable(password: str, pointer: str) -> str:
    """Return the NFKC form. Raises `Invalid` for what is too long or no text."""
    try:
        size = _size(password)
    except UnicodeEncodeError as error:
        raise Invalid(pointer, "It holds half a character: write it again.") from error
    if size > MOST_BYTES:
        raise Invalid(pointer, f"Use at most {MOST_BYTES:,} bytes of UTF-8.")
    text = unicodedata.normalize("NFKC", password)
    if len(text) > LONGEST or len(password) > LONGEST:
        raise Invalid(pointer, f"Use at most {LONGEST} characters.")
    return text


def _size(password: str) -> int:
    return len(password.encode()) if len(password) <= MOST_BYTES else len(password)


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()


def _hash_of_nothing(parameters: Parameters) -> str:
    """Return an encoded hash of nothing at all, to be verified at the same cost as a real one."""

    def encoded(size: int) -> str:
        return base64.b64encode(os.urandom(size)).decode().rstrip("=")

    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${encoded(parameters.salt_len)}${encoded(parameters.hash_len)}"
