"""Weights in the same proportions that sum to 1."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from client_health.scorecard.model import normalised
from tests.scorecard.cast import card, component

WEIGHTS = st.lists(st.integers(1, 100_000).map(lambda number: number / 1000), min_size=1, max_size=50)


def exactly(weights: list[float]) -> list[Decimal]:
    """The weights as they are written."""
    return [Decimal(repr(weight)) for weight in weights]


@settings(max_examples=300, deadline=None)
@given(WEIGHTS)
def test_normalised_weights_sum_to_exactly_1_at_four_decimals(weights: list[float]) -> None:
    found = exactly(normalised(weights))
    assert sum(found) == 1
    assert all(share == share.quantize(Decimal("0.0001")) for share in found)


@settings(max_examples=300, deadline=None)
@given(WEIGHTS)
def test_normalised_weights_keep_their_proportions_and_their_order(weights: list[float]) -> None:
    found = normalised(weights)
    total = sum(weights)
    for weight, share in zip(weights, found, strict=True):
        assert share == pytest.approx(weight / total, abs=0.0001)
    in_order = [share for _, share in sorted(zip(weights, found, strict=True))]
    assert in_order == sorted(in_order), "a heavier one never gets less"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_normalised_weights_are_accepted_as_they_are(weights: list[int]) -> None:
    shares = normalised(list(map(float, weights)))
    parts = [component(f"part{number}", weight) for number, weight in enumerate(shares)]
    assert len(card(*parts).components) == len(weights)
    assert normalised(shares) == shares


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1, 1, 1], [0.3334, 0.3333, 0.3333]),
        ([3], [1]),
        ([0.2, 0.2], [0.5, 0.5]),
        ([20, 25, 25, 15, 15], [0.2, 0.25, 0.25, 0.15, 0.15]),
        ([2, 1], [0.6667, 0.3333]),
    ],
)
def test_what_does_not_divide_evenly_goes_to_the_largest_remainders(
    weights: list[float], expected: list[float]
) -> None:
    assert normalised(weights) == expected


def test_a_refused_scorecard_is_told_the_weights_that_would_do() -> None:
    with pytest.raises(ValidationError) as caught:
        card(component("left", 0.5), component("middle", 0.5), component("right", 0.5))
    assert "sum to 1.5, not to 1; in the same proportions: left 0.3334, middle 0.3333, right 0.3333" in str(
        caught.value
    )
