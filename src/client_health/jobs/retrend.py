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
        for rows in scores.read_parts(connection, one, published.id, len(published.scorecard.components)):
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
    told = replace(
        rows,
        previous=previous,
        baseline=baseline.overall,
        baseline_days=baseline.days,
        trends=directions,
        risk_levels=np.where(by_score, levels, rows.risk_levels).astype(np.uint8),
    )
    return keep_told(connection, published, told, rows)


def keep_told(
    connection: sa.Connection, published: PublishedScorecard, told: ScoreRows, before: ScoreRows
) -> ScoreRows:
    """What is told anew of a date, but where the trend was told from a date that is no longer stored.

    Retention drops dates. A trend that nobody could tell any more stays as it was, as long as the score did.
    """
    first = told.day - timedelta(days=published.scorecard.trend.lookback_days)
    there = set(scores.days_scored(connection, published.id, first, told.day - timedelta(days=1)))
    is_gone = np.array([day is not None and day not in there for day in before.baseline_days], dtype=bool)
    if not is_gone.any():
        return told
    at = np.minimum(np.searchsorted(before.tenants, told.tenants), len(before.tenants) - 1)
    same = (before.tenants[at] == told.tenants) & (before.overall[at] == told.overall)
    keep = same & is_gone[at]
    days = zip(keep.tolist(), at.tolist(), told.baseline_days, strict=True)
    return replace(
        told,
        previous=np.where(keep, before.previous[at], told.previous),
        baseline=np.where(keep, before.baseline[at], told.baseline),
        baseline_days=[before.baseline_days[place] if kept else day for kept, place, day in days],
        trends=np.where(keep, before.trends[at], told.trends),
        risk_levels=np.where(keep, before.risk_levels[at], told.risk_levels),
    )
