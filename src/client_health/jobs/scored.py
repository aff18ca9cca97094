"""The scores of one date, by the scorecards that told them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from client_health.scorecard.risk import Level
from client_health.scorecard.sets import Places
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import ScoreRows
from client_health.store.types import Floats
from client_health.usage.tenants import Tenant

FALLS_KEPT = 5


@dataclass(frozen=True)
class ScoredGroup:
    """Tenants that one scorecard scored: their places among the tenants of the run, and their scores."""

    published: PublishedScorecard
    places: Places
    rows: ScoreRows


@dataclass(frozen=True)
class Fleet:
    """The same over all tenants of the run, NaN and None where no scorecard applies."""

    overall: Floats
    baseline: Floats
    baseline_days: Sequence[date | None]
    levels: Sequence[Level]

    @classmethod
    def of(cls, groups: Sequence[ScoredGroup], count: int) -> "Fleet":
        """Put the groups together again."""
        overall, baseline = np.full(count, np.nan), np.full(count, np.nan)
        days: list[date | None] = [None] * count
        levels = np.full(count, Level.UNKNOWN)
        for group in groups:
            overall[group.places], baseline[group.places] = group.rows.overall, group.rows.baseline
            levels[group.places] = group.rows.risk_levels
            for place, day in zip(group.places.tolist(), group.rows.baseline_days, strict=True):
                days[place] = day
        return cls(overall, baseline, days, [Level(level) for level in levels.tolist()])

    def counts(self) -> dict[str, Any]:
        """How many tenants there are, have a score, and stand at each risk level."""
        levels = {level.name: self.levels.count(level) for level in reversed(Level)}
        scored = int((~np.isnan(self.overall)).sum())
        return {"tenants": len(self.overall), "scored": scored, "risk_levels": levels}

    def biggest_falls(self, tenants: Sequence[Tenant]) -> list[dict[str, Any]]:
        """Tenants that fell most since their baseline, the largest fall first."""
        change = self.overall - self.baseline
        order = np.argsort(np.where(np.isnan(change), 0, change), kind="stable")[:FALLS_KEPT].tolist()
        return [
            {
                "tenant_id": tenants[place].tenant_id,
                "name": tenants[place].name,
                "from": int(self.baseline[place]),
                "to": int(self.overall[place]),
                "since": str(self.baseline_days[place]),
            }
            for place in order
            if change[place] < 0
        ]
