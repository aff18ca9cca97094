"""Looking back: each tenant's oldest score of the look-back, and its latest earlier score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.scorecard.components import Bools, ComponentScores, State
from client_health.scorecard.trend import Baseline
from client_health.store.schema import score_current
from client_health.store.scores import days_scored, read_day
from client_health.store.types import Floats

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
        return Baseline(self.components, self.known)


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
    return _first_found(connection, scorecard, components, tenants, days, np.array(tenants) != NO_KEY)


def latest_before(
    connection: sa.Connection, scorecard: int, components: int, tenants: Sequence[int], day: date
) -> EarlierScores:
    """Each tenant's latest score before `day`."""
    days = days_scored(connection, scorecard, date.min, day - timedelta(days=1))
    scored_once = set(connection.scalars(sa.select(score_current.c.tenant)))
    worth_looking = np.array([key in scored_once for key in tenants], dtype=bool)
    return _first_found(connection, scorecard, components, tenants, days[::-1], worth_looking)


def _first_found(
    connection: sa.Connection,
    scorecard: int,
    width: int,
    tenants: Sequence[int],
    days: Sequence[date],
    pending: Bools,
) -> EarlierScores:
    """Take each tenant's score from the first of `days` that has one."""
    keys = np.array(tenants, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    pending, known = pending.copy(), np.zeros(len(keys), dtype=bool)
    found_days: list[date | None] = [None] * len(keys)
    score = np.full(len(keys), np.nan)
    parts = ComponentScores(
        np.full((width, len(keys)), np.nan), np.full((width, len(keys)), State.MISSING, dtype=np.uint8)
    )
    for day in days:
        if not pending.any():
            break
        rows = read_day(connection, day, scorecard, width, keys[pending].tolist())
        places, hits = _places(keys, order, rows.tenants)
        use = hits & pending[places] & ~np.isnan(rows.overall)
        at = places[use]
        score[at], known[at], pending[at] = rows.overall[use], True, False
        parts.scores[:, at], parts.states[:, at] = (
            rows.components.scores[:, use],
            rows.components.states[:, use],
        )
        for place in at.tolist():
            found_days[place] = day
    return EarlierScores(known, score, found_days, parts)


def _places(
    keys: NDArray[np.int64], order: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Bools]:
    """Where each of `wanted` stands in `keys`, and whether it stands there at all."""
    if not len(wanted):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    near = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    places = order[near]
    return places, keys[places] == wanted
