"""A store with a fleet and a past: usage of many dates, all told under the built-in scorecard."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from bench.scoring import fleet
from bench.world import SERVER
from client_health.replay.walk import Walk
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import builtin_scorecard
from client_health.store import current, migrate, scorecard_sets, scores, tenants, usage
from client_health.store.engine import Store
from client_health.store.scores import ScoreRows, score_rows
from client_health.store.usage_days import UsageDay
from client_health.usage.metrics import UsageMetrics
from client_health.usage.tenants import Tenant
from tests.databases import start_postgres

LAST, FOUNDED = date(2026, 3, 1), datetime(2020, 1, 1, tzinfo=UTC)
IN_FORCE = ScorecardSet((builtin_scorecard(),))
UNUSED = ("active_campaigns", "cases_closed", "cases_created", "cases_overdue", "days_to_close")
KEPT = 7  # dates whose figures stay in memory
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Night:
    """One date as it was written: measures, ages, scores, and component scores of the baseline."""

    values: dict[str, Floats]
    ages: Floats
    before: Floats
    rows: ScoreRows


@dataclass
class History:
    """A filled store; `nights` are its last dates."""

    store: Store
    tenants: list[Tenant]
    days: list[date]
    nights: list[Night] = field(default_factory=list)

    @property
    def scores(self) -> int:
        """How many there are."""
        return len(self.tenants) * len(self.days)


@contextmanager
def histories(count: int, days: int) -> Iterator[Iterator[History]]:
    """The same history on SQLite and on PostgreSQL, one after the other."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder, start_postgres(settings=SERVER) as server:
        urls = f"sqlite:///{Path(folder) / 'store.db'}", server.create_database("history")
        yield (filled(Store(make_url(url)), plain(count), days) for url in urls)


def plain(count: int) -> list[Tenant]:
    """Tenants without attributes."""
    return [Tenant(f"t{number}", f"t{number}", f"Tenant {number}", since=FOUNDED) for number in range(count)]


def filled(store: Store, fleet_of: list[Tenant], days: int, last: date = LAST) -> History:
    """A history of these tenants, up to a date, in a new store."""
    migrate.upgrade(store)
    history = History(store, fleet_of, [last - timedelta(days=back) for back in reversed(range(days))])
    with store.write() as connection:
        tenants.sync(connection, fleet_of, True)
        published = scorecard_sets.add(connection, IN_FORCE, "bench", FOUNDED)
        scorecard_sets.put_in_force(connection, published.id, FOUNDED)
        walk = Walk(IN_FORCE, tenants.columns(connection))
    for number, day in enumerate(history.days):
        history.nights.append(_night(history, walk, published.versions[0].id, day, number))
        del history.nights[:-KEPT]
    return history


def join(history: History, everybody: list[Tenant]) -> None:
    """One more date, on which other tenants have come; those that were there before go on."""
    history.tenants, day = everybody, history.days[-1] + timedelta(days=1)
    with history.store.write() as connection:
        tenants.sync(connection, everybody, True)
        (version,) = scorecard_sets.in_force(connection).versions
        walk = Walk(IN_FORCE, tenants.columns(connection))
    history.days.append(day)
    history.nights[:] = [_night(history, walk, version.id, day, len(history.days))]


def _night(history: History, walk: Walk, scorecard: int, day: date, seed: int) -> Night:
    """Write one date as a run does, under the key of a scorecard version."""
    count, as_of = len(history.tenants), datetime.combine(day, time(), UTC) + timedelta(days=1)
    random = np.random.default_rng(seed)
    values = fleet(count, seed) | {name: random.poisson(9, count).astype(float) for name in UNUSED}
    with history.store.write() as connection:
        keys = tenants.columns(connection).keys
        usage.write(connection, day, as_of, keys.tolist(), UsageMetrics(history.tenants, values))
        (group,) = walk.step(UsageDay(day, keys, np.full(count, as_of.timestamp()), values, {}))
        told_from = group.previous, group.baseline.overall, group.baseline_days
        rows = score_rows(day, scorecard, keys, group.fleet, told_from, [as_of] * count, as_of)
        scores.write(connection, rows)
        if day == history.days[-1]:
            current.follow(connection, rows)
    ages = np.full(count, (as_of - FOUNDED).total_seconds() / 86_400)
    return Night(values, ages, group.baseline.components.scores, rows)
