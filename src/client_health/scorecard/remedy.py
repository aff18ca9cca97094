"""What would take a tenant to LOW: for each component, the smallest change of its measure alone."""

from dataclasses import dataclass, replace

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.components import ComponentScores
from client_health.scorecard.fleet import score_fleet
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.risk import Level
from client_health.scorecard.rounding import Floats
from client_health.scorecard.trend import Baseline

MOST_CANDIDATES = 20_001


@dataclass(frozen=True)
class Remedy:
    """A change of one measure. `value_to` is None where this component alone cannot do it."""

    key: str
    measure: str
    value_from: float | None
    value_to: float | None


def remedies(
    scorecard: Scorecard, columns: Columns, age_days: float, baseline: Baseline | None
) -> list[Remedy]:
    """One remedy per component for the one tenant in `columns`; whole figures of a measure are tried."""
    return [_remedy(scorecard, component, columns, age_days, baseline) for component in scorecard.components]


def _remedy(
    scorecard: Scorecard, component: Component, columns: Columns, age_days: float, baseline: Baseline | None
) -> Remedy:
    measure = component.measure
    now = float(columns.value(measure, scorecard.max_age_days)[0])
    if np.isnan(now):
        return Remedy(component.key, measure, None, None)
    candidates = _candidates(component, columns, now)
    tried = _repeated(columns, len(candidates))
    tried = replace(tried, values={**tried.values, measure: candidates})
    ages = np.full(len(candidates), age_days)
    scores = score_fleet(scorecard, tried, ages, _repeated_baseline(baseline, len(candidates)))
    good = candidates[scores.risk_levels == Level.LOW]
    best = float(good[np.argmin(np.abs(good - now))]) if len(good) else None
    return Remedy(component.key, measure, now, best)


def _candidates(component: Component, columns: Columns, now: float) -> Floats:
    """Whole values from 0 to where the curve ends."""
    end = component.curve[-1][0]
    if isinstance(component.per, str):
        per = float(columns.values.get(component.per, np.zeros(1))[0])
        end *= 0.0 if np.isnan(per) else per
    elif component.per is not None:
        end *= component.per
    top = max(np.ceil(end), np.ceil(now))
    return np.unique(np.ceil(np.linspace(0, top, int(min(top + 1, MOST_CANDIDATES)))))


def _repeated(columns: Columns, count: int) -> Columns:
    return Columns(
        count,
        {name: np.repeat(column, count) for name, column in columns.values.items()},
        {name: np.repeat(column, count) for name, column in columns.stale_days.items()},
    )


def _repeated_baseline(baseline: Baseline | None, count: int) -> Baseline | None:
    if baseline is None:
        return None
    parts = baseline.components
    return Baseline(
        ComponentScores(np.repeat(parts.scores, count, axis=1), np.repeat(parts.states, count, axis=1)),
        np.repeat(baseline.overall, count),
    )
