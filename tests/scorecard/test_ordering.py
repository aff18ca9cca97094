"""Who must not score below whom."""

import itertools

import numpy as np
import pytest

from tests.scorecard.cast import ABANDONED, FAILING, FORGOTTEN, MIDDLING, QUIET, THRIVING, level, score

MORE_IS_BETTER = {
    "active_users": 100,
    "cases_on_time": 40,
    "assignments_completed": 200,
    "features_in_use": 14,
}


@pytest.mark.parametrize(("measure", "most"), MORE_IS_BETTER.items())
def test_a_tenant_with_more_of_a_good_thing_must_not_score_lower(measure: str, most: int) -> None:
    scores = score(*({**MIDDLING, measure: count} for count in range(1, most + 1))).overall
    assert (np.diff(scores) >= 0).all()
    assert scores[-1] > scores[0]


def test_a_tenant_with_more_tickets_must_not_score_higher() -> None:
    scores = score(*({**MIDDLING, "support_tickets": count} for count in range(30))).overall
    assert (np.diff(scores) <= 0).all()
    assert scores[-1] < scores[0]


def test_the_first_login_must_not_cost_points() -> None:
    for tenant in (THRIVING, MIDDLING, QUIET, FORGOTTEN):
        dark, seen = score({**tenant, "active_users": 0}, {**tenant, "active_users": 1}).overall
        assert seen >= dark


def test_the_cast_is_ranked_by_its_stories() -> None:
    scores = score(THRIVING, QUIET, MIDDLING, ABANDONED, FORGOTTEN).overall
    assert all(better >= worse for better, worse in itertools.pairwise(scores))


def test_a_tenant_going_dark_never_rises() -> None:
    fading = [{**QUIET, "active_users": users} for users in range(100, -1, -1)]
    fading += [{**ABANDONED, "features_in_use": features} for features in range(14, -1, -1)]
    scores = score(*fading)
    assert (np.diff(scores.overall) <= 0).all()
    assert level(scores, -1).name == "HIGH"


def test_work_done_badly_does_not_outrank_work_done_well() -> None:
    assert score(FAILING).overall[0] < score(MIDDLING).overall[0]
