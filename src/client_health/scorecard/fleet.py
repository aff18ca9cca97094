"""Scores of many tenants at once: the whole of the scoring in one call."""

from dataclasses import dataclass

from client_health.scorecard.columns import Columns
from client_health.scorecard.components import Codes, ComponentScores, not_alive, score_components
from client_health.scorecard.composite import confidence, missing_weight, overall
from client_health.scorecard.model import Scorecard
from client_health.scorecard.risk import risk
from client_health.scorecard.rounding import Floats
from client_health.scorecard.trend import Baseline, trend


@dataclass(frozen=True)
class FleetScores:
    """One entry per tenant in every column; codes are of `Direction`, `Level` and `Reason`."""

    components: ComponentScores
    overall: Floats
    confidence: Floats
    trends: Codes
    risk_levels: Codes
    risk_reasons: Codes


def score_fleet(
    scorecard: Scorecard, columns: Columns, age_days: Floats, baseline: Baseline | None = None
) -> FleetScores:
    """Score all tenants. `age_days`: age at the run's instant (NaN: unknown); `baseline`: for the trend."""
    components = score_components(scorecard, columns)
    score = overall(scorecard, components)
    directions = trend(scorecard, components, score, baseline)
    missing, silent = missing_weight(scorecard, components), not_alive(scorecard, columns)
    levels, reasons = risk(scorecard, score, directions, missing, silent, age_days)
    return FleetScores(components, score, confidence(scorecard, components), directions, levels, reasons)
