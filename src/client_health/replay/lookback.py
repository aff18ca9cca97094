"""The scores of the days before, kept in memory while a replay walks through the dates."""

from collections import deque
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from client_health.scorecard.components import ComponentScores, State
from client_health.scorecard.rounding import Floats
from client_health.scorecard.trend import Baseline
from client_health.store.past_scores import Keys, PastDay


class Lookback:
    """What one scorecard told on the days that the trend looks back on, and each tenant's latest score.

    `size` is one more than the largest surrogate key; days are added oldest first.
    """

    def __init__(self, width: int, days: int, size: int) -> None:
        self._width, self._days = width, days
        self._past: deque[PastDay] = deque()
        self._latest = np.full(size, np.nan)

    def add(self, past: PastDay) -> None:
        """Remember the scores of a date."""
        self._past.append(past)
        known = ~np.isnan(past.overall)
        self._latest[past.tenants[known]] = past.overall[known]

    def remember_latest(self, tenants: Keys, overall: Floats) -> None:
        """Latest scores from before the first day that was added."""
        self._latest[tenants] = overall

    def previous(self, tenants: Keys) -> Floats:
        """Each tenant's latest earlier score; NaN where there is none."""
        latest: Floats = self._latest[tenants]
        return latest

    def baseline(self, day: date, tenants: Keys) -> tuple[Baseline, Sequence[date | None]]:
        """Each tenant's oldest score of the look-back before `day`, and its date."""
        while self._past and self._past[0].day < day - timedelta(days=self._days):
            self._past.popleft()
        count = len(tenants)
        overall = np.full(count, np.nan)
        scores = np.full((self._width, count), np.nan)
        states = np.full((self._width, count), State.MISSING, dtype=np.uint8)
        days = np.full(count, None, dtype=object)
        for past in self._past:
            pending = np.isnan(overall)
            if not pending.any():
                break
            at, found = _match(past, tenants, pending)
            overall[at], days[at] = past.overall[found], past.day
            scores[:, at], states[:, at] = past.components.scores[:, found], past.components.states[:, found]
        return Baseline(ComponentScores(scores, states), overall), days.tolist()


def _match(past: PastDay, tenants: Keys, pending: NDArray[np.bool_]) -> tuple[Keys, Keys]:
    """Places among `tenants` that a past day has a score for, and where that score stands in it."""
    if not len(past.tenants):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    found = np.minimum(np.searchsorted(past.tenants, tenants), len(past.tenants) - 1)
    use = pending & (past.tenants[found] == tenants) & ~np.isnan(past.overall[found])
    return np.flatnonzero(use), found[use]
