"""What would give a component its full score: held against trying every whole figure."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_health.scorecard.full_score import full_scores, value_for_full
from client_health.scorecard.model import Component
from tests.scorecard.cast import BUILTIN, MIDDLING, NAN, QUIET, card, columns, component, one_score
from tests.scorecard.test_properties import QUICK, curves

MOST = 400  # whole figures that are tried


def part(**changes) -> Component:
    return card(component(**changes)).components[0]


def targets(measures) -> dict[str, tuple[float | None, float | None]]:
    return {one.key: (one.value_from, one.value_to) for one in full_scores(BUILTIN, columns(measures))}


def test_each_component_says_the_figure_of_its_measure_that_is_enough():
    assert targets(MIDDLING) == {
        "login": (50, 70),
        "case_resolution": (20, 36),
        "campaign_completion": (100, 170),
        "feature_adoption": (7, 9),
        "support_tickets": (5, 0),
    }


def test_what_is_rounded_up_to_100_is_enough():
    assert value_for_full(part(curve=[[0, 0], [1000, 100]]), 900, 1) == 995
    assert one_score(995, curve=[[0, 0], [1000, 100]]) == 100
    assert one_score(994, curve=[[0, 0], [1000, 100]]) == 99


def test_a_component_that_has_it_stays_as_it_is():
    assert targets({**MIDDLING, "active_users": 81.5})["login"] == (81.5, 81.5)


def test_nothing_to_measure_cannot_be_mended_by_the_measure_alone():
    assert targets(QUIET)["case_resolution"] == (0, 0)
    assert targets({**QUIET, "total_users": 0})["login"] == (80, None)


def test_a_missing_figure_says_nothing():
    assert targets({**MIDDLING, "active_users": NAN})["login"] == (None, None)
    assert targets({**MIDDLING, "total_users": NAN})["login"] == (50, None)


@pytest.mark.parametrize("curve", [[[0, 0], [10, 99]], [[0.3, 0], [0.5, 100], [0.7, 0]]])
def test_a_curve_that_no_whole_figure_can_climb_says_so(curve):
    assert value_for_full(part(curve=curve), 3, 1) is None


@QUICK
@given(curves(), st.integers(0, 60), st.sampled_from([0.5, 1.0, 2.5, 7.0, 64.0]))
def test_no_nearer_whole_figure_scores_100(curve, now, per):
    scored = part(curve=curve, per=per)
    found = value_for_full(scored, now, per)
    good = [value for value in range(MOST) if one_score(value, curve=curve, per=per) == 100]
    if found is None:
        assert not good
    else:
        assert one_score(found, curve=curve, per=per) == 100
        assert found == math.floor(found)
        assert all(abs(value - now) >= abs(found - now) for value in good)
