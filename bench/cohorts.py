"""Benchmarks of tenants: reading, comparing and storing, against bare NumPy over arrays in memory."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import make_url

from bench.measuring import Result, at_most, in_turns
from bench.scoring import fleet
from client_health.benchmarks.computing import compute
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import FleetScores, score_fleet
from client_health.settings.load import builtin_scorecard
from client_health.settings.model import BenchmarkMeasure, BenchmarkSettings
from client_health.store import benchmarks, current, migrate, scorecards, scores, tenants, usage
from client_health.store.engine import Store
from client_health.usage.metrics import UsageMetrics
from client_health.usage.tenants import Tenant
from tests.databases import start_postgres

GOAL = 5.0
DAY, NOW = date(2026, 3, 1), datetime(2026, 3, 2, tzinfo=UTC)
INDUSTRIES, SEGMENTS = 20, 4
SETTINGS = BenchmarkSettings(
    measures=(BenchmarkMeasure(measure="days_to_close", name="Days to close", high_is_good=False),)
)
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Figures = dict[tuple[int, int, int, int], tuple[int, ...]]


@dataclass
class World:
    """A fleet in memory, and what the product's scoring makes of it."""

    tenants: list[Tenant]
    measures: dict[str, Floats]
    scored: FleetScores
    industries: Codes
    employees: Codes
    segments: Codes

    def compared(self) -> list[Floats]:
        """The columns that are compared, in order of their names in the store."""
        one, score = self.measures, self.scored.components.scores
        ratios = [
            100
            * one["assignments_completed"]
            / np.where(one["assignments_due"], one["assignments_due"], np.nan),
            100
            * one["cases_on_time"]
            / np.where(one["cases_with_verdict"], one["cases_with_verdict"], np.nan),
            100 * one["features_in_use"] / one["features_tracked"],
            100 * one["active_users"] / one["total_users"],
        ]
        whole = [np.floor(column + (0.5 + 1e-9)) for column in (one["days_to_close"], *ratios)]
        by_name = [score[place] for place in (2, 1, 3, 0, 4)]
        return [whole[0], self.scored.overall, *whole[1:], *by_name]


def benchmark(count: int) -> Iterator[Result]:
    """On both kinds of store; every figure must be equal."""
    world = _world(count)
    with tempfile.TemporaryDirectory() as folder, start_postgres() as server:
        for url in (f"sqlite:///{Path(folder) / 'store.db'}", server.create_database("cohorts")):
            store = Store(make_url(url))
            try:
                yield _compare(store, world)
            finally:
                store.close()


def _compare(store: Store, world: World) -> Result:
    migrate.upgrade(store)
    _fill(store, world)
    columns, told = world.compared(), []

    def ours() -> None:
        with store.write() as connection:
            compute(connection, SETTINGS, DAY)

    def reference() -> None:
        told[:] = [bare_figures(world, columns)]

    ours(), reference()
    mine, theirs = in_turns(ours, reference)
    equal = _verify(store, told[0])
    print(f"cohorts, {store.dialect}: {equal:,} of {equal:,} cohorts × measures equal", flush=True)
    size = f"{len(world.tenants):,} tenants, {equal:,} distributions"
    return at_most(f"cohorts, {store.dialect}", size, mine.wall, theirs.wall, GOAL)


def bare_figures(world: World, columns: list[Floats]) -> Figures:
    """Count, quartiles and mean of each cohort and measure, as a script would tell them; -1: any."""
    bands = np.searchsorted([1, 101, 501, 2001], world.employees, side="right") - 1
    cohorts = {(-1, -1, -1): np.full(len(bands), True)}
    cohorts |= {(one, -1, -1): world.industries == one for one in range(INDUSTRIES)}
    cohorts |= {(-1, one, -1): bands == one for one in range(4)}
    cohorts |= {(-1, -1, one): world.segments == one for one in range(SEGMENTS)}
    cohorts |= {
        (one, band, -1): (world.industries == one) & (bands == band)
        for one in range(INDUSTRIES)
        for band in range(4)
    }
    found = {}
    for key, members in cohorts.items():
        for place, column in enumerate(columns):
            values = column[members]
            values = values[~np.isnan(values)]
            if len(values):
                figures = np.array([*np.percentile(values, (25, 50, 75)), values.mean()])
                found[(*key, place)] = (len(values), *np.floor(figures + (0.5 + 1e-9)).astype(int).tolist())
    return found


def _verify(store: Store, bare: Figures) -> int:
    with store.read() as connection:
        stored = benchmarks.of_day(connection, DAY)
    sizes = ["1-100", "101-500", "501-2000", "2001+"]
    names = sorted(stored["", "", ""])
    ours = {}
    for (industry, size, segment), rows in stored.items():
        key = (
            int(industry.split()[1]) if industry else -1,
            sizes.index(size) if size else -1,
            int(segment.split()[1]) if segment else -1,
        )
        for name, row in rows.items():
            ours[(*key, names.index(name))] = (row.tenants, row.p25, row.median, row.p75, row.mean)
    assert ours == bare, f"{len(ours)} distributions against {len(bare)}"
    return len(ours)


def _world(count: int) -> World:
    random, scorecard = np.random.default_rng(5), builtin_scorecard()
    measures = fleet(count, 1) | {"days_to_close": random.exponential(12, count)}
    measures["days_to_close"][measures["cases_with_verdict"] == 0] = np.nan
    industries = random.integers(0, INDUSTRIES, count)
    employees = np.floor(np.exp(random.uniform(0, 9, count))).astype(np.int64)
    segments = random.integers(0, SEGMENTS, count)
    names = [
        Tenant(
            f"t{number}",
            f"t{number}",
            f"Tenant {number}",
            industry=f"Industry {industry}",
            employee_count=size,
            segment=f"Segment {segment}",
        )
        for number, industry, size, segment in zip(
            range(count), industries.tolist(), employees.tolist(), segments.tolist(), strict=True
        )
    ]
    scored = score_fleet(scorecard, Columns(count, measures), np.full(count, 1000.0))
    return World(names, measures, scored, industries, employees, segments)


def _fill(store: Store, world: World) -> None:
    """Store one night of the fleet."""
    count = len(world.tenants)
    unknown = np.full(count, np.nan)
    with store.write() as connection:
        card = scorecards.version_of(connection, builtin_scorecard(), "bench", NOW)
        keys = tenants.sync(connection, world.tenants, True)
        usage.write(connection, DAY, NOW, keys, UsageMetrics(world.tenants, world.measures))
        rows = scores.score_rows(
            DAY,
            card.id,
            np.array(keys, dtype=np.int64),
            world.scored,
            (unknown, unknown, [None] * count),
            [NOW] * count,
            NOW,
        )
        scores.write(connection, rows)
        current.follow(connection, rows)
