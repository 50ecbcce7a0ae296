"""The kinds of failure a feature can report. HTTP maps each kind to one status, in one table (`http/problems.py`).

RecadoError
├── NotFound        it does not exist, or the caller may not see it
├── Invalid         a value is wrong; says which member and why
├── Conflict        it clashes with what is stored
├── Refused         the caller may not do this
├── BadCredentials  user name and password do not match
├── FactorRequired  the password is right, and a second factor is needed as well
├── FactorWrong     a second factor is wrong, or was used
├── ChallengeOver   what was answered has run out, or was answered
├── TooMany         a limit is reached; says when to try again
└── Unavailable     a store or a pool cannot answer now; says when to try again
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class RecadoError(Exception):
    """A failure a caller can be told about; `detail` is one sentence for people."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(RecadoError):
    """Nothing that the caller may see has this id."""

    def __init__(self, detail: str = "There is nothing here.") -> None:
        super().__init__(detail)


class Invalid(RecadoError):
    """A member has a wrong value. `pointer` is its JSON Pointer (RFC 6901), such as `/title`."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


class Conflict(RecadoError):
    """What was asked for clashes with what is stored."""


class Refused(RecadoError):
    """The caller is known and may not do this."""


class BadCredentials(RecadoError):
    """User name and password do not match, or the account is disabled. Never says which."""

    def __init__(self) -> None:
        super().__init__("Please provide valid login details")


class FactorRequired(RecadoError):
    """The password is right, and a second factor is on. `expires_in` is in seconds.

    `passkey` is what a browser asks for a passkey with; None where none can be used.
    """

    def __init__(self, challenge: str, expires_in: int, factors: Sequence[str], passkey: Any) -> None:
        super().__init__("A second factor is needed as well.")
        self.challenge, self.expires_in, self.factors, self.passkey = challenge, expires_in, factors, passkey


class FactorWrong(RecadoError):
    """A code or a passkey is wrong, or was used before."""

    def __init__(self) -> None:
        super().__init__("This is wrong, or was used before.")


class ChallengeOver(RecadoError):
    """A challenge has run out, was answered, or had too many wrong answers."""

    def __init__(self) -> None:
        super().__init__("This took too long, or was done already: begin again.")


class TooMany(RecadoError):
    """A limit is reached. `retry_after` is in whole seconds."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = max(1, retry_after)


class Unavailable(RecadoError):
    """A store or a pool cannot answer now; nothing was written. `retry_after` is in whole seconds."""

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = max(1, retry_after)
