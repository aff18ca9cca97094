"""What the store says of runs, workers and queries, read when somebody asks."""

from collections.abc import Callable, Iterator
from datetime import datetime

import sqlalchemy as sa
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from client_health.errors import StoreError
from client_health.monitoring.run_totals import BOUNDS, Durations, RunTotals
from client_health.store import leases, published_runs, queries, run_figures
from client_health.store.engine import Store

PREFIX = "client_health_"


class StoreFigures(Collector):
    """The same in every process of a store, whether it performs runs or not."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._totals = RunTotals()

    def collect(self) -> Iterator[Metric]:
        """Everything from one short read; where the store is away, that and nothing else."""
        try:
            with self._store.read() as connection:
                found = [
                    *self._latest(connection),
                    _open_runs(connection),
                    _workers(connection),
                    *_queries(connection),
                    *self._all_runs(connection),
                ]
        except StoreError:
            found = []
        yield GaugeMetricFamily(PREFIX + "store_up", "Whether the store answers.", value=bool(found))
        yield from found

    def _latest(self, connection: sa.Connection) -> Iterator[Metric]:
        """The run that published the newest score date: a backfill must not look like a night."""
        age = GaugeMetricFamily(
            PREFIX + "latest_run_age_seconds", "Seconds since the newest score date was published."
        )
        as_of = GaugeMetricFamily(
            PREFIX + "latest_run_as_of_timestamp_seconds", "The instant that the newest scores are of."
        )
        scored = GaugeMetricFamily(
            PREFIX + "latest_run_tenants_scored", "Tenants that have a score of the newest score date."
        )
        day = published_runs.last_day(connection)
        run = None if day is None else published_runs.of_day(connection, day)
        if run is not None and run.finished_at is not None:
            age.add_metric([], max(0.0, (self._clock() - run.finished_at).total_seconds()))
            as_of.add_metric([], run.as_of.timestamp())
            scored.add_metric([], run.counts.get("scored", 0))
        yield from (age, as_of, scored)

    def _all_runs(self, connection: sa.Connection) -> Iterator[Metric]:
        self._totals.catch_up(connection, self._clock())
        durations = HistogramMetricFamily(
            PREFIX + "run_seconds", "Seconds from a run's beginning to its end.", labels=("kind", "outcome")
        )
        for labels, found in sorted(self._totals.durations.items()):
            durations.add_metric(labels, _cumulative(found), found.seconds)
        scored = CounterMetricFamily(
            PREFIX + "tenants_scored", "Scores that runs have published.", labels=("kind",)
        )
        for kind, count in self._totals.scored.items():
            scored.add_metric([kind], count)
        failures = CounterMetricFamily(
            PREFIX + "run_failures", "Runs that failed, by cause.", labels=("cause",)
        )
        for cause, count in self._totals.failures.items():
            failures.add_metric([cause], count)
        yield from (durations, scored, failures)


def _open_runs(connection: sa.Connection) -> Metric:
    found = GaugeMetricFamily(PREFIX + "open_runs", "Runs that are queued or active.", labels=("status",))
    for status, count in run_figures.open_runs(connection).items():
        found.add_metric([status], count)
    return found


def _workers(connection: sa.Connection) -> Metric:
    return GaugeMetricFamily(
        PREFIX + "workers", "Workers that are alive.", value=leases.living_workers(connection)
    )


def _queries(connection: sa.Connection) -> Iterator[Metric]:
    labels = ("source", "query")
    seconds = GaugeMetricFamily(
        PREFIX + "query_last_seconds", "Seconds of a query's last success in a nightly run.", labels=labels
    )
    succeeded = GaugeMetricFamily(
        PREFIX + "query_last_success_timestamp_seconds", "When a query last answered.", labels=labels
    )
    for name, state in queries.states(connection).items():
        if state.succeeded_at is not None:
            seconds.add_metric([state.source, name], state.seconds)
            succeeded.add_metric([state.source, name], state.succeeded_at.timestamp())
    yield from (seconds, succeeded)


def _cumulative(durations: Durations) -> list[tuple[str, float]]:
    """Buckets as Prometheus wants them: each holds what the smaller ones hold."""
    ends = [*map(str, BOUNDS), "+Inf"]
    return [(end, sum(durations.counts[: place + 1])) for place, end in enumerate(ends)]
