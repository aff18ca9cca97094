"""Scoring alone: the product's columns with all their rules against bare NumPy without checks."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.measuring import Result, at_most, in_turns
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import FleetScores, score_fleet
from client_health.scorecard.trend import Baseline
from client_health.settings.load import builtin_scorecard

GOAL = 3.0
HALF = 0.5 + 1e-9
Floats = NDArray[np.float64]


def benchmark(count: int) -> Iterator[Result]:
    """Both score the same fleet; the figures must be equal."""
    scorecard, values, ages = (
        builtin_scorecard(),
        fleet(count, 1),
        np.random.default_rng(3).uniform(0, 2000, count),
    )
    columns = Columns(count, values)
    before = score_fleet(scorecard, Columns(count, fleet(count, 2)), ages)
    baseline = Baseline(before.components, before.overall)
    told: list[FleetScores] = []
    bare: list[tuple[Floats, Floats, Floats]] = []

    def ours() -> None:
        told[:] = [score_fleet(scorecard, columns, ages, baseline)]

    def reference() -> None:
        bare[:] = [bare_scores(values, ages, before.components.scores)]

    ours(), reference()
    mine, theirs = in_turns(ours, reference)
    for mine_told, bare_told in zip(
        (told[0].overall, told[0].trends, told[0].risk_levels), bare[0], strict=True
    ):
        assert np.array_equal(mine_told, bare_told), f"{(mine_told != bare_told).sum()} differ"
    print(f"scoring: {count:,} of {count:,} overall scores, trends and risk levels equal", flush=True)
    yield at_most("scoring", f"{count:,} tenants × 5 components", mine.wall, theirs.wall, GOAL)


def fleet(count: int, seed: int) -> dict[str, Floats]:
    """Measures of a fleet in which one tenant of ten has no case, and one of twenty nobody who logs in."""
    random = np.random.default_rng(seed)
    users = random.integers(1, 500, count).astype(float)
    cases = (random.integers(1, 200, count) * (random.random(count) > 0.1)).astype(float)
    due = (random.integers(1, 900, count) * (random.random(count) > 0.1)).astype(float)
    return {
        "total_users": users,
        "active_users": np.floor(users * random.random(count)) * (random.random(count) > 0.05),
        "cases_with_verdict": cases,
        "cases_on_time": np.floor(cases * random.random(count)),
        "assignments_due": due,
        "assignments_completed": np.floor(due * random.random(count)),
        "features_tracked": np.full(count, 14.0),
        "features_in_use": random.integers(0, 15, count).astype(float),
        "support_tickets": random.poisson(3, count).astype(float),
    }


def bare_scores(values: dict[str, Floats], ages: Floats, before: Floats) -> tuple[Floats, Floats, Floats]:
    """Overall scores, trends and risk levels of the built-in scorecard, as a script would tell them."""
    active, cases, due = values["active_users"], values["cases_with_verdict"], values["assignments_due"]
    silent = active == 0
    with np.errstate(all="ignore"):
        scores = [
            _ratio(active, values["total_users"], 0.70),
            np.where(cases == 0, np.where(silent, np.nan, 100), _ratio(values["cases_on_time"], cases, 0.90)),
            np.where(
                due == 0, np.where(silent, np.nan, 100), _ratio(values["assignments_completed"], due, 0.85)
            ),
            _ratio(values["features_in_use"], values["features_tracked"], 0.60),
            np.floor(np.maximum(100 - 10 * values["support_tickets"], 0) + HALF),
        ]
    overall = _weigh(scores)
    change = overall - _weigh(before)
    trends = np.where(change > 5, 1, np.where(change < -5, 2, 0))
    declining = change < -5
    high = (overall < 40) | ((overall < 60) & declining) | silent
    levels = np.where(ages < 30, 3, np.where(high, 2, np.where((overall < 70) | declining, 1, 0)))
    return overall, trends, levels


def _ratio(value: Floats, per: Floats, target: float) -> Floats:
    return np.floor(np.minimum(value / per / target, 1) * 100 + HALF)


def _weigh(scores: list[Floats] | Floats) -> Floats:
    total, in_force = np.zeros(len(scores[0])), np.zeros(len(scores[0]))
    for weight, score in zip((0.20, 0.25, 0.25, 0.15, 0.15), scores, strict=True):
        known = ~np.isnan(score)
        total += np.where(known, score, 0) * weight
        in_force += known * weight
    return np.floor(total / in_force + HALF)
