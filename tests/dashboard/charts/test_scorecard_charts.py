"""Geometry of curves, histograms and weeks: everything lies inside, in order, and in proportion."""

import itertools
import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from client_health.dashboard.charts.curve import MARGIN, curve_chart, curve_words
from client_health.dashboard.charts.histogram import bars
from client_health.dashboard.charts.weeks import weeks_chart
from client_health.replay.results import Week
from tests.cast import MONDAY

VALUES = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.lists(VALUES, min_size=1, max_size=12, unique=True).flatmap(
    lambda values: st.lists(st.floats(0, 100), min_size=len(values), max_size=len(values)).map(
        lambda scores: list(zip(sorted(values), scores, strict=True))
    )
)
COUNTS = st.lists(st.integers(0, 100_000), min_size=1, max_size=20)


@given(POINTS, st.floats(20, 400))
def test_every_point_of_a_curve_lies_inside_and_to_the_right_of_the_one_before(points, height):
    chart = curve_chart(points, height)
    for mark in chart.marks:
        assert 0 <= mark.x <= 100
        assert MARGIN - 0.01 <= mark.y <= height - MARGIN + 0.01
    assert all(left.x <= right.x for left, right in itertools.pairwise(chart.marks))


@given(POINTS)
def test_a_higher_score_lies_higher_and_the_line_reaches_both_ends(points):
    chart = curve_chart(points)
    for one, other in itertools.combinations(chart.marks, 2):
        assert one.score <= other.score or one.y <= other.y
    corners = [tuple(map(float, corner.split(","))) for corner in chart.line.split()]
    assert (corners[0][0], corners[-1][0]) == (0, 100)
    assert all(map(math.isfinite, itertools.chain(*corners)))


def test_a_ratio_rises_to_its_target_and_stays_there():
    chart = curve_chart([(0, 0), (0.7, 100)])
    assert [(mark.x, mark.y) for mark in chart.marks] == [(0, 55), (85, 5)]
    assert chart.line == "0,55 0,55 85,5 100,5"
    assert chart.words == "0 scores 0, 0.7 or more scores 100"


def test_a_curve_that_begins_above_0_is_level_before_its_first_point():
    chart = curve_chart([(5, 40), (10, 80)])
    assert chart.marks[0].x == 42.5
    assert chart.line.startswith("0,35 42.5,35")
    assert curve_words([(5, 40), (10, 80)]) == "5 or less scores 40, 10 or more scores 80"


@given(COUNTS, st.integers(0, 200_000), st.floats(40, 300))
def test_bars_stand_side_by_side_in_proportion(counts, most, height):
    drawn = bars(counts, height, most)
    assert [bar.count for bar in drawn] == counts
    for bar in drawn:
        assert bar.x >= 0
        assert bar.x + bar.width <= 100.01
        assert math.isclose(bar.y + bar.height, height, abs_tol=0.02)
        assert bar.y >= 13.99
        assert (bar.height > 0) == (bar.count > 0)
    for one, other in itertools.combinations(drawn, 2):
        assert one.count <= other.count or one.height >= other.height
    assert all(left.x + left.width <= right.x for left, right in itertools.pairwise(drawn))


def test_two_histograms_of_one_scale_are_comparable():
    few, many = bars([10] * 10, 114, 20), bars([20] * 10, 114, 20)
    assert {bar.height for bar in few} == {50}
    assert {bar.height for bar in many} == {100}


def test_the_last_bar_holds_100():
    assert [(bar.low, bar.high) for bar in bars([0] * 10, 100)][-2:] == [(80, 89), (90, 100)]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=58))
def test_weeks_stand_in_order_and_reach_no_higher_than_the_most(counts):
    weeks = [Week(MONDAY + timedelta(weeks=number), *count) for number, count in enumerate(counts)]
    chart = weeks_chart(weeks)
    assert chart.most == max(max(count) for count in counts)
    for week in chart.weeks:
        assert -0.01 <= week.x_before < week.x_after
        assert week.x_after + chart.width <= 100.1
        for top, tall in ((week.y_before, week.height_before), (week.y_after, week.height_after)):
            assert top >= -0.01
            assert math.isclose(top + tall, chart.height, abs_tol=0.02)
    assert all(left.x_after < right.x_before for left, right in itertools.pairwise(chart.weeks))
    assert 1 <= sum(week.label is not None for week in chart.weeks) <= 8
