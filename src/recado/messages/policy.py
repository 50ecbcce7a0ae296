"""What each outcome does to a message: when it is tried again, how often, and when it is given up. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recado.messages.channel import Failed, Halt, Retry, Throttled, Unknown
from recado.messages.outbox import Fate, Pending

SECOND = 1_000_000

IN_DOUBT = "Nobody confirmed it; it may have arrived."

NotSent = Retry | Throttled | Unknown | Failed | Halt


@dataclass(frozen=True, slots=True)
class Timing:
    """The worker's times, in seconds. The gap paces a whole key: 25 texts a second, where Vonage allows 30."""

    gap: float = 1 / 25
    probe_gap: float = 300
    lease: float = 60
    doubt: float = 300
    backoff: tuple[float, ...] = (15, 60, 180, 480, 1200, 1800)
    code_life: float = 600
    poll: float = 1


def fate(message: Pending, outcome: NotSent, now: int, timing: Timing, random: Callable[[], float]) -> Fate:
    """Return what a leased message becomes that was not, or not surely, sent.

    A pause or a stop of the whole channel does not count as an attempt. A second doubt ends a message: one more text at
    most may follow a lost answer.
    """
    match outcome:
        case Failed(reason):
            return failed(message, reason)
        case Retry(reason) if message.attempts > len(timing.backoff):
            return failed(message, reason)
        case Retry(_):
            wait = timing.backoff[message.attempts - 1] * (0.8 + 0.4 * random())
            return Fate("queued", now + int(wait * SECOND), None, message.attempts, message.doubts)
        case Throttled(retry_after):
            return Fate("queued", now + retry_after * SECOND, None, message.attempts - 1, message.doubts)
        case Halt(_):
            return Fate("queued", now, None, message.attempts - 1, message.doubts)
        case Unknown(_):
            return _doubted(message, now, timing)


def failed(message: Pending, reason: str) -> Fate:
    """Return the end of a message that will not be sent."""
    return Fate("failed", None, reason, message.attempts, message.doubts)


def held(message: Pending, until: int) -> Fate:
    """Return a message that nobody took that waits until an instant; that is no attempt."""
    return Fate("queued", until, None, message.attempts, message.doubts)


def moved(address: str, now: int, tried: str) -> Fate:
    """Return a message that goes another way from now on, where it has all its attempts again."""
    return Fate("queued", now, None, 0, 0, recipient=address, tried=tried)


def surely_unsent(outcome: NotSent) -> bool:
    """Tell whether no text can have gone out."""
    return not isinstance(outcome, Unknown)


def may_have_arrived(message: Pending) -> bool:
    """Tell whether a message was perhaps sent, so that it may not go another way as well.

    `failed` is what a receipt said of its last text, which settles the doubt if there was no other one.
    """
    return message.doubts > 0 and (message.state != "failed" or message.attempts > 1)


def _doubted(message: Pending, now: int, timing: Timing) -> Fate:
    doubts = message.doubts + 1
    if doubts > 1:
        return Fate("failed", None, IN_DOUBT, message.attempts, doubts)
    return Fate("unknown", now + int(timing.doubt * SECOND), None, message.attempts, doubts)
