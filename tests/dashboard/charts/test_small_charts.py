"""Sparklines and bars: inside, in order, and a gap is a gap."""

from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.dashboard.charts.bars import FLATTEST, bars
from client_health.dashboard.charts.sparkline import sparkline

VALUES = st.lists(st.one_of(st.none(), st.integers(0, 100)), max_size=40)
QUICK = settings(max_examples=100, deadline=None)


def pairs(line):
    return [tuple(map(float, pair.split(","))) for pair in line.split()]


@QUICK
@given(VALUES)
def test_a_sparkline_lies_inside_from_left_to_right(values):
    spark = sparkline(values, 80, 22)
    drawn = [pair for line in spark.lines for pair in pairs(line)]
    assert all(0 <= x <= 80 and 0 <= y <= 22 for x, y in drawn)
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    assert (spark.end is None) == all(value is None for value in values)


def test_a_sparkline_has_gaps_and_ends_at_the_last_value():
    spark = sparkline([10, 20, None, 30, None], 80, 22)
    assert len(spark.lines) == 2
    assert spark.end == pairs(spark.lines[1])[0]
    assert sparkline([]).lines == []


def test_a_wobble_stays_one():
    flat = [y for _, y in pairs(sparkline([50, 51, 50, 51], 80, 22).lines[0])]
    steep = [y for _, y in pairs(sparkline([0, 100, 0, 100], 80, 22).lines[0])]
    assert max(flat) - min(flat) < 2 < 12 < max(steep) - min(steep)


@QUICK
@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(0, 1e6)), st.booleans()), max_size=120))
def test_each_known_day_has_one_bar(days):
    chart = bars([value for value, _ in days], [stale for _, stale in days])
    known = [stale for value, stale in days if value is not None]
    assert chart.fresh.count("M") == known.count(False)
    assert chart.stale.count("M") == known.count(True)


def test_the_highest_reaches_the_top_and_zero_is_seen():
    chart = bars([0, 5, None, 10], [False] * 4, 56)
    heights = [float(part.split("v")[1].split("h")[0]) for part in chart.fresh.split("M")[1:]]
    assert heights == [-FLATTEST, -28, -56]
    assert bars([0, 0], [False, False]).fresh.count(f"v-{FLATTEST}") == 2
