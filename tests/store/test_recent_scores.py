"""Scores of some tenants on some dates: the version in force first, else what was reported."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.store import partitions, recent_scores
from client_health.store.schema import health_scores, score_days

LAST = date(2026, 3, 10)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def score(store, back: int, tenant: int, scorecard: int, overall: int | None, reported: bool = True) -> None:
    day = LAST - timedelta(days=back)
    values = {
        "component_scores": np.array([overall or 0.0, 1.0]),
        "component_states": "vv",
        "trend": "STABLE",
        "risk_level": "LOW",
        "risk_reason": "score",
        "confidence": 1.0,
        "as_of": NOON,
        "calculated_at": NOON,
        "is_reported": reported,
    }
    with store.write() as connection:
        partitions.ensure(connection, day, day)
        connection.execute(
            sa.insert(health_scores).values(
                day=day, tenant=tenant, scorecard=scorecard, overall=overall, **values
            )
        )
        known = sa.select(score_days.c.day).where(
            score_days.c.day == day, score_days.c.scorecard == scorecard
        )
        if connection.scalar(known) is None:
            connection.execute(sa.insert(score_days).values(day=day, scorecard=scorecard))


def test_each_day_is_told_under_the_version_in_force_else_as_it_was_reported(store):
    score(store, 3, 1, 1, 40)
    score(store, 2, 1, 1, 50)
    score(store, 2, 1, 2, 60, reported=False)
    score(store, 1, 1, 2, None)
    score(store, 1, 1, 1, 55, reported=False)  # neither in force nor reported
    score(store, 0, 1, 2, 70)
    score(store, 0, 2, 1, 10)
    with store.read() as connection:
        found = recent_scores.by_day(connection, {1: 2, 2: 1, 3: 1}, LAST, 5)
    assert found == {1: [None, 40, 60, None, 70], 2: [None] * 4 + [10], 3: [None] * 5}


def test_days_before_the_first_are_not_told(store):
    score(store, 5, 1, 1, 40)
    score(store, 4, 1, 1, 50)
    with store.read() as connection:
        assert recent_scores.by_day(connection, {1: 1}, LAST, 5) == {1: [50, None, None, None, None]}


def test_components_are_of_exactly_what_was_asked_for(store):
    for back, tenant, scorecard in ((0, 1, 1), (0, 2, 1), (1, 1, 1), (1, 2, 2)):
        score(store, back, tenant, scorecard, 10 * tenant + back)
    yesterday = LAST - timedelta(days=1)
    with store.read() as connection:
        found = recent_scores.components(connection, [(LAST, 1, 1), (yesterday, 2, 2), (yesterday, 3, 1)])
    assert {key: (row.overall, row.component_scores.tolist()) for key, row in found.items()} == {
        (LAST, 1, 1): (10, [10.0, 1.0]),
        (yesterday, 2, 2): (21, [21.0, 1.0]),
    }
