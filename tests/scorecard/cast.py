"""A few tenants with a story each, as measures of the built-in scorecard, and small scorecards."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import FleetScores, score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.risk import Level, Reason
from client_health.scorecard.trend import Baseline, Direction
from client_health.settings.load import builtin_scorecard

Measures = Mapping[str, float]

NAN = float("nan")
BUILTIN = builtin_scorecard()

# Everybody logs in, everything is on time, nobody complains: 100.
THRIVING: Measures = {
    "active_users": 80,
    "total_users": 100,
    "cases_on_time": 40,
    "cases_with_verdict": 40,
    "assignments_completed": 200,
    "assignments_due": 200,
    "features_in_use": 14,
    "features_tracked": 14,
    "support_tickets": 0,
}
# Half of everything, five tickets: component scores 71, 56, 59, 83, 50.
MIDDLING: Measures = {
    **THRIVING,
    "active_users": 50,
    "cases_on_time": 20,
    "assignments_completed": 100,
    "features_in_use": 7,
    "support_tickets": 5,
}
# Signed in yesterday and owes nothing yet: nothing to measure but people and features.
QUIET: Measures = {
    **THRIVING,
    "cases_on_time": 0,
    "cases_with_verdict": 0,
    "assignments_completed": 0,
    "assignments_due": 0,
}
# Nobody logs in any more; features were used in the last 90 days.
ABANDONED: Measures = {**QUIET, "active_users": 0}
# The same, months later.
FORGOTTEN: Measures = {**ABANDONED, "features_in_use": 0}
# Has users, works badly, complains a lot: 0 everywhere.
FAILING: Measures = {**THRIVING, **dict.fromkeys(("active_users", "cases_on_time"), 1), "support_tickets": 40}


def without(tenant: Measures, *measures: str) -> Measures:
    """The tenant on a night on which these measures are missing."""
    return {**tenant, **dict.fromkeys(measures, NAN)}


def columns(*tenants: Measures, stale: Mapping[str, list[float]] | None = None) -> Columns:
    """Columns over tenants that all have the same measures; `stale` holds ages in days per measure."""
    values = {name: np.array([tenant[name] for tenant in tenants], dtype=float) for name in tenants[0]}
    return Columns(len(tenants), values, {name: np.array(ages) for name, ages in (stale or {}).items()})


def score(
    *tenants: Measures,
    scorecard: Scorecard = BUILTIN,
    age_days: float = NAN,
    baseline: Baseline | None = None,
    stale: Mapping[str, list[float]] | None = None,
) -> FleetScores:
    """Score tenants of the same age."""
    return score_fleet(scorecard, columns(*tenants, stale=stale), np.full(len(tenants), age_days), baseline)


def baseline_of(*tenants: Measures, scorecard: Scorecard = BUILTIN) -> Baseline:
    """An earlier date on which the tenants had these measures."""
    earlier = score(*tenants, scorecard=scorecard)
    return Baseline(earlier.components, earlier.overall)


def component(key: str = "only", weight: float = 1.0, **other: Any) -> dict[str, Any]:
    """A component that scores its measure as it is, unless told otherwise."""
    plain = {"name": key.title(), "measure": key, "curve": [[0, 0], [100, 100]]}
    return {"key": key, "weight": weight} | plain | other


def card(*components: dict[str, Any], **other: Any) -> Scorecard:
    """A scorecard of these components."""
    return Scorecard.model_validate({"components": list(components), **other})


def one_score(value: float, **other: Any) -> float:
    """The score of one component for one value."""
    return float(score({"only": value}, scorecard=card(component(**other))).overall[0])


def level(scores: FleetScores, tenant: int = 0) -> Level:
    return Level(scores.risk_levels[tenant])


def reason(scores: FleetScores, tenant: int = 0) -> Reason:
    return Reason(scores.risk_reasons[tenant])


def direction(scores: FleetScores, tenant: int = 0) -> Direction:
    return Direction(scores.trends[tenant])
