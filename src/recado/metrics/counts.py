"""What a process counts: requests, sessions, refreshes, failed sign-ins, messages, callbacks. It loads no Prometheus.

Each count is a place in a row of numbers, found in a dict: adding one costs a tenth of a microsecond. Everything that
can be counted is in `SERIES`, so that every count is there from the start, at 0, and processes agree on the places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Literal, NamedTuple, get_args

from recado.messages.channel import KINDS
from recado.metrics.slots import Slots

SessionKind = Literal["browser", "app", "cli", "token"]
Ending = Literal["logout", "ended", "reuse", "password", "reset", "disabled", "deleted", "text"]
"""Why sessions end: signed out there; ended from another device; a spent refresh token came again; a new password; a
password set with a code; the operator; the account deleted; a text message."""
Refresh = Literal["done", "expired", "invalid", "ended", "reused", "unavailable"]
LoginFailure = Literal["credentials", "limited", "busy"]
Callback = Literal["taken", "repeated", "unsigned", "forged", "unreadable"]
Outcome = Literal["sent", "retry", "throttled", "unknown", "failed", "halt"]

UNKNOWN = ("other", "unknown")
"""The method and path that stand for every request that no route takes."""
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of the histogram, in seconds; one more has none."""
STATUSES = (
    *(
        200,
        201,
        202,
        204,
        206,
        301,
        302,
        303,
        304,
        400,
        401,
        403,
        404,
        405,
        409,
        412,
        413,
        415,
        416,
        421,
        422,
        428,
        429,
    ),
    *(499, 500, 503, 0),
)
"""What is told apart: 499 is a client that left before its answer, 0 any other status."""
_BUCKETS = len(BOUNDS) + 1
_STATUS = {status: place * _BUCKETS for place, status in enumerate(STATUSES)}
_SUM = len(STATUSES) * _BUCKETS
_WIDTH = _SUM + 1


class Series(NamedTuple):
    """Counts that belong together: their name without `_total`, what they mean, and the values of each label."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()

    def combinations(self) -> Iterator[tuple[str, ...]]:
        return product(*self.values)


SERIES = (
    Series("recado_sessions_opened", "Sessions that were opened, by kind.", ("kind",), (get_args(SessionKind),)),
    Series("recado_sessions_ended", "Sessions that were ended, by why.", ("reason",), (get_args(Ending),)),
    Series("recado_refreshes", "Tries to refresh, by what came of them.", ("outcome",), (get_args(Refresh),)),
    Series("recado_login_failures", "Sign-ins that failed, by why.", ("reason",), (get_args(LoginFailure),)),
    Series(
        "recado_message_attempts",
        "Attempts to send a message, by what came of them.",
        ("channel", "outcome"),
        (KINDS, get_args(Outcome)),
    ),
    Series("recado_callbacks", "Callbacks of Vonage, by what was made of them.", ("outcome",), (get_args(Callback),)),
)
_PLACES = {
    (series.name, *labels): place
    for place, (series, labels) in enumerate((series, labels) for series in SERIES for labels in series.combinations())
}
_FIRST = len(_PLACES)
"""Where the routes' numbers begin: a row of buckets for each status, then microseconds in all."""


class Timing(NamedTuple):
    """What became of one route's requests: how many by status, by bucket, and seconds in all."""

    method: str
    path: str
    statuses: dict[int, int]
    buckets: list[int]
    seconds: float


class Counts:
    """What this process counts, for the routes of an app. With a `folder` it is added to what others count there."""

    def __init__(self, routes: Sequence[tuple[str, str]] = (), folder: Path | None = None) -> None:
        self._routes = [UNKNOWN, *routes]
        self._slots = Slots(_FIRST + len(self._routes) * _WIDTH, 1, folder)
        self._values = self._slots.values

    def opened(self, kind: SessionKind) -> None:
        """Count a session that was opened, after its commit."""
        self._values[_PLACES["recado_sessions_opened", kind]] += 1

    def ended(self, reason: Ending, sessions: int = 1) -> None:
        """Count sessions that were ended, after the commit."""
        self._values[_PLACES["recado_sessions_ended", reason]] += sessions

    def refreshed(self, outcome: Refresh) -> None:
        """Count a try to refresh."""
        self._values[_PLACES["recado_refreshes", outcome]] += 1

    def login_failed(self, reason: LoginFailure) -> None:
        """Count a sign-in that failed."""
        self._values[_PLACES["recado_login_failures", reason]] += 1

    def callback(self, outcome: Callback) -> None:
        """Count a callback."""
        self._values[_PLACES["recado_callbacks", outcome]] += 1

    def attempt(self, channel: str, outcome: str) -> None:
        """Count an attempt to send; `outcome` as in `messages.channel`, in lower case."""
        self._values[_PLACES["recado_message_attempts", channel, outcome]] += 1

    def answered(self, route: int, status: int, begun: float) -> None:
        """Count a request to a route (its number, from 1; 0 is none), begun at an instant of `perf_counter`."""
        seconds, place = perf_counter() - begun, _FIRST + route * _WIDTH
        values = self._values
        values[place + _STATUS.get(status, _STATUS[0]) + bisect_left(BOUNDS, seconds)] += 1
        values[place + _SUM] += int(seconds * 1_000_000)

    def waiting(self, units: int) -> None:
        """Note how many units wait for the database now."""
        self._values[-1] = units

    def read(self) -> Reading:
        """Return what all processes have counted."""
        sums, processes = self._slots.read()
        return Reading(sums, self._routes, processes)


class Reading:
    """What was counted, up to one moment. `processes` counted it."""

    def __init__(self, sums: list[int], routes: Sequence[tuple[str, str]], processes: int) -> None:
        self._sums, self._routes, self.processes = sums, routes, processes

    @property
    def waiting(self) -> int:
        """How many units wait for the database."""
        return self._sums[-1]

    def of(self, series: Series) -> Iterator[tuple[tuple[str, ...], int]]:
        """Return each combination of labels, and its count."""
        return ((labels, self._sums[_PLACES[series.name, *labels]]) for labels in series.combinations())

    def timings(self) -> Iterator[Timing]:
        """Return every route that was asked for."""
        for number, (method, path) in enumerate(self._routes):
            place = _FIRST + number * _WIDTH
            mine = self._sums[place : place + _WIDTH]
            rows = {status: mine[at : at + _BUCKETS] for status, at in _STATUS.items()}
            counted = {status: sum(row) for status, row in rows.items() if any(row)}
            if counted:
                buckets = [sum(column) for column in zip(*rows.values(), strict=True)]
                yield Timing(method, path, counted, buckets, mine[_SUM] / 1_000_000)
