"""All figures of a process as the text that Prometheus reads."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from client_health import __version__
from client_health.monitoring.store_figures import PREFIX, StoreFigures
from client_health.store.engine import Store
from client_health.telemetry import requests, statements

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Exposition:
    """A registry of its own, so that nothing that another library registers gets in."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_ThisProcess())
        self._registry.register(requests.histogram)
        self._registry.register(StoreFigures(store, clock))

    def text(self) -> bytes:
        """The figures as they are now."""
        return generate_latest(self._registry)


class _ThisProcess(Collector):
    """What this process has done itself: statements on sources."""

    def collect(self) -> Iterator[Metric]:
        labels = ("source", "query")
        count = CounterMetricFamily(
            PREFIX + "source_statements", "Statements sent to sources.", labels=labels
        )
        seconds = CounterMetricFamily(
            PREFIX + "source_statement_seconds", "Seconds that statements on sources took.", labels=labels
        )
        failures = CounterMetricFamily(
            PREFIX + "source_statement_failures", "Statements on sources that failed.", labels=labels
        )
        for key, tally in sorted(statements.tallies().items()):
            count.add_metric(key, tally.count)
            seconds.add_metric(key, tally.seconds)
            failures.add_metric(key, tally.failures)
        build = GaugeMetricFamily(PREFIX + "build_info", "The version of this process.", labels=("version",))
        build.add_metric([__version__], 1)
        yield from (build, count, seconds, failures)
