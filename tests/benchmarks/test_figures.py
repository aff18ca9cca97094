"""The arithmetic: against numpy and against plain counting."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from client_health.benchmarks.distributions import NONE, distribute
from client_health.benchmarks.figures import FEWEST_PEERS, Figures, Histogram
from client_health.scorecard.rounding import round_half_up

scores = st.integers(0, 100)
whole = st.integers(0, 2**40)
lists = st.lists(st.one_of(scores, whole), max_size=40)
peers = st.lists(st.one_of(scores, st.sampled_from([0, 100])), min_size=1, max_size=40)


def histogram(values: list[int]) -> Histogram:
    column = np.array(values, dtype=np.float64)
    distinct, counts = np.unique(column, return_counts=True)
    return Histogram(distinct, counts.astype(np.float64))


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def quantile(values: list[int], share: Fraction) -> Fraction:
    """Type 7 in exact arithmetic."""
    ordered, place = sorted(values), (len(values) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def figures(values: list[int]) -> Figures | None:
    if len(values) < FEWEST_PEERS:
        return None
    quartiles = [half_up(quantile(values, Fraction(share, 4))) for share in (1, 2, 3)]
    return Figures(*quartiles, half_up(Fraction(sum(values), len(values))))


@given(lists, whole)
def test_figures_without_the_tenant_are_those_of_the_list_without_it(others, own):
    assert histogram([*others, own]).without(own).figures() == figures(others)


@given(peers, scores)
def test_quartiles_are_those_of_numpy_rounded_half_up(others, own):
    left = histogram([*others, own]).without(own).figures()
    if left is not None:
        expected = round_half_up(np.percentile(others, [25, 50, 75]))
        assert [left.p25, left.median, left.p75] == expected.tolist()


@given(lists, whole)
def test_fewer_than_five_others_give_no_figure(others, own):
    left = histogram([*others, own]).without(own)
    assert left.total == len(others)
    assert (left.figures() is None) == (len(others) < 5)


@given(lists, whole)
def test_packing_and_taking_out_loses_nothing(others, own):
    left = histogram([*others, own]).without(own)
    assert np.repeat(left.values, left.counts.astype(int)).tolist() == sorted(others)
    assert (left.counts > 0).all()


@given(lists, st.integers(-10, -1))
def test_taking_out_who_is_not_in_it_changes_nothing(others, stranger):
    same = histogram(others).without(stranger)
    assert np.repeat(same.values, same.counts.astype(int)).tolist() == sorted(others)


@given(peers, scores)
def test_the_percentile_is_the_share_below_and_half_of_the_ties(others, own):
    below, ties = sum(one < own for one in others), others.count(own)
    expected = half_up(Fraction(2 * below + ties, 2 * len(others)) * 100)
    assert histogram(others).mid_rank(own) == expected
    assert 0 <= expected <= 100


@given(peers, scores)
def test_the_percentile_is_symmetric(others, own):
    upward = histogram(others).mid_rank(own)
    downward = histogram([100 - one for one in others]).mid_rank(100 - own)
    assert upward + downward in {100, 101}  # 101 where both are rounded up from a half


@given(peers, scores)
def test_who_ties_shares_the_percentile_and_more_is_never_lower(others, own):
    distribution = histogram(others)
    assert distribution.mid_rank(own) <= distribution.mid_rank(own + 1)


@given(st.integers(5, 400))
def test_a_perfect_score_that_half_of_the_others_have_is_the_75th_percentile(pairs):
    assert histogram([100] * pairs + [60] * pairs).mid_rank(100) == 75


@given(st.lists(st.tuples(st.integers(NONE, 4), st.one_of(st.none(), scores)), max_size=60))
def test_many_groups_at_once_are_each_group_alone(rows):
    codes = np.array([code for code, _ in rows], dtype=np.int64)
    values = np.array([np.nan if value is None else value for _, value in rows], dtype=np.float64)
    found = distribute(codes, values)
    held = {code: sorted(v for c, v in rows if c == code and v is not None) for code in range(5)}
    held = {code: values for code, values in held.items() if values}
    assert found.groups.tolist() == list(held)
    assert found.totals.tolist() == [len(values) for values in held.values()]
    for share in (1, 2, 3):
        expected = [half_up(quantile(values, Fraction(share, 4))) for values in held.values()]
        assert found.quantiles(share / 4).tolist() == expected
    means = [half_up(Fraction(sum(values), len(values))) for values in held.values()]
    assert found.means().tolist() == means
    for packed, values in zip(found.packed(), held.values(), strict=True):
        one = Histogram.unpacked(packed)
        assert np.repeat(one.values, one.counts.astype(int)).tolist() == values
