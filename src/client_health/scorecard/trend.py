"""Improving, stable or declining: this score against the oldest one of the look-back."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from client_health.scorecard.components import Bools, Codes, ComponentScores
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
    """Component scores of an earlier date, aligned with the tenants that are scored now.

    `known` is False for a tenant without an earlier score; its columns are then ignored.
    """

    components: ComponentScores
    known: Bools


def trend(scorecard: Scorecard, now: ComponentScores, baseline: Baseline | None) -> Codes:
    """Direction of each tenant, told over the components that are missing on neither date."""
    directions = np.zeros(now.scores.shape[1], dtype=np.uint8)
    if baseline is None:
        return directions
    change = comparable_change(scorecard, now, baseline)
    directions[change > scorecard.trend.improving_above] = Direction.IMPROVING
    directions[change < scorecard.trend.declining_below] = Direction.DECLINING
    return directions


def comparable_change(scorecard: Scorecard, now: ComponentScores, baseline: Baseline) -> Floats:
    """Change of the score over the common components; NaN where there is nothing to compare."""
    common = ~(now.missing | baseline.components.missing)
    then = overall(scorecard, baseline.components.only(common))
    change: Floats = overall(scorecard, now.only(common)) - then
    return np.where(baseline.known, change, np.nan)
