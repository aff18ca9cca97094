"""Improving, stable or declining: this score against the oldest one of the look-back."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from client_health.scorecard.components import Codes, ComponentScores
from client_health.scorecard.composite import overall
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats


class Direction(IntEnum):
    """The trend of a health score."""

    STABLE = 0
    IMPROVING = 1
    DECLINING = 2


@dataclass(frozen=True)
class Baseline:
    """Scores of an earlier date, aligned with the tenants that are scored now.

    `overall` is NaN for a tenant without an earlier score; its components are then ignored.
    """

    components: ComponentScores
    overall: Floats


def trend(scorecard: Scorecard, now: ComponentScores, score: Floats, baseline: Baseline | None) -> Codes:
    """Direction of each tenant, told over the components that are missing on neither date.

    `score` is the overall score of `now`.
    """
    directions = np.zeros(len(score), dtype=np.uint8)
    if baseline is None:
        return directions
    change = comparable_change(scorecard, now, score, baseline)
    directions[change > scorecard.trend.improving_above] = Direction.IMPROVING
    directions[change < scorecard.trend.declining_below] = Direction.DECLINING
    return directions


def comparable_change(
    scorecard: Scorecard, now: ComponentScores, score: Floats, baseline: Baseline
) -> Floats:
    """Change of the score over the common components; NaN where there is nothing to compare."""
    missing = now.missing | baseline.components.missing
    change = score - baseline.overall
    apart = missing.any(axis=0) & ~np.isnan(baseline.overall)
    if apart.any():
        common = ~missing[:, apart]
        then = overall(scorecard, baseline.components.at(apart).only(common))
        change[apart] = overall(scorecard, now.at(apart).only(common)) - then
    return change
