"""Explanations: parts that sum exactly, each cause where it belongs."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.scorecard.columns import Columns
from client_health.scorecard.explanation import Explanation, Side, explain
from client_health.scorecard.fleet import score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.remedy import remedies
from client_health.scorecard.risk import Level
from tests.scorecard.cast import BUILTIN, MIDDLING, THRIVING, card, component, without

KEYS = ("a", "b", "c", "d")


def columns(measures: dict[str, float]) -> Columns:
    return Columns(1, {name: np.array([float(value)]) for name, value in measures.items()})


def told(
    before: dict[str, float], after: dict[str, float], old: Scorecard = BUILTIN, new: Scorecard | None = None
):
    return explain(Side(old, columns(before)), Side(new or old, columns(after)))


def total(explanation: Explanation) -> Decimal:
    parts = sum((part.points for part in explanation.parts), Decimal(0))
    return parts + explanation.scorecard + explanation.availability + explanation.rounding


@st.composite
def scorecards(draw) -> Scorecard:
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
    shares = draw(st.lists(st.integers(1, 20), min_size=len(keys), max_size=len(keys)))
    ends = [draw(st.integers(1, 200)) for _ in keys]
    return card(
        *(
            component(key, share / sum(shares), curve=[[0, 0], [end, 100]])
            for key, share, end in zip(keys, shares, ends, strict=True)
        )
    )


figures = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 200) | st.just(float("nan")))


@settings(max_examples=200, deadline=None)
@given(scorecards(), scorecards(), figures, figures)
def test_the_parts_sum_exactly_to_the_change_of_the_displayed_scores(old, new, before, after):
    explanation = told(before, after, old, new)
    if explanation is not None:
        assert total(explanation) == explanation.change
        assert abs(explanation.rounding) <= Decimal("1.05")


@settings(max_examples=100, deadline=None)
@given(scorecards(), figures, figures)
def test_under_one_scorecard_nothing_is_blamed_on_the_scorecard(card_in_force, before, after):
    explanation = told(before, after, card_in_force)
    assert explanation is None or explanation.scorecard == 0


@settings(max_examples=100, deadline=None)
@given(scorecards(), scorecards(), figures)
def test_with_the_same_figures_everything_is_blamed_on_the_scorecard(old, new, same):
    explanation = told(same, same, old, new)
    if explanation is not None:
        assert all(part.points == 0 for part in explanation.parts)
        assert explanation.availability == 0


@settings(max_examples=100, deadline=None)
@given(scorecards(), scorecards(), figures, figures)
def test_the_way_back_is_the_way_there_with_the_sign_turned(old, new, before, after):
    there, back = told(before, after, old, new), told(after, before, new, old)
    if there is not None and back is not None:
        assert there.scorecard == -back.scorecard
        assert there.availability == -back.availability


def test_a_component_that_fell_costs_its_weight_times_its_fall():
    explanation = told(THRIVING, {**THRIVING, "support_tickets": 4})
    points = {part.key: part.points for part in explanation.parts}
    assert points.pop("support_tickets") == Decimal("-6.00")
    assert set(points.values()) == {Decimal(0)}
    assert (explanation.availability, explanation.rounding, explanation.change) == (0, 0, -6)


def test_a_source_that_goes_down_is_told_as_availability_and_not_as_movement():
    complaining = {**MIDDLING, "support_tickets": 20}
    explanation = told(complaining, without(complaining, "support_tickets"))
    assert all(part.points == 0 for part in explanation.parts)
    assert explanation.availability + explanation.rounding == explanation.change
    assert explanation.change > 5


def test_without_a_score_on_one_date_there_is_nothing_to_explain():
    assert told({}, THRIVING) is None


def test_a_remedy_takes_the_tenant_to_low_and_one_step_less_does_not():
    found = {one.key: one for one in remedies(BUILTIN, columns(MIDDLING), np.nan, None)}
    assert any(one.value_to is not None for one in found.values())
    for one in found.values():
        if one.value_to is None or one.value_to == one.value_from:
            continue
        step = 1 if one.value_to > one.value_from else -1
        for value, expected in ((one.value_to, True), (one.value_to - step, False)):
            scores = score_fleet(BUILTIN, columns({**MIDDLING, one.measure: value}), np.array([np.nan]))
            assert bool(scores.risk_levels[0] == Level.LOW) is expected


def test_a_tenant_far_down_is_not_saved_by_one_component_alone():
    lost = {"active_users": 1, "total_users": 100, "support_tickets": 10}
    assert all(one.value_to is None for one in remedies(BUILTIN, columns(lost), np.nan, None))
