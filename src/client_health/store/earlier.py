"""Looking back: each tenant's oldest score of the look-back, and its latest earlier score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.scorecard.components import Bools, ComponentScores, State
from client_health.scorecard.trend import Baseline
from client_health.store import past_scores
from client_health.store.past_scores import Keys, narrowed
from client_health.store.raw_rows import chunks
from client_health.store.scores import days_scored
from client_health.store.tenants import NO_KEY
from client_health.store.types import Floats


@dataclass(frozen=True)
class EarlierScores:
    """One earlier score per tenant, aligned; `known` is False where there is none."""

    known: Bools
    overall: Floats
    days: Sequence[date | None]
    components: ComponentScores

    @property
    def baseline(self) -> Baseline:
        """The same in the form that the trend reads."""
        return Baseline(self.components, self.overall)


def oldest_within(
    connection: sa.Connection,
    scorecard: int,
    components: int,
    tenants: Sequence[int] | Keys,
    day: date,
    lookback: int,
) -> EarlierScores:
    """Each tenant's oldest score of the last `lookback` days before `day`."""
    keys, count = np.asarray(tenants, dtype=np.int64), len(tenants)
    overall = np.full(count, np.nan)
    days = np.full(count, None, dtype=object)
    parts = ComponentScores(
        np.full((components, count), np.nan), np.full((components, count), State.MISSING, dtype=np.uint8)
    )
    for one in days_scored(connection, scorecard, day - timedelta(days=lookback), day - timedelta(days=1)):
        pending = np.flatnonzero(np.isnan(overall) & (keys != NO_KEY))
        if not len(pending):
            break
        told = past_scores.read_aligned(connection, one, scorecard, components, keys[pending])
        found = ~np.isnan(told.overall)
        at = pending[found]
        overall[at], days[at] = told.overall[found], one
        parts.scores[:, at] = told.components.scores[:, found]
        parts.states[:, at] = told.components.states[:, found]
    return EarlierScores(~np.isnan(overall), overall, days.tolist(), parts)


def latest_before(
    connection: sa.Connection, scorecard: int, tenants: Sequence[int] | Keys, day: date
) -> Floats:
    """Each tenant's latest score before `day`; NaN where there is none."""
    keys = np.asarray(tenants, dtype=np.int64)
    size = int(keys.max(initial=0)) + 2
    latest, pending = np.full(size, np.nan), np.zeros(size, dtype=bool)  # by key; the last is NO_KEY's
    _from_current(connection, scorecard, keys[keys != NO_KEY], day, latest, pending)
    for one in reversed(days_scored(connection, scorecard, date.min, day - timedelta(days=1))):
        waiting = np.flatnonzero(pending)
        if not len(waiting):
            break
        for found, overall in past_scores.read_overall(connection, one, scorecard, waiting):
            new = pending[found]
            latest[found[new]] = overall[new]
            pending[found] = False
    return latest[keys]


def _from_current(
    connection: sa.Connection, scorecard: int, keys: Keys, day: date, latest: Floats, pending: Bools
) -> None:
    """Fill in what the current scores tell, and mark whose past has to be searched.

    The current score is the latest one. Where it is from before `day`, it or its own previous score is what
    is looked for, so nobody walks through years for tenants that never had a score.
    """
    among, values = narrowed(keys)
    statement = f"""
        select tenant, case when day < ? and scorecard = ? then 1 else 0 end,
               coalesce(overall, previous_score)
        from score_current where {among}
    """  # noqa: S608 - one of two conditions
    for rows in chunks(connection, statement, day, scorecard, *values):
        tenants, settled, scores = (np.array(column) for column in zip(*rows, strict=True))
        told = settled == 1
        latest[tenants[told]] = scores[told].astype(np.float64)
        pending[tenants[~told]] = True
