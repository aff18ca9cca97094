"""Telling the trends of later dates anew, after an earlier date has changed."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.scorecard.risk import Reason, risk
from client_health.scorecard.trend import trend
from client_health.store import current, earlier, scores
from client_health.store.scorecards import PublishedScorecard
from client_health.store.scores import ScoreRows


def retrend(connection: sa.Connection, published: PublishedScorecard, day: date) -> int:
    """Recompute trend, risk and what they were told from on the dates whose look-back holds `day`.

    Returns the number of dates. Component scores and overall scores stay as they are.
    """
    last = day + timedelta(days=published.scorecard.trend.lookback_days)
    later = scores.days_scored(connection, published.id, day + timedelta(days=1), last)
    for one in later:
        rows = scores.read_day(connection, one, published.id, len(published.scorecard.components))
        told = _tell(connection, published, rows)
        scores.write(connection, told)
        current.follow(connection, told, refresh=True)
    return len(later)


def _tell(connection: sa.Connection, published: PublishedScorecard, rows: ScoreRows) -> ScoreRows:
    scorecard, keys = published.scorecard, rows.tenants.tolist()
    width, lookback = len(scorecard.components), scorecard.trend.lookback_days
    baseline = earlier.oldest_within(connection, published.id, width, keys, rows.day, lookback)
    previous = earlier.latest_before(connection, published.id, keys, rows.day)
    directions = trend(scorecard, rows.components, rows.overall, baseline.baseline)
    nothing = np.zeros(len(keys))
    levels, _ = risk(scorecard, rows.overall, directions, nothing, nothing > 0, nothing * np.nan)
    by_score = rows.risk_reasons == Reason.SCORE
    return replace(
        rows,
        previous=previous,
        baseline=baseline.overall,
        baseline_days=baseline.days,
        trends=directions,
        risk_levels=np.where(by_score, levels, rows.risk_levels).astype(np.uint8),
    )
