"""The waterfall: parts lead exactly from the score then to the score now."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.dashboard.charts.waterfall import waterfall

CENTS = st.integers(-6000, 6000).map(lambda number: Decimal(number) / 100)


@st.composite
def changes(draw):
    """A score then, parts, and the whole score that they lead to: the last part closes the sum."""
    then, now = draw(st.integers(0, 100)), draw(st.integers(0, 100))
    parts = [(f"part {number}", points) for number, points in enumerate(draw(st.lists(CENTS, max_size=8)))]
    rest = Decimal(now - then) - sum((points for _, points in parts), Decimal(0))
    return then, [*parts, ("Rounding", rest)], now


@settings(max_examples=150, deadline=None)
@given(changes())
def test_the_parts_sum_exactly_and_every_bar_lies_inside(change):
    then, parts, now = change
    steps = waterfall(then, parts, now)
    assert steps[0].points + sum(step.points for step in steps[1:-1]) == steps[-1].points == now
    assert [step.label for step in steps] == ["Then", *(label for label, _ in parts), "Now"]
    for step in steps:
        assert 0 <= step.left <= 100.001
        assert step.width >= 0
        assert step.left + step.width <= 100.001


@settings(max_examples=100, deadline=None)
@given(changes())
def test_each_bar_begins_where_the_one_before_ended(change):
    steps = waterfall(*change)
    for before, step in itertools.pairwise(steps):
        ends = {round(step.left, 2), round(step.left + step.width, 2)}
        assert any(abs(before.join - end) <= 0.011 for end in ends)
    assert steps[-1].join is None


def test_rises_and_falls_are_told_apart():
    parts = [("a", Decimal("-4.5")), ("b", Decimal("2.25")), ("c", Decimal(0)), ("r", Decimal("0.25"))]
    kinds = [step.kind for step in waterfall(60, parts, 58)]
    assert kinds == ["score", "fall", "rise", "none", "rise", "score"]


def test_parts_that_do_not_lead_there_are_refused():
    with pytest.raises(ValueError, match="lead from 60 to 61"):
        waterfall(60, [("a", Decimal(1))], 62)


def test_a_small_change_of_a_high_score_is_seen():
    steps = waterfall(95, [("a", Decimal(-2))], 93)
    assert steps[1].width > 10
