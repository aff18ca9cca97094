"""Scoring a collection: each tenant by its scorecard, with stand-ins where a query failed."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.instants import iso
from client_health.jobs.scored import ScoredGroup
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import score_fleet
from client_health.scorecard.sets import NONE, Places
from client_health.store import earlier, queries, stand_ins, tenants
from client_health.store.engine import Store
from client_health.store.runs import Run
from client_health.store.scorecard_sets import PublishedSet
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import ScoreRows, score_rows
from client_health.usage.metrics import Collection
from client_health.usage.problems import Problem, error

SHOWN_UNCOVERED = 10


def score(
    store: Store, run: Run, cards: PublishedSet, collection: Collection, now: datetime
) -> tuple[list[ScoredGroup], list[Problem]]:
    """Score the collected metrics, each tenant by its scorecard; stand-ins are added to them in place."""
    metrics = collection.metrics
    with store.read() as connection:
        keys = tenants.keys_of(connection, [tenant.tenant_id for tenant in metrics.tenants])
        _let_stand_in(connection, run, cards.cards.max_age_days, collection, keys)
        assigned = cards.cards.assign(metrics.attributes())
        groups = []
        for place, published in enumerate(cards.versions):
            if len(places := np.flatnonzero(assigned == place)):
                rows = _score_group(connection, run, published, collection, places, keys[places], now)
                groups.append(ScoredGroup(published, places, rows))
    uncovered = _uncovered(np.flatnonzero(assigned == NONE), collection)
    return groups, uncovered + _without_score(groups, collection)


def _let_stand_in(
    connection: sa.Connection, run: Run, max_age: int, collection: Collection, keys: NDArray[np.int64]
) -> None:
    metrics = collection.metrics
    failed = {report.name for report in collection.reports if report.failure}
    wanted = [m for s in queries.states(connection).values() if s.name in failed for m in s.measures]
    wanted = [measure for measure in wanted if measure not in metrics.values]
    if wanted:
        stand_ins.stand_in(connection, metrics, keys, run.score_date, wanted, max_age)


def _score_group(
    connection: sa.Connection,
    run: Run,
    published: PublishedScorecard,
    collection: Collection,
    places: Places,
    keys: NDArray[np.int64],
    now: datetime,
) -> ScoreRows:
    """Scores of the tenants at `places`, whose surrogate keys are `keys`."""
    scorecard, metrics = published.scorecard, collection.metrics
    width, lookback = len(scorecard.components), scorecard.trend.lookback_days
    day = run.score_date
    baseline = earlier.oldest_within(connection, published.id, width, keys, day, lookback)
    columns = Columns(len(metrics.tenants), metrics.values, metrics.stale_days).at(places)
    ages = metrics.ages_at(run.as_of.timestamp())[places]
    fleet = score_fleet(scorecard, columns, ages, baseline.baseline)
    previous = earlier.latest_before(connection, published.id, keys, day)
    as_of = [run.as_of] * len(keys)
    return score_rows(day, published.id, keys, fleet, (previous, baseline.overall, baseline.days), as_of, now)


def _uncovered(places: Places, collection: Collection) -> list[Problem]:
    if not len(places):
        return []
    names = [collection.metrics.tenants[place].tenant_id for place in places[:SHOWN_UNCOVERED].tolist()]
    more = f" and {len(places) - len(names):,} more" if len(places) > len(names) else ""
    return [error(f"no scorecard applies to {', '.join(names)}{more}; not scored")]


def _without_score(groups: Sequence[ScoredGroup], collection: Collection) -> list[Problem]:
    return [
        error(
            f"no score at {iso(group.rows.as_of[0])}: no component has figures",
            tenant=collection.metrics.tenants[place].tenant_id,
        )
        for group in groups
        for place in group.places[np.isnan(group.rows.overall)].tolist()
    ]
