"""The bars of the score distribution."""

from hypothesis import given
from hypothesis import strategies as st

from client_health.dashboard.charts.distribution import LEAST, distribution

LEVELS = ("HIGH", "MEDIUM", "LOW", "UNKNOWN")


def test_scores_are_counted_in_steps_of_five_and_100_is_in_the_last():
    bars = distribution(
        [(0, "HIGH", 1), (4, "HIGH", 1), (5, "HIGH", 2), (99, "LOW", 3), (100, "LOW", 1)], LEVELS, 80
    )
    assert [(bar.low, bar.high, bar.tenants) for bar in bars] == [(0, 4, 2), (5, 9, 2), (95, 100, 4)]
    assert [bar.x for bar in bars] == [0.25, 5.25, 95.25]


def test_a_bar_is_stacked_by_level_from_the_bottom():
    (bar,) = distribution([(57, "MEDIUM", 3), (55, "HIGH", 1)], LEVELS, 80)
    assert [(part.level, part.tenants, part.y, part.height) for part in bar.parts] == [
        ("HIGH", 1, 60.0, 20.0),
        ("MEDIUM", 3, 0.0, 60.0),
    ]


def test_the_longest_bar_takes_the_whole_height_and_one_among_many_is_seen():
    few, many = distribution([(10, "HIGH", 1), (90, "LOW", 10_000)], LEVELS, 80)
    assert many.parts[0].height == 80
    assert few.parts[0].height == LEAST


def test_without_scores_there_is_nothing_to_draw():
    assert distribution([], LEVELS, 80) == ()


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(LEVELS), st.integers(1, 9_999)), max_size=60))
def test_every_tenant_is_in_one_bar_and_every_bar_in_the_chart(counts):
    bars = distribution(counts, LEVELS, 80)
    assert sum(bar.tenants for bar in bars) == sum(count for _, _, count in counts)
    for bar in bars:
        assert 0 <= bar.x < bar.x + bar.width <= 100
        assert all(0 <= part.y <= 80 and part.height >= LEAST for part in bar.parts)
