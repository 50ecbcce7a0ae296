"""What Prometheus is told. What is in the database is read when it asks; what happens in a process is counted there.

Of several processes each counts for itself, into files of one folder (`PROMETHEUS_MULTIPROC_DIR`), and whichever is
asked adds them up. A new count is one more attribute of `Counts`; a new reading is one more function in `_readings`.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from recado.db import Database
from recado.errors import Unavailable
from recado.messages import outbox
from recado.messages.channel import KINDS

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_DAY = 24 * 3600 * 1_000_000


class Counts:
    """What this process counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "recado_message_attempts",
            "Attempts to send a message, by what came of them.",
            ("channel", "outcome"),
            registry=registry,
        )

        self._callbacks = Counter(
            "recado_callbacks", "Callbacks of Vonage, by what was made of them.", ("outcome",), registry=registry
        )

    def callback(self, outcome: str) -> None:
        """Count a callback; `outcome` as in `http.webhooks`."""
        self._callbacks.labels(outcome).inc()

    def attempt(self, channel: str, outcome: str) -> None:
        """Count an attempt to send; `outcome` as in `messages.channel`, in lower case."""
        self._attempts.labels(channel, outcome).inc()


class Metrics:
    """Everything that is told. `stores` tells for each store whether it answers, `stopped` which channels wait."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], int],
        *,
        stores: Callable[[], Awaitable[Mapping[str, bool]]],
        stopped: Callable[[], Iterable[str]],
    ) -> None:
        self._db, self._clock, self._stores, self._stopped = db, clock, stores, stopped
        self._registry = CollectorRegistry()
        self.counts = Counts(self._registry)
        if os.environ.get(FOLDER):
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry)
        else:
            ProcessCollector(registry=self._registry)

    async def read(self) -> tuple[str, bytes]:
        """Return the content type and the text of an answer."""
        readings = await self._readings()
        return CONTENT_TYPE_LATEST, generate_latest(_Both(readings, self._registry))

    async def _readings(self) -> list[Metric]:
        readings: list[Metric] = [_stores(await self._stores()), _stopped(self._stopped())]
        try:
            return [*readings, await self._messages(), await self._waiting(), await self._costs()]
        except Unavailable:
            return readings

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


class _Both(CollectorRegistry):
    """The readings of this moment, and a registry."""

    def __init__(self, readings: list[Metric], registry: CollectorRegistry) -> None:
        super().__init__()
        self._readings, self._counted = readings, registry

    def collect(self) -> Iterator[Metric]:
        yield from self._readings
        yield from self._counted.collect()


def _stores(up: Mapping[str, bool]) -> Metric:
    found = GaugeMetricFamily("recado_store_up", "Whether a store answers.", labels=("store",))
    for store, answers in up.items():
        found.add_metric((store,), int(answers))
    return found


def _stopped(channels: Iterable[str]) -> Metric:
    found = GaugeMetricFamily(
        "recado_channel_stopped", "Whether a channel waits for the operator to mend something.", labels=("channel",)
    )
    stopped = set(channels)
    for channel in KINDS:
        found.add_metric((channel,), int(channel in stopped))
    return found
