"""Movements of many tenants at once: the same as the explanations of each by itself."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.scorecard.columns import Columns
from client_health.scorecard.components import score_components
from client_health.scorecard.composite import contributions
from client_health.scorecard.explanation import Side, explain
from client_health.scorecard.movements import movements, shares
from tests.scorecard.cast import BUILTIN, MIDDLING, THRIVING, card, columns, component, without

KEYS = ("a", "b", "c")


@st.composite
def fleets(draw):
    """A scorecard, and the figures of some tenants on two dates; some are missing."""
    parts = [draw(st.integers(1, 20)) for _ in KEYS]
    made = card(
        *(
            component(key, part / sum(parts), curve=[[0, 0], [draw(st.integers(1, 200)), 100]])
            for key, part in zip(KEYS, parts, strict=True)
        )
    )
    count = draw(st.integers(1, 5))
    figure = st.integers(0, 200).map(float) | st.just(float("nan"))
    sides = [
        Columns(count, {key: np.array([draw(figure) for _ in range(count)]) for key in KEYS})
        for _ in range(2)
    ]
    return made, *sides


@settings(max_examples=150, deadline=None)
@given(fleets())
def test_each_tenant_moves_as_its_own_explanation_says(fleet):
    made, before, after = fleet
    moved = movements(made, score_components(made, before), score_components(made, after))
    for tenant in range(before.count):
        place = np.array([tenant])
        told = explain(Side(made, before.at(place)), Side(made, after.at(place)))
        if told is None:
            assert np.isnan(moved.availability[tenant])
            continue
        for number, part in enumerate(told.parts):
            assert abs(Decimal(repr(float(moved.own[number, tenant]))) - part.points) <= Decimal("0.0051")
        assert abs(Decimal(repr(float(moved.availability[tenant]))) - told.availability) <= Decimal("0.0051")


@settings(max_examples=150, deadline=None)
@given(fleets())
def test_movements_and_availability_are_the_whole_change_of_the_unrounded_score(fleet):
    made, before, after = fleet
    old, new = score_components(made, before), score_components(made, after)
    moved = movements(made, old, new)
    change = np.nansum(contributions(made, new), axis=0) - np.nansum(contributions(made, old), axis=0)
    known = ~np.isnan(moved.availability)
    assert np.allclose((moved.own.sum(axis=0) + moved.availability)[known], change[known])


def test_a_fall_costs_its_weight_times_its_points():
    before, after = columns(THRIVING), columns({**THRIVING, "support_tickets": 4})
    moved = movements(BUILTIN, score_components(BUILTIN, before), score_components(BUILTIN, after))
    assert moved.own[:, 0].round(6).tolist() == [0, 0, 0, 0, -6]
    assert moved.availability.tolist() == [0]


def test_a_component_that_goes_missing_moves_nothing_itself():
    before, after = columns(MIDDLING), columns(without(MIDDLING, "support_tickets"))
    moved = movements(BUILTIN, score_components(BUILTIN, before), score_components(BUILTIN, after))
    assert not moved.own.any()
    assert moved.availability[0] > 0


def test_shares_are_of_the_weight_in_force_and_unknown_where_none_is():
    nobody = dict.fromkeys(THRIVING, float("nan"))
    told = shares(BUILTIN, score_components(BUILTIN, columns(without(THRIVING, "support_tickets"), nobody)))
    assert told[:, 0].round(6).tolist() == [0.235294, 0.294118, 0.294118, 0.176471, 0]
    assert np.isnan(told[:, 1]).all()
