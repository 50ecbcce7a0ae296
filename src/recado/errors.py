"""The kinds of failure a feature can report. HTTP maps each kind to one status, in one table (`http/problems.py`).

RecadoError
├── NotFound        it does not exist, or the caller may not see it
├── Invalid         a value is wrong; says which member and why
├── Conflict        it clashes with what is stored
├── Refused         the caller may not do this
├── BadCredentials  user name and password do not match
├── TooMany         a limit is reached; says when to try again
└── Unavailable     a store or a pool cannot answer now; says when to try again
"""

from __future__ import annotations


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
