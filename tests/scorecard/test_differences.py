"""What two sets of scorecards differ in, in lines that people read."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.scorecard.differences import differences
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet
from tests.scorecard.cast import BUILTIN, card, component

HALVES = (component("left", 0.5, per="base", when_empty=0), component("right", 0.5))


def of(*cards: Scorecard) -> ScorecardSet:
    return ScorecardSet(cards)


def lines(before: Scorecard | ScorecardSet, after: Scorecard | ScorecardSet) -> list[str]:
    """The differences as they are printed."""
    sets = [each if isinstance(each, ScorecardSet) else of(each) for each in (before, after)]
    return [str(one) for one in differences(*sets)]


def left(**changed: Any) -> Scorecard:
    """The two halves with another left one."""
    return card({**HALVES[0], **changed}, HALVES[1])


def test_a_set_does_not_differ_from_itself() -> None:
    assert lines(BUILTIN, BUILTIN) == []
    assert lines(BUILTIN, Scorecard.model_validate(BUILTIN.content())) == []


def test_weights_are_told_as_shares() -> None:
    after = card({**HALVES[0], "weight": 0.125}, {**HALVES[1], "weight": 0.875})
    assert lines(card(*HALVES), after) == [
        "default, left: weight 50% → 12.5%",
        "default, right: weight 50% → 87.5%",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"curve": [[0, 0], [0.5, 80], [1, 100]]}, "curve (0, 0), (100, 100) → (0, 0), (0.5, 80), (1, 100)"),
        ({"curve": [[0, 0], [2_500_000, 100]]}, "curve (0, 0), (100, 100) → (0, 0), (2500000, 100)"),
        ({"name": "Logins"}, "name Left → Logins"),
        ({"measure": "other"}, "measure left → other"),
        ({"per": "users"}, "per base → users"),
        ({"per": 5, "when_empty": 0}, "per base → 5"),
        ({"when_empty": "exclude"}, "when_empty 0 → exclude"),
        ({"when_empty": 62.5}, "when_empty 0 → 62.5"),
    ],
)
def test_a_change_of_a_component_is_told_with_both_values(changed: dict[str, Any], told: str) -> None:
    assert lines(card(*HALVES), left(**changed)) == [f"default, left: {told}"]


def test_small_changes_of_large_figures_show() -> None:
    before, after = (left(curve=[[0, 0], [most, 100]]) for most in (1_234_567, 1_234_568))
    assert lines(before, after) == ["default, left: curve (0, 0), (1234567, 100) → (0, 0), (1234568, 100)"]
    shares = (
        card({**HALVES[0], "weight": share}, {**HALVES[1], "weight": 1 - share})
        for share in (0.07, 0.0700001)
    )
    assert lines(*shares)[0] == "default, left: weight 7% → 7.00001%"


def test_what_is_no_longer_named_is_nothing() -> None:
    plain = card(component("left", per=2))
    assert lines(plain, card(component("left"))) == ["default, left: per 2 → nothing"]
    assert lines(card(component("left")), plain) == ["default, left: per nothing → 2"]


def test_components_that_come_and_go_are_told_by_weight_and_value() -> None:
    before, after = card(*HALVES), card(HALVES[0], component("third", 0.5))
    assert lines(before, after) == [
        "default: component right is gone; it was 50% for right",
        "default: component third is new: 50% for third",
    ]
    assert lines(card(HALVES[1], component("other", 0.5)), before)[-1] == (
        "default: component left is new: 50% for left / base"
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"risk": {"high_below": 35}}, "risk.high_below 40 → 35"),
        ({"risk": {"high_when_not_alive": True}}, "risk.high_when_not_alive no → yes"),
        ({"risk": {"grace_days": 30}}, "risk.grace_days 0 → 30"),
        ({"trend": {"lookback_days": 14}}, "trend.lookback_days 7 → 14"),
        ({"trend": {"declining_below": -2.5}}, "trend.declining_below -5 → -2.5"),
        ({"max_age_days": 1}, "max_age_days 3 → 1"),
        ({"min_confidence": 0.75}, "min_confidence 0.5 → 0.75"),
        ({"alive_measure": "pulse"}, "alive_measure nothing → pulse"),
        ({"applies_to": {"segment": ["Key", "Top"]}}, "applies_to all tenants → segment Key, Top"),
        (
            {"applies_to": {"industry": ["Mining"], "employees_from": 100, "employees_to": 2000}},
            "applies_to all tenants → industry Mining; employees_from 100; employees_to 2000",
        ),
    ],
)
def test_a_change_of_a_rule_is_told_both_ways(changed: dict[str, Any], told: str) -> None:
    before, after = card(*HALVES), card(*HALVES, **changed)
    assert lines(before, after) == [f"default: {told}"]
    what, _, values = told.partition(" ")
    old, _, new = values.partition(" → ")
    assert lines(after, before) == [f"default: {what} {new} → {old}"]


def test_another_order_of_components_is_told() -> None:
    assert lines(card(*HALVES), card(*reversed(HALVES))) == [
        "default: order of components left, right → right, left"
    ]


def test_scorecards_that_come_and_go_are_told_by_their_components() -> None:
    key = card(component("left"), name="key", applies_to={"segment": ["Key"]})
    rest = card(*HALVES, name="rest")
    assert lines(of(rest), of(key, rest)) == ["key: the scorecard is new: left 100%; for segment Key"]
    assert lines(of(key, rest), of(key)) == [
        "rest: the scorecard is gone; it was left 50%, right 50%; for all tenants"
    ]
    assert lines(card(*HALVES, name="old"), card(*HALVES, name="new")) == [
        "old: the scorecard is gone; it was left 50%, right 50%; for all tenants",
        "new: the scorecard is new: left 50%, right 50%; for all tenants",
    ]


def test_another_order_of_matching_is_told() -> None:
    one, other = (card(component("left"), name=name, applies_to={"segment": [name]}) for name in ("a", "b"))
    assert lines(of(one, other), of(other, one)) == ["set: order a, b → b, a"]


def test_differences_name_the_scorecard_that_they_are_of() -> None:
    key = card(component("left"), name="key", applies_to={"segment": ["Key"]})
    changed = card(component("left", measure="other"), name="key", applies_to={"segment": ["Key"]})
    rest = card(*HALVES, name="rest")
    assert lines(of(key, rest), of(changed, rest)) == ["key, left: measure left → other"]


# One change of a scorecard's content each; applied to the same content several times, the last one stays.
CHANGES = st.sampled_from(
    [
        ("max_age_days", 5),
        ("max_age_days", 3),
        ("min_confidence", 0.25),
        ("alive_measure", "pulse"),
        ("alive_measure", None),
        ("applies_to", {"segment": ["Key"]}),
        ("applies_to", {"employees_to": 50}),
        ("applies_to", None),
        ("trend", {"lookback_days": 3}),
        ("trend", {"improving_above": 5.0}),
        ("risk", {"low_from": 71}),
        ("risk", {"low_from": 70.0}),
        ("components", list(HALVES)),
        ("components", list(reversed(HALVES))),
        ("components", [component("left"), {**component("right"), "weight": 1e-7}]),
        ("components", [{**HALVES[0], "weight": 0.25}, {**HALVES[1], "weight": 0.75}]),
        ("components", [{**HALVES[0], "when_empty": 0.0}, HALVES[1]]),
        ("components", [{**HALVES[0], "when_empty": "exclude"}, HALVES[1]]),
        ("components", [HALVES[0], {**HALVES[1], "per": 1}]),
        ("components", [HALVES[0], {**HALVES[1], "curve": [[0, 0], [100.0, 100]]}]),
        ("components", [HALVES[0], {**HALVES[1], "curve": [[0, 0], [99, 100]]}]),
    ]
)


def changed(name: str, changes: list[tuple[str, Any]]) -> Scorecard:
    content = {"components": list(HALVES), **dict(changes), "name": name}
    return Scorecard.model_validate(content)


@settings(max_examples=300, deadline=None)
@given(st.lists(CHANGES, max_size=3), st.lists(CHANGES, max_size=3), st.sampled_from(["one", "two"]))
def test_there_are_differences_exactly_where_digests_differ(
    first: list[tuple[str, Any]], second: list[tuple[str, Any]], name: str
) -> None:
    before, after = of(changed("one", first)), of(changed(name, second))
    assert (lines(before, after) == []) == (before.digests == after.digests)
    assert len(lines(before, after)) == len(lines(after, before))


@settings(max_examples=100, deadline=None)
@given(st.permutations(["a", "b", "c", "d"]), st.integers(1, 4), st.permutations(["a", "b", "c", "d"]))
def test_sets_differ_exactly_where_their_digests_do(before: list[str], count: int, after: list[str]) -> None:
    def named(names: list[str]) -> ScorecardSet:
        return of(*(card(component(), name=name, applies_to={"segment": [name]}) for name in names))

    old, new = named(before[:count]), named(after[:count])
    assert (lines(old, new) == []) == (old.digests == new.digests)
