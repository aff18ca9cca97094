"""From component scores to the overall score, its contributions and its confidence."""

import numpy as np
import pytest

from client_health.scorecard.composite import contributions
from tests.scorecard.cast import (
    ABANDONED,
    BUILTIN,
    FORGOTTEN,
    MIDDLING,
    QUIET,
    THRIVING,
    card,
    component,
    level,
    reason,
    score,
    without,
)

HALVES = card(component("left", 0.5), component("right", 0.5))


@pytest.mark.parametrize(
    ("left", "right", "expected"), [(62, 63, 63), (0, 1, 1), (40, 40, 40), (0, 100, 50), (99, 100, 100)]
)
def test_the_overall_score_is_the_weighted_mean_rounded_half_up(
    left: float, right: float, expected: float
) -> None:
    assert score({"left": left, "right": right}, scorecard=HALVES).overall[0] == expected


def test_the_overall_score_is_made_of_the_rounded_component_scores() -> None:
    assert score({"left": 62.5, "right": 62.5}, scorecard=HALVES).overall[0] == 63
    assert score({"left": 10.4, "right": 11.4}, scorecard=HALVES).overall[0] == 11


def test_the_middling_tenant_scores_63() -> None:
    # 0.20 × 71 + 0.25 × 56 + 0.25 × 59 + 0.15 × 83 + 0.15 × 50 = 62.9
    assert score(MIDDLING).overall[0] == 63


def test_the_weights_of_missing_components_go_to_the_others() -> None:
    # (0.25 × 56 + 0.25 × 59 + 0.15 × 83 + 0.15 × 50) / 0.80 = 60.875
    assert score(without(MIDDLING, "active_users")).overall[0] == 61


def test_missing_is_neither_zero_nor_100() -> None:
    assert score(without(MIDDLING, "support_tickets")).overall[0] == 65
    assert score({**MIDDLING, "support_tickets": 0}).overall[0] == 70
    assert score({**MIDDLING, "support_tickets": 10}).overall[0] == 55


def test_a_quiet_tenant_whose_people_log_in_scores_100() -> None:
    assert score(QUIET).overall[0] == 100


def test_a_tenant_that_nobody_uses_falls_to_30_once_its_features_lapse() -> None:
    assert score(FORGOTTEN).overall[0] == 30
    assert score(ABANDONED, FORGOTTEN).overall.tolist() == [60, 30]


def test_a_tenant_that_nobody_uses_is_high_risk_from_the_first_day() -> None:
    scores = score(ABANDONED, FORGOTTEN)
    assert [level(scores, tenant).name for tenant in (0, 1)] == ["HIGH", "HIGH"]
    assert [reason(scores, tenant).name for tenant in (0, 1)] == ["NOT_ALIVE", "NOT_ALIVE"]


def test_contributions_are_the_points_that_each_component_brings() -> None:
    points = contributions(BUILTIN, score(MIDDLING).components)
    assert points[:, 0] == pytest.approx([14.2, 14.0, 14.75, 12.45, 7.5])
    assert points.sum() == pytest.approx(62.9)


def test_contributions_share_out_the_weight_of_what_is_missing() -> None:
    points = contributions(BUILTIN, score(without(MIDDLING, "active_users")).components)[:, 0]
    assert np.isnan(points[0])
    assert np.nansum(points) == pytest.approx(60.875)


def test_confidence_is_full_where_everything_is_fresh_or_empty() -> None:
    assert score(THRIVING, QUIET, FORGOTTEN).confidence.tolist() == [1, 1, 1]


def test_missing_weight_lowers_confidence() -> None:
    assert score(without(THRIVING, "active_users", "support_tickets")).confidence[0] == 0.65


def test_stale_weight_lowers_confidence() -> None:
    assert score(THRIVING, stale={"support_tickets": [1]}).confidence[0] == 0.85


def test_an_excluded_component_does_not_lower_confidence() -> None:
    parts = component("left", 0.5, per="base", when_empty="exclude"), component("right", 0.5)
    scores = score({"left": 0, "base": 0, "right": 80}, scorecard=card(*parts))
    assert scores.overall[0] == 80
    assert scores.confidence[0] == 1


def test_without_any_component_in_force_there_is_no_score_and_the_risk_is_unknown() -> None:
    scores = score(without(THRIVING, *THRIVING))
    assert np.isnan(scores.overall[0])
    assert np.isnan(contributions(BUILTIN, scores.components)).all()
    assert scores.confidence[0] == 0
    assert (level(scores).name, reason(scores).name) == ("UNKNOWN", "NO_SCORE")


def test_a_tenant_with_everything_excluded_has_no_score_either() -> None:
    lonely = card(component(per="base", when_empty="exclude"))
    scores = score({"only": 0, "base": 0}, scorecard=lonely)
    assert np.isnan(scores.overall[0])
    assert (level(scores).name, reason(scores).name) == ("UNKNOWN", "NO_SCORE")


def test_no_tenant_at_all_is_scored_to_nothing() -> None:
    nobody = score({"left": 1, "right": 1}, scorecard=HALVES).overall[:0]
    assert nobody.tolist() == []
