"""Whether a recorded history of one session could have happened one step at a time: linearizability of revocation.

A session is a register that goes from alive to ended once. An operation takes effect at one instant between its
invocation and its answer (Herlihy and Wing, 1990); one without an answer at any instant from its invocation on, or
never. Such a history is linearizable exactly when an instant E exists, at which the session ends, so that

    E is after some end was invoked                     nobody ends a session that nobody wanted ended
    E is after everybody who was let in was invoked     who saw it alive had asked before
    E is before everybody who was told "ended" was told, and before every acknowledged end was

so no search as Wing and Gong's is needed; `searched`, which does it, is what the tests compare this with.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

What = Literal["authenticate", "refresh", "end"]
Saw = Literal["alive", "ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: `what` was asked, when (in seconds), when it was answered (infinity: never), and what that shows.

    For an end, `ended` means acknowledged. An authenticate or refresh that was let in saw the session `alive`.
    """

    what: What
    begun: float
    answered: float
    saw: Saw


def impossible(history: Iterable[Operation]) -> str | None:
    """Return why the history cannot have happened; None when it can."""
    operations = list(history)
    wanted = min((each.begun for each in operations if each.what == "end"), default=math.inf)
    alive = max((each for each in operations if each.saw == "alive"), key=lambda each: each.begun, default=None)
    told = min((each for each in operations if each.saw == "ended"), key=lambda each: each.answered, default=None)
    if told is None:
        return None
    if told.answered <= wanted:
        return f"{told} although nobody had asked to end it before {wanted}"
    if alive is not None and told.answered <= alive.begun:
        return f"{alive} although it was known before: {told}"
    return None


def searched(history: Iterable[Operation]) -> bool:
    """Tell the same by trying every order that respects time: for a handful of operations only."""
    operations = list(history)
    lost = [each for each in operations if each.answered == math.inf]
    for many in range(len(lost) + 1):
        for dropped in itertools.combinations(lost, many):
            if any(_lawful(order) for order in itertools.permutations([o for o in operations if o not in dropped])):
                return True
    return False


def _lawful(order: tuple[Operation, ...]) -> bool:
    ended, latest = False, -math.inf
    for each in order:
        if each.answered <= latest:
            return False  # it was over before one that stands in front of it began
        latest = max(latest, each.begun)
        if each.what == "end":
            ended = True
        elif (each.saw == "alive" and ended) or (each.saw == "ended" and not ended):
            return False
    return True
