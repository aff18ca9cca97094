"""Risk level of each tenant, and the reason where the score alone does not decide."""

from enum import IntEnum

import numpy as np

from client_health.scorecard.components import Bools, Codes
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import TOLERANCE, Floats
from client_health.scorecard.trend import Direction


class Level(IntEnum):
    """The risk level of a tenant."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    UNKNOWN = 3


class Reason(IntEnum):
    """Which rule decided the risk level."""

    SCORE = 0
    NOT_ALIVE = 1
    MISSING_DATA = 2
    NEW = 3
    NO_SCORE = 4


def risk(
    scorecard: Scorecard,
    score: Floats,
    directions: Codes,
    missing_weight: Floats,
    not_alive: Bools,
    age_days: Floats,
) -> tuple[Codes, Codes]:
    """Levels and reasons; exceptions come first: no score, new, too little data, not alive.

    `age_days` is the tenant's age at the run's instant, NaN where it is unknown.
    """
    rules = scorecard.risk
    levels, reasons = _by_score(scorecard, score, directions), np.zeros(len(score), dtype=np.uint8)
    if rules.high_when_not_alive:
        levels[not_alive], reasons[not_alive] = Level.HIGH, Reason.NOT_ALIVE
    exceptions = (
        (missing_weight > 1 - scorecard.min_confidence + TOLERANCE, Reason.MISSING_DATA),
        ((age_days < rules.grace_days) & (rules.grace_days > 0), Reason.NEW),
        (np.isnan(score), Reason.NO_SCORE),
    )
    for where, reason in exceptions:
        levels[where], reasons[where] = Level.UNKNOWN, reason
    return levels, reasons


def _by_score(scorecard: Scorecard, score: Floats, directions: Codes) -> Codes:
    rules, declining = scorecard.risk, directions == Direction.DECLINING
    levels = np.full(len(score), Level.LOW, dtype=np.uint8)
    levels[(score < rules.low_from) | declining] = Level.MEDIUM
    levels[(score < rules.high_below) | ((score < rules.high_below_when_declining) & declining)] = Level.HIGH
    return levels
