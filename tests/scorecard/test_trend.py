"""Improving, stable or declining."""

import numpy as np
import pytest

from client_health.scorecard.trend import Baseline, comparable_change
from tests.scorecard.cast import (
    BUILTIN,
    FORGOTTEN,
    MIDDLING,
    THRIVING,
    baseline_of,
    card,
    component,
    direction,
    score,
    without,
)

PLAIN = card(component())


def trend_of(then: float, now: float) -> str:
    baseline = baseline_of({"only": then}, scorecard=PLAIN)
    return direction(score({"only": now}, scorecard=PLAIN, baseline=baseline)).name


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (50, 50, "STABLE"),
        (50, 55, "STABLE"),
        (50, 56, "IMPROVING"),
        (50, 45, "STABLE"),
        (50, 44, "DECLINING"),
        (0, 100, "IMPROVING"),
        (100, 0, "DECLINING"),
    ],
)
def test_a_change_counts_above_5_points_and_not_at_5(then: float, now: float, expected: str) -> None:
    assert trend_of(then, now) == expected


def test_a_scorecard_sets_its_own_edges() -> None:
    touchy = card(component(), trend={"improving_above": 1, "declining_below": -2})
    baseline = baseline_of({"only": 50}, {"only": 50}, {"only": 50}, scorecard=touchy)
    scores = score({"only": 52}, {"only": 48}, {"only": 47}, scorecard=touchy, baseline=baseline)
    assert [direction(scores, tenant).name for tenant in range(3)] == ["IMPROVING", "STABLE", "DECLINING"]


def test_without_an_earlier_score_the_trend_is_stable() -> None:
    assert direction(score(THRIVING)).name == "STABLE"
    earlier = score(FORGOTTEN, FORGOTTEN)
    unknown = Baseline(earlier.components, np.array([earlier.overall[0], np.nan]))
    scores = score(THRIVING, THRIVING, baseline=unknown)
    assert [direction(scores, tenant).name for tenant in (0, 1)] == ["IMPROVING", "STABLE"]


def test_a_ticket_system_that_goes_down_does_not_look_like_a_recovery() -> None:
    complaining = {**MIDDLING, "support_tickets": 20}
    down = without(complaining, "support_tickets")
    assert score(down).overall[0] - score(complaining).overall[0] > 5
    assert direction(score(down, baseline=baseline_of(complaining))).name == "STABLE"


def test_its_return_does_not_look_like_a_fall() -> None:
    complaining = {**MIDDLING, "support_tickets": 20}
    down = without(complaining, "support_tickets")
    assert direction(score(complaining, baseline=baseline_of(down))).name == "STABLE"


def test_a_real_fall_shows_although_a_source_is_down() -> None:
    fallen = without({**THRIVING, "active_users": 10}, "support_tickets")
    assert direction(score(fallen, baseline=baseline_of(THRIVING))).name == "DECLINING"


def test_figures_too_old_on_one_date_are_left_out_of_both() -> None:
    complaining = {**MIDDLING, "support_tickets": 20}
    now = score(complaining, baseline=baseline_of(MIDDLING), stale={"support_tickets": [4]})
    assert direction(now).name == "STABLE"


def test_with_nothing_in_common_there_is_nothing_to_compare() -> None:
    halves = card(component("left", 0.5), component("right", 0.5))
    baseline = baseline_of({"left": 100, "right": np.nan}, scorecard=halves)
    scores = score({"left": np.nan, "right": 0}, scorecard=halves, baseline=baseline)
    assert direction(scores).name == "STABLE"
    assert np.isnan(comparable_change(halves, scores.components, scores.overall, baseline)).all()


def test_going_silent_is_a_fall_and_not_a_matter_of_missing_data() -> None:
    assert direction(score(FORGOTTEN, baseline=baseline_of(THRIVING))).name == "DECLINING"


def test_a_decline_turns_a_healthy_tenant_to_medium_and_a_middling_one_to_high() -> None:
    slipping = {"only": 75.0}, {"only": 55.0}
    baseline = baseline_of({"only": 85.0}, {"only": 65.0}, scorecard=PLAIN)
    scores = score(*slipping, scorecard=PLAIN, baseline=baseline)
    assert scores.risk_levels.tolist() == [1, 2]


def test_scoring_the_same_night_twice_gives_the_same_trend() -> None:
    baseline = baseline_of(THRIVING)
    first, second = (score(MIDDLING, baseline=baseline) for _ in range(2))
    assert direction(first) == direction(second)
    assert comparable_change(BUILTIN, second.components, second.overall, baseline)[0] == 63 - 100
