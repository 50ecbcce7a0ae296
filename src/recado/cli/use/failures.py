"""The ways in which a command for people can end, each with its exit code and one sentence that says what to do."""

from __future__ import annotations

FAILED, MISUSED, SIGNED_OUT, NOT_FOUND, UNREACHABLE = 1, 2, 3, 4, 5


class Failure(Exception):
    """A command cannot do what it was asked; `sentence` says why and what to do about it."""

    code = FAILED

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Misused(Failure):
    """The command line asks for something that cannot be."""

    code = MISUSED


class SignedOut(Failure):
    """Nobody is signed in here, or no longer."""

    code = SIGNED_OUT


class Missing(Failure):
    """What was named is not there, or is not for these eyes."""

    code = NOT_FOUND


class Unreachable(Failure):
    """The server cannot be reached, or its stores cannot. `sent` tells that it may have done what was asked."""

    code = UNREACHABLE

    def __init__(self, sentence: str, *, sent: bool = False) -> None:
        super().__init__(sentence)
        self.sent = sent


class Refused(Failure):
    """The server said no. `kind` is the end of the problem's type, `status` the HTTP status."""

    def __init__(self, sentence: str, kind: str, status: int) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.status = status
