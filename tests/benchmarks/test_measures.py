"""What is compared, and how it becomes whole numbers."""

import numpy as np
import pytest

from client_health.benchmarks.measures import compared, values_of
from client_health.scorecard.columns import Columns
from client_health.scorecard.model import Scorecard
from client_health.settings.load import builtin_scorecard
from client_health.settings.model import BenchmarkMeasure

LATE = {"key": "late", "name": "Late cases", "measure": "cases_late", "per": "cases", "when_empty": 100}
CALLS = {"key": "calls", "name": "Calls", "measure": "calls", "per": 10, "curve": [[0, 0], [1, 100]]}
CARD = Scorecard.model_validate(
    {"components": [LATE | {"weight": 0.5, "curve": [[0, 100], [1, 0]]}, CALLS | {"weight": 0.5}]}
)
DAYS = BenchmarkMeasure(measure="days", name="Days", high_is_good=False)


def values(extra=(), stale=None, **measures):
    columns = {name: np.array([float(value)]) for name, value in measures.items()}
    ages = {name: np.array([float(age)]) for name, age in (stale or {}).items()}
    found = values_of(CARD, np.array([70.0]), np.array([[60.0], [np.nan]]), Columns(1, columns, ages), extra)
    return {name: None if np.isnan(column[0]) else column[0] for name, column in found.items()}


def test_the_built_in_scorecard_compares_four_ratios():
    found = compared([builtin_scorecard()], [])
    assert [key for key in found if key.startswith("ratio:")] == [
        "ratio:login",
        "ratio:case_resolution",
        "ratio:campaign_completion",
        "ratio:feature_adoption",
    ]
    assert len(found) == 1 + 5 + 4
    assert found["ratio:feature_adoption"].name.endswith("features in use of features tracked")


def test_only_what_is_per_a_measure_is_a_ratio_and_a_falling_curve_says_that_less_is_better():
    found = compared([CARD], [DAYS])
    assert list(found) == ["overall", "score:late", "score:calls", "ratio:late", "measure:days"]
    assert [one.high_is_good for one in found.values()] == [True, True, True, False, False]
    assert [one.unit for one in found.values()] == ["points", "points", "points", "percent", "number"]


def test_several_scorecards_are_compared_by_the_keys_of_their_components():
    found = compared([builtin_scorecard(), CARD, CARD], [])
    assert len(found) == 1 + 7 + 5


@pytest.mark.parametrize(("late", "cases", "percent"), [(1, 8, 13), (1, 3, 33), (5, 4, 125), (0, 9, 0)])
def test_a_ratio_is_a_whole_percentage_rounded_half_up(late, cases, percent):
    assert values(cases_late=late, cases=cases)["ratio:late"] == percent


@pytest.mark.parametrize("measures", [{"cases_late": 0, "cases": 0}, {"cases_late": 1}, {"cases": 4}, {}])
def test_a_ratio_of_nothing_or_of_something_missing_is_none(measures):
    assert values(**measures)["ratio:late"] is None


def test_a_component_that_is_left_out_is_none():
    found = values()
    assert (found["overall"], found["score:late"], found["score:calls"]) == (70, 60, None)


def test_a_measure_is_rounded_half_up_and_none_where_it_is_missing_or_too_old():
    assert values([DAYS], days=2.5)["measure:days"] == 3
    assert values([DAYS])["measure:days"] is None
    assert values([DAYS], days=2.5, stale={"days": 3})["measure:days"] == 3
    assert values([DAYS], days=2.5, stale={"days": 4})["measure:days"] is None
