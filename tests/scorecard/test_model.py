"""What may stand in a scorecard."""

from typing import Any

import pytest
from pydantic import ValidationError

from client_health.scorecard.model import Scorecard
from client_health.settings.load import builtin_scorecard, builtin_text, problems
from tests.scorecard.cast import BUILTIN, card, component


def faults(*components: dict[str, Any], **other: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        card(*(components or (component(),)), **other)
    return "\n".join(problems(caught.value))


def test_weights_that_do_not_sum_to_one_are_refused_with_a_suggestion() -> None:
    told = faults(component("left", 0.6), component("right", 0.6))
    assert "the weights sum to 1.2, not to 1" in told
    assert "in the same proportions: left 0.5, right 0.5" in told


def test_weights_that_sum_to_one_but_for_the_last_bit_are_accepted() -> None:
    thirds = [component(key, 1 / 3) for key in ("one", "two", "three")]
    assert len(card(*thirds).components) == 3
    tenths = [component(f"part{number}", 0.1) for number in range(10)]
    assert len(card(*tenths).components) == 10


@pytest.mark.parametrize("weight", [0, -0.5, 1.5, float("nan"), float("inf")])
def test_a_weight_lies_above_zero_and_at_most_at_one(weight: float) -> None:
    assert "components.0.weight" in faults(component(weight=weight))


@pytest.mark.parametrize("curve", [[[1, 0], [0, 100]], [[0, 0], [0, 100]]])
def test_the_values_of_a_curve_must_increase(curve: list[list[float]]) -> None:
    assert f"must increase, but 0 follows {curve[0][0]:g}" in faults(component(curve=curve))


@pytest.mark.parametrize("curve", [[], [[0, 0]], [[0, 0], [1, 101]], [[0, -1], [1, 1]], [[0, 0], [1]]])
def test_a_curve_has_two_points_or_more_with_scores_from_0_to_100(curve: list[list[float]]) -> None:
    assert "components.0.curve" in faults(component(curve=curve))


def test_no_key_may_be_used_twice() -> None:
    assert "duplicate component key left" in faults(component("left", 0.5), component("left", 0.5))


@pytest.mark.parametrize("key", ["", "Login", "9lives", "with space", "a" * 64, "drop;table"])
def test_a_key_is_a_short_lower_case_word(key: str) -> None:
    assert "components.0.key" in faults({**component(), "key": key})


def test_when_empty_is_required_where_per_names_a_measure() -> None:
    told = faults(component("login", per="total_users"))
    assert "'login': when_empty is required because per names the measure 'total_users'" in told
    assert 'a number from 0 to 100, or "exclude"' in told


def test_when_empty_is_not_required_for_a_number() -> None:
    assert card(component(per=10)).components[0].when_empty is None


@pytest.mark.parametrize("when_empty", [-1, 101, "skip"])
def test_when_empty_is_a_score_or_exclude(when_empty: Any) -> None:
    assert "components.0.when_empty" in faults(component(per="base", when_empty=when_empty))


@pytest.mark.parametrize("per", [0, -1])
def test_nothing_is_divided_by_a_number_that_is_not_positive(per: float) -> None:
    assert "components.0.per" in faults(component(per=per))


@pytest.mark.parametrize(
    ("high", "declining", "low"), [(50, 40, 70), (40, 80, 70), (90, 95, 70), (40, 60, 50)]
)
def test_thresholds_out_of_order_are_refused(high: float, declining: float, low: float) -> None:
    told = faults(risk={"high_below": high, "high_below_when_declining": declining, "low_from": low})
    assert told.startswith("risk: thresholds out of order")
    assert f"{high:g}, {declining:g}, {low:g}" in told


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"colour": "red"}, "colour: unknown key"),
        ({"risk": {"hihg_below": 40}}, "risk.hihg_below: unknown key"),
        ({"trend": {"window": 40}}, "trend.window: unknown key"),
    ],
)
def test_an_unknown_key_is_named(where: dict[str, Any], told: str) -> None:
    assert told in faults(**where)


