"""Looking back: each tenant's oldest score of the look-back, and its latest earlier score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.scorecard.components import Bools, ComponentScores, State
from client_health.scorecard.trend import Baseline
from client_health.store.schema import health_scores as table
from client_health.store.schema import score_current
from client_health.store.scores import days_scored
from client_health.store.types import Floats, stack
from client_health.store.usage import IN_LIST

NO_KEY = -1  # a tenant that the store does not know yet


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
    tenants: Sequence[int],
    day: date,
    lookback: int,
) -> EarlierScores:
    """Each tenant's oldest score of the last `lookback` days before `day`."""
    days = days_scored(connection, scorecard, day - timedelta(days=lookback), day - timedelta(days=1))
    search = _Search(tenants, components, np.array(tenants) != NO_KEY)
    return search.through(connection, scorecard, days, with_components=True)


def latest_before(connection: sa.Connection, scorecard: int, tenants: Sequence[int], day: date) -> Floats:
    """Each tenant's latest score before `day`; NaN where there is none."""
    days = days_scored(connection, scorecard, date.min, day - timedelta(days=1))
    scored_once = set(connection.scalars(sa.select(score_current.c.tenant)))
    search = _Search(tenants, 0, np.array([key in scored_once for key in tenants], dtype=bool))
    return search.through(connection, scorecard, days[::-1], with_components=False).overall


class _Search:
    """Takes each tenant's score from the first of some days that has one."""

    def __init__(self, tenants: Sequence[int], components: int, pending: Bools) -> None:
        count = len(tenants)
        self._keys = np.array(tenants, dtype=np.int64)
        self._order = np.argsort(self._keys, kind="stable")
        self._width, self._pending = components, pending.copy()
        self._days: list[date | None] = [None] * count
        self._overall = np.full(count, np.nan)
        self._parts = ComponentScores(
            np.full((components, count), np.nan), np.full((components, count), State.MISSING, dtype=np.uint8)
        )

    def through(
        self, connection: sa.Connection, scorecard: int, days: Sequence[date], with_components: bool
    ) -> EarlierScores:
        """Look through the days in their order until every tenant has a score."""
        for day in days:
            if not self._pending.any():
                break
            self._take(day, self._read(connection, scorecard, day, with_components), with_components)
        return EarlierScores(~np.isnan(self._overall), self._overall, self._days, self._parts)

    def _read(
        self, connection: sa.Connection, scorecard: int, day: date, with_components: bool
    ) -> Sequence[sa.Row[tuple[Any, ...]]]:
        columns = (table.c.tenant, table.c.overall, table.c.component_scores, table.c.component_states)
        query = sa.select(*(columns if with_components else columns[:2]))
        query = query.where(table.c.day == day, table.c.scorecard == scorecard, table.c.overall.is_not(None))
        wanted = self._keys[self._pending].tolist()
        if len(wanted) <= IN_LIST:
            query = query.where(table.c.tenant.in_(wanted))
        return connection.execute(query).all()

    def _take(self, day: date, rows: Sequence[sa.Row[tuple[Any, ...]]], with_components: bool) -> None:
        if not rows:
            return
        tenants = np.array([row.tenant for row in rows], dtype=np.int64)
        places = self._order[
            np.minimum(np.searchsorted(self._keys, tenants, sorter=self._order), len(self._keys) - 1)
        ]
        use = (self._keys[places] == tenants) & self._pending[places]
        at = places[use]
        self._overall[at] = np.array([row.overall for row in rows], dtype=np.float64)[use]
        self._pending[at] = False
        for place in at.tolist():
            self._days[place] = day
        if with_components:
            scores = stack([row.component_scores for row in rows], self._width)
            states = ComponentScores.states_from_letters([row.component_states for row in rows], self._width)
            self._parts.scores[:, at], self._parts.states[:, at] = scores[use].T, states[:, use]
