"""From measures to component scores."""

import numpy as np
import pytest

from client_health.scorecard.components import ComponentScores, State
from tests.scorecard.cast import (
    ABANDONED,
    BUILTIN,
    MIDDLING,
    NAN,
    QUIET,
    THRIVING,
    Measures,
    card,
    component,
    one_score,
    score,
    without,
)

KEYS = [each.key for each in BUILTIN.components]
RATIO = {"per": "base", "when_empty": 0, "curve": [[0, 0], [0.9, 100]]}


def scores_of(tenant: Measures) -> dict[str, float]:
    return dict(zip(KEYS, score(tenant).components.scores[:, 0], strict=True))


def states_of(tenant: Measures, **other: object) -> dict[str, int]:
    return dict(zip(KEYS, score(tenant, **other).components.states[:, 0].tolist(), strict=True))  # type: ignore[arg-type]


def ratio_score(value: float, base: float, **other: object) -> float:
    return float(
        score({"only": value, "base": base}, scorecard=card(component(**RATIO | other))).components.scores[
            0, 0
        ]
    )


def test_a_thriving_tenant_has_full_marks() -> None:
    assert set(scores_of(THRIVING).values()) == {100}


def test_each_component_of_the_builtin_scorecard_has_its_own_target() -> None:
    assert scores_of(MIDDLING) == {
        "login": 71,
        "case_resolution": 56,
        "campaign_completion": 59,
        "feature_adoption": 83,
        "support_tickets": 50,
    }


@pytest.mark.parametrize(("value", "expected"), [(-5, 10), (0, 10), (10, 30), (20, 50), (60, 70), (200, 90)])
def test_a_curve_runs_straight_between_its_points_and_is_clamped_at_both_ends(
    value: float, expected: float
) -> None:
    assert one_score(value, curve=[[0, 10], [20, 50], [100, 90]]) == expected


@pytest.mark.parametrize(("tickets", "expected"), [(0, 100), (1, 90), (9, 10), (10, 0), (11, 0), (10_000, 0)])
def test_a_decreasing_curve_takes_points_away(tickets: float, expected: float) -> None:
    assert one_score(tickets, curve=[[0, 100], [10, 0]]) == expected


@pytest.mark.parametrize(("value", "expected"), [(62.4, 62), (62.5, 63), (61.5, 62), (0.5, 1), (99.5, 100)])
def test_halves_are_rounded_up(value: float, expected: float) -> None:
    assert one_score(value) == expected


def test_99_of_400_through_the_curve_to_90_percent_is_exactly_27_5_and_so_28() -> None:
    assert ratio_score(99, 400) == 28


def test_a_number_may_stand_below_the_fraction() -> None:
    assert one_score(3, per=4, curve=[[0, 0], [1, 100]]) == 75


def test_the_empty_figures_of_the_builtin_scorecard_are_those_of_the_design() -> None:
    nothing = {**dict.fromkeys(THRIVING, 0.0), "active_users": 1.0}
    assert scores_of(nothing) == {
        "login": 0,
        "case_resolution": 100,
        "campaign_completion": 100,
        "feature_adoption": 0,
        "support_tickets": 100,
    }


@pytest.mark.parametrize(("when_empty", "expected"), [(0, 0), (40, 40), (62.5, 63), (100, 100)])
def test_a_tenant_with_nothing_to_measure_gets_what_when_empty_says(
    when_empty: float, expected: float
) -> None:
    assert ratio_score(0, 0, when_empty=when_empty) == expected


def test_an_excluded_empty_component_is_left_out() -> None:
    assert np.isnan(ratio_score(0, 0, when_empty="exclude"))


def test_zero_tickets_are_a_real_zero_and_not_empty() -> None:
    assert states_of(THRIVING)["support_tickets"] == State.MEASURED


@pytest.mark.parametrize("measure", ["cases_on_time", "cases_with_verdict"])
def test_a_component_without_one_of_its_measures_is_missing(measure: str) -> None:
    night = without(THRIVING, measure)
    assert np.isnan(scores_of(night)["case_resolution"])
    assert states_of(night)["case_resolution"] == State.MISSING


def test_a_missing_numerator_over_zero_is_missing_and_not_empty() -> None:
    assert states_of(without(QUIET, "cases_on_time"))["case_resolution"] == State.MISSING


def test_a_measure_that_no_query_returns_is_missing_for_everybody() -> None:
    scores = score({"only": 50.0}, scorecard=card(component(weight=0.5), component("other", 0.5)))
    assert scores.components.missing[:, 0].tolist() == [False, True]


@pytest.mark.parametrize(("age", "state"), [(1, State.STALE), (3, State.STALE), (4, State.MISSING)])
def test_figures_stand_in_up_to_max_age_days_and_are_then_missing(age: float, state: State) -> None:
    assert states_of(THRIVING, stale={"support_tickets": [age]})["support_tickets"] == state


def test_one_stale_measure_makes_its_component_stale() -> None:
    assert states_of(THRIVING, stale={"total_users": [2]})["login"] == State.STALE


def test_a_stale_measure_of_one_tenant_leaves_the_others_fresh() -> None:
    scores = score(THRIVING, THRIVING, stale={"support_tickets": [NAN, 2]})
    assert scores.components.stale[KEYS.index("support_tickets")].tolist() == [False, True]


def test_stale_figures_score_as_fresh_ones_do() -> None:
    assert score(MIDDLING, stale={"support_tickets": [3]}).overall[0] == score(MIDDLING).overall[0]


def test_an_empty_stale_component_is_both() -> None:
    night = states_of(QUIET, stale={"cases_with_verdict": [1]})
    assert night["case_resolution"] == State.STALE + State.EMPTY


def test_silence_earns_nothing() -> None:
    scores, states = scores_of(ABANDONED), states_of(ABANDONED)
    for key in ("case_resolution", "campaign_completion"):
        assert np.isnan(scores[key])
        assert states[key] == State.SILENT


def test_a_silent_tenant_keeps_the_zeros_of_its_empty_components() -> None:
    deserted = {**ABANDONED, "total_users": 0.0}
    assert scores_of(deserted)["login"] == 0
    assert states_of(deserted)["login"] == State.EMPTY


def test_a_silent_tenant_keeps_what_it_really_did() -> None:
    assert scores_of({**THRIVING, "active_users": 0.0})["case_resolution"] == 100


def test_a_missing_alive_measure_switches_the_rule_off() -> None:
    assert scores_of(without(ABANDONED, "active_users"))["case_resolution"] == 100


def test_a_scorecard_without_alive_measure_has_no_such_rule() -> None:
    parts = component(per="base", when_empty=100)
    assert score({"only": 0.0, "base": 0.0}, scorecard=card(parts)).overall[0] == 100


def test_a_stale_alive_measure_still_counts_until_it_is_too_old() -> None:
    def case_resolution(age: float) -> float:
        night = score(ABANDONED, stale={"active_users": [age]})
        return float(night.components.scores[KEYS.index("case_resolution"), 0])

    assert np.isnan(case_resolution(3))
    assert case_resolution(4) == 100


def test_states_survive_being_stored_as_letters() -> None:
    states = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]], dtype=np.uint8)
    letters = ComponentScores(np.zeros((3, 3)), states).letters()
    assert letters == ["vqX", "eVQ", "xE-"]
    assert (ComponentScores.states_from_letters(letters, 3) == states).all()