def test_an_unknown_key_of_a_component_is_named() -> None:
    assert "components.0.target: unknown key" in faults(component(target=0.7))


@pytest.mark.parametrize("missing", ["key", "name", "weight", "measure", "curve"])
def test_a_component_says_what_it_lacks(missing: str) -> None:
    incomplete = {key: value for key, value in component().items() if key != missing}
    assert faults(incomplete) == f"components.0.{missing}: is required and missing"


def test_a_bad_point_is_not_called_a_missing_point() -> None:
    told = faults(component(curve=[[0, 0], [1, 101]]))
    assert told.startswith("components.0.curve.1.1: ")
    assert "\n" not in told


def test_a_scorecard_needs_a_component() -> None:
    with pytest.raises(ValidationError):
        Scorecard.model_validate({"components": []})


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("trend", "lookback_days", 0),
        ("trend", "improving_above", -1),
        ("trend", "declining_below", 1),
        ("risk", "grace_days", -1),
    ],
)
def test_figures_out_of_range_are_refused(section: str, key: str, value: float) -> None:
    assert f"{section}.{key}" in faults(**{section: {key: value}})


@pytest.mark.parametrize(
    ("key", "value"), [("max_age_days", -1), ("min_confidence", 1.1), ("name", "My Card")]
)
def test_top_level_figures_out_of_range_are_refused(key: str, value: Any) -> None:
    assert faults(**{key: value}).startswith(f"{key}: ")


def test_a_scorecard_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        BUILTIN.min_confidence = 0.1  # type: ignore[misc]


def test_the_builtin_scorecard_is_the_table_of_the_design() -> None:
    table = [
        ("login", 0.20, "active_users", "total_users", ((0, 0), (0.70, 100)), 0),
        ("case_resolution", 0.25, "cases_on_time", "cases_with_verdict", ((0, 0), (0.90, 100)), 100),
        ("campaign_completion", 0.25, "assignments_completed", "assignments_due", ((0, 0), (0.85, 100)), 100),
        ("feature_adoption", 0.15, "features_in_use", "features_tracked", ((0, 0), (0.60, 100)), 0),
        ("support_tickets", 0.15, "support_tickets", None, ((0, 100), (10, 0)), None),
    ]
    assert [(c.key, c.weight, c.measure, c.per, c.curve, c.when_empty) for c in BUILTIN.components] == table


def test_the_rules_of_the_builtin_scorecard_are_those_of_the_design() -> None:
    assert (BUILTIN.alive_measure, BUILTIN.max_age_days, BUILTIN.min_confidence) == ("active_users", 3, 0.5)
    assert BUILTIN.trend.model_dump() == {"lookback_days": 7, "improving_above": 5, "declining_below": -5}
    assert BUILTIN.risk.model_dump() == {
        "high_below": 40,
        "high_below_when_declining": 60,
        "low_from": 70,
        "high_when_not_alive": True,
        "grace_days": 30,
    }


def test_the_builtin_text_is_what_the_builtin_scorecard_is_read_from() -> None:
    assert builtin_text().startswith("# The built-in scorecard")
    assert builtin_scorecard() == BUILTIN


def test_measures_are_all_that_the_scorecard_reads() -> None:
    assert card(component("left", per="base", when_empty=0), alive_measure="pulse").measures == {
        "left",
        "base",
        "pulse",
    }


def test_the_digest_is_that_of_the_content() -> None:
    assert builtin_scorecard().digest() == BUILTIN.digest()
    assert Scorecard.model_validate(BUILTIN.content()).digest() == BUILTIN.digest()
    spelled_out = card(component(), trend={"lookback_days": 7}, max_age_days=3)
    assert spelled_out.digest() == card(component()).digest()
    assert card(component(weight=1)).digest() == card(component(weight=1.0)).digest()


@pytest.mark.parametrize(
    "changed", [{"min_confidence": 0.4}, {"risk": {"low_from": 71}}, {"trend": {"lookback_days": 8}}]
)
def test_any_change_changes_the_digest(changed: dict[str, Any]) -> None:
    assert card(component(), **changed).digest() != card(component()).digest()
