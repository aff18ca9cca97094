"""The history chart: everything inside, in order, with gaps where there is no score."""

import itertools
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.dashboard.charts.history import LEAST_RANGE, MOST_ROWS, Place, history
from client_health.scorecard.model import Risk

FIRST = date(2026, 1, 5)
RISK = Risk()
QUICK = settings(max_examples=120, deadline=None)
SCORES = st.one_of(st.none(), st.integers(0, 100))


@st.composite
def series(draw):
    """Scores of some of the days of a range, and marks on some of them."""
    days = draw(st.integers(1, 400))
    scored = sorted(draw(st.sets(st.integers(0, days - 1), max_size=60)))
    scores = [(FIRST + timedelta(days=day), draw(SCORES)) for day in scored]
    marks = sorted(draw(st.lists(st.integers(0, days - 1), max_size=8)))
    last = FIRST + timedelta(days=days - 1)
    return scores, last, [FIRST + timedelta(days=day) for day in marks]


def points(chart):
    """Every point that is drawn, in order of drawing."""
    pairs = [pair.split(",") for line in chart.lines for pair in line.split()]
    return [Place(float(x), float(y)) for x, y in pairs] + chart.dots


@QUICK
@given(series())
def test_all_points_lie_inside_and_each_score_is_drawn_once(given_series):
    scores, last, marks = given_series
    chart = history(scores, FIRST, last, RISK, marks)
    drawn = points(chart)
    for place in drawn:
        assert 0 <= place.x <= 100
        assert chart.plot_top <= place.y <= chart.height
    known = [place for place in chart.places if place is not None]
    assert sorted((one.x, one.y) for one in drawn) == sorted((one.x, one.y) for one in known)
    assert len(known) == sum(score is not None for _, score in scores)


@QUICK
@given(series())
def test_dates_keep_their_order_and_higher_scores_lie_higher(given_series):
    scores, last, marks = given_series
    chart = history(scores, FIRST, last, RISK, marks)
    known = [(score, place) for (_, score), place in zip(scores, chart.places, strict=True) if place]
    assert [place.x for _, place in known] == sorted({place.x for _, place in known})
    for one, place in known:
        for other, lower in known:
            if one > other:
                assert place.y < lower.y


@QUICK
@given(series())
def test_the_range_holds_all_scores_and_36_points_at_least(given_series):
    scores, last, marks = given_series
    chart = history(scores, FIRST, last, RISK, marks)
    assert chart.high - chart.low >= LEAST_RANGE
    assert 0 <= chart.low < chart.high <= 100
    assert all(chart.low <= score <= chart.high for _, score in scores if score is not None)


@QUICK
@given(series())
def test_bands_fill_the_plot_without_overlap(given_series):
    scores, last, marks = given_series
    chart = history(scores, FIRST, last, RISK, marks)
    bands = sorted(chart.bands, key=lambda band: band.top)
    assert (bands[0].top, bands[-1].bottom) == (chart.plot_top, chart.height)
    assert all(upper.bottom == lower.top for upper, lower in itertools.pairwise(bands))


@QUICK
@given(series())
def test_marks_stand_on_their_dates_in_rows(given_series):
    scores, last, marks = given_series
    chart = history(scores, FIRST, last, RISK, marks)
    assert [mark.number for mark in chart.marks] == list(range(1, len(marks) + 1))
    assert all(0 <= mark.x <= 100 and 0 <= mark.row < MOST_ROWS for mark in chart.marks)
    assert chart.plot_top >= 20 * len({mark.row for mark in chart.marks})


def daily(*scores):
    return [(FIRST + timedelta(days=number), score) for number, score in enumerate(scores)]


def drawn(scores, days=10):
    return history(scores, FIRST, FIRST + timedelta(days=days - 1), RISK)


def test_a_date_without_a_score_is_a_gap():
    chart = drawn(daily(50, 51, None, 52, 53))
    assert [len(line.split()) for line in chart.lines] == [2, 2]


def test_a_date_that_was_not_scored_is_a_gap():
    scores = [one for one in daily(50, 51, 52, 53, 54) if one[1] != 52]
    assert [len(line.split()) for line in drawn(scores).lines] == [2, 2]


def test_a_score_between_two_gaps_is_a_dot():
    chart = drawn(daily(50, 51, None, 60, None, 52, 53))
    assert len(chart.lines) == 2
    assert len(chart.dots) == 1


def test_a_fleet_that_is_scored_weekly_has_one_line():
    scores = [(FIRST + timedelta(days=7 * number), 60 + number) for number in range(6)]
    chart = history(scores, FIRST, FIRST + timedelta(days=35), RISK)
    assert [len(line.split()) for line in chart.lines] == [6]
    missed = history(scores[:2] + scores[3:], FIRST, FIRST + timedelta(days=35), RISK)
    assert len(missed.lines) == 2


def test_thresholds_are_those_of_the_scorecard():
    chart = history(daily(20, 90), FIRST, FIRST + timedelta(days=1), Risk(high_below=30, low_from=80))
    assert [tick.text for tick in chart.scores] == ["16", "30", "80", "94"]
    assert [band.level for band in chart.bands] == ["HIGH", "MEDIUM", "LOW"]
    assert chart.declining is not None


def test_a_threshold_out_of_sight_is_not_drawn():
    chart = drawn(daily(90, 95, 99))
    assert [band.level for band in chart.bands] == ["MEDIUM", "LOW"]
    assert chart.declining is None
    assert chart.high == 100


def test_months_are_named_and_do_not_touch():
    chart = history(daily(50, 51), FIRST, FIRST + timedelta(days=364), RISK)
    assert [tick.text for tick in chart.months][:3] == ["Mar", "Apr", "May"]
    assert all(12 <= tick.at <= 88 for tick in chart.months)
    assert "Jan 2027" in [tick.text for tick in history([], date(2026, 10, 1), date(2027, 4, 1), RISK).months]


def test_marks_that_are_close_stand_in_rows_of_their_own():
    days = [FIRST + timedelta(days=day) for day in (0, 1, 2, 50)]
    chart = history(daily(50, 60), FIRST, FIRST + timedelta(days=99), RISK, days)
    assert [mark.row for mark in chart.marks] == [0, 1, 2, 0]
    assert chart.plot_top == 60


def test_without_scores_there_is_an_empty_plot():
    chart = drawn([])
    assert (chart.lines, chart.dots, chart.end, chart.plot_top) == ([], [], None, 0)
