"""What Prometheus is told. What is in the database is read when it asks; what happens in a process is counted there.

A new count is one more row of `counts.SERIES`; a new reading is one more function in `_readings`.
"""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate
from typing import NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from recado.db import Database
from recado.errors import Unavailable
from recado.messages import outbox
from recado.messages.channel import KINDS
from recado.metrics.counts import BOUNDS, SERIES, Counts, Reading, Timing

_DAY = 24 * 3600 * 1_000_000
_LE = [*(str(bound) for bound in BOUNDS), "+Inf"]


class Store(NamedTuple):
    """How a store did when it was asked just now."""

    up: bool
    seconds: float


class Metrics:
    """Everything that is told. `stores` asks each store, `stopped` tells which channels wait."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], int],
        counts: Counts,
        *,
        stores: Callable[[], Awaitable[Mapping[str, Store]]],
        stopped: Callable[[], Iterable[str]],
    ) -> None:
        self._db, self._clock, self._counts = db, clock, counts
        self._stores, self._stopped = stores, stopped

    async def read(self) -> tuple[str, bytes]:
        """Return the content type and the text of an answer."""
        self._counts.waiting(self._db.waiting)
        counted, stores = self._counts.read(), await self._stores()
        told = [*_stores(stores), _stopped(self._stopped()), _build(self._db.engine), *_counted(counted)]
        told += await self._readings() if stores["sql"].up else []
        return CONTENT_TYPE_LATEST, generate_latest(_Told(told, counted.processes))

    async def _readings(self) -> list[Metric]:
        try:
            return [await self._messages(), await self._waiting(), await self._costs()]
        except Unavailable:
            return []

    async def _messages(self) -> Metric:
        found = GaugeMetricFamily("recado_messages", "Messages that are kept.", labels=("channel", "state"))
        for (channel, state), count in (await outbox.counts(self._db)).items():
            found.add_metric((channel, state), count)
        return found

    async def _waiting(self) -> Metric:
        found = GaugeMetricFamily(
            "recado_messages_oldest_waiting_seconds", "Age of the oldest unfinished message.", labels=("channel",)
        )
        oldest = await outbox.oldest(self._db)
        for channel in KINDS:
            since = oldest.get(channel)
            found.add_metric((channel,), 0 if since is None else max(0, self._clock() - since) / 1_000_000)
        return found

    async def _costs(self) -> Metric:
        found = GaugeMetricFamily(
            "recado_messages_cost_today", "What today's messages (UTC) cost so far.", labels=("channel", "currency")
        )
        today = self._clock() // _DAY
        for cost in await outbox.costs(self._db, today * _DAY):
            if cost.priced:
                found.add_metric((cost.channel, cost.currency), float(cost.amount))
        return found


class _Told(CollectorRegistry):
    """The readings of this moment, and of the process, where it is alone: of several, another one may answer next."""

    def __init__(self, told: list[Metric], processes: int) -> None:
        super().__init__()
        self._told = told
        if processes == 1:
            ProcessCollector(registry=self)

    def collect(self) -> Iterator[Metric]:
        yield from self._told
        yield from super().collect()


def _stores(stores: Mapping[str, Store]) -> Iterator[Metric]:
    up = GaugeMetricFamily("recado_store_up", "Whether a store answers.", labels=("store",))
    took = GaugeMetricFamily("recado_store_seconds", "How long a store took to answer just now.", labels=("store",))
    for name, store in stores.items():
        up.add_metric((name,), int(store.up))
        took.add_metric((name,), store.seconds)
    yield from (up, took)


def _stopped(channels: Iterable[str]) -> Metric:
    found = GaugeMetricFamily(
        "recado_channel_stopped", "Whether a channel waits for the operator to mend something.", labels=("channel",)
    )
    stopped = set(channels)
    for channel in KINDS:
        found.add_metric((channel,), int(channel in stopped))
    return found


def _build(engine: str) -> Metric:
    found = GaugeMetricFamily("recado_build_info", "What runs here; always 1.", labels=("version", "python", "engine"))
    found.add_metric((version("recado"), platform.python_version(), engine), 1)
    return found


def _counted(counted: Reading) -> Iterator[Metric]:
    yield GaugeMetricFamily("recado_processes", "Server processes that count here.", counted.processes)
    yield GaugeMetricFamily("recado_database_waiting", "Units that wait for the database.", counted.waiting)
    for series in SERIES:
        family = CounterMetricFamily(series.name, series.meaning, labels=series.labels)
        for labels, count in counted.of(series):
            family.add_metric(labels, count)
        yield family
    yield from _requests(list(counted.timings()))


def _requests(timings: list[Timing]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "recado_http_requests", "Requests, by route and status.", labels=("method", "route", "status")
    )
    took = HistogramMetricFamily(
        "recado_http_request_seconds", "From the head of a request to its answer.", labels=("method", "route")
    )
    for route in timings:
        for status, count in route.statuses.items():
            requests.add_metric((route.method, route.path, str(status) if status else "other"), count)
        took.add_metric(
            (route.method, route.path), list(zip(_LE, accumulate(route.buckets), strict=True)), route.seconds
        )
    yield from (requests, took)
