"""Totals over all runs that the store keeps, so that every process tells the same of them."""

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from client_health.store import run_figures
from client_health.store.run_figures import FinishedRun
from client_health.telemetry.causes import CAUSES, UNKNOWN

BOUNDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
# Hosts' clocks differ, and a run's end is noted before it is committed: look back that far each time.
OVERLAP = timedelta(minutes=10)


@dataclass
class Durations:
    """A histogram; `counts` has one place per bound, and one for what is above them all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one run."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class RunTotals:
    """All runs once, then at each reading those that ended since. They only grow, as counters must."""

    def __init__(self) -> None:
        self.durations: dict[tuple[str, str], Durations] = {}
        self.scored = Counter({"all": 0, "tenants": 0})
        self.failures: Counter[str] = Counter(dict.fromkeys(CAUSES, 0))
        self._since: datetime | None = None
        self._counted: set[str] = set()
        self._lock = threading.Lock()

    def catch_up(self, connection: sa.Connection, now: datetime) -> None:
        """Count the runs that ended since the last time."""
        with self._lock:
            since = None if self._since is None else self._since - OVERLAP
            found = list(run_figures.finished(connection, since))
            for run in found:
                if run.id not in self._counted:
                    self._count(run)
            self._since, self._counted = now, {run.id for run in found}

    def _count(self, run: FinishedRun) -> None:
        if run.seconds is not None:
            self.durations.setdefault((run.kind, run.outcome), Durations()).add(run.seconds)
        if run.outcome == "failed":
            self.failures[run.cause if run.cause in CAUSES else UNKNOWN] += 1
        if run.kind in self.scored:
            self.scored[run.kind] += run.scored
