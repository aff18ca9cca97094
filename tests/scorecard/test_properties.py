"""The arithmetic of scoring against exact fractions, over random scorecards and fleets."""

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.scorecard.composite import contributions
from client_health.scorecard.fleet import FleetScores
from client_health.scorecard.model import Component, Scorecard
from tests.scorecard.cast import NAN, card, score

MEASURES = ("m0", "m1", "m2", "m3")
ALIVE = "pulse"
QUICK = settings(max_examples=60, deadline=None)


def hundredths(most: int) -> st.SearchStrategy[float]:
    """Numbers of two decimals, as people write them in a TOML file."""
    return st.integers(0, most).map(lambda number: number / 100)


@st.composite
def curves(draw: st.DrawFn) -> list[list[float]]:
    values = sorted(draw(st.lists(hundredths(300), min_size=2, max_size=4, unique=True)))
    return [[value, draw(st.integers(0, 100))] for value in values]


@st.composite
def weights(draw: st.DrawFn, count: int) -> list[float]:
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True)))
    return [(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def scorecards(draw: st.DrawFn, least: int = 1) -> Scorecard:
    count = draw(st.integers(least, 5))
    components: list[dict[str, Any]] = []
    for number, weight in enumerate(draw(weights(count))):
        per = draw(st.sampled_from([None, 1, 2.5, *MEASURES]))
        empty = draw(st.one_of(st.just("exclude"), st.sampled_from([0, 50, 62.5, 100])))
        components.append(
            {
                "key": f"c{number}",
                "name": f"Component {number}",
                "weight": weight,
                "measure": draw(st.sampled_from(MEASURES)),
                "per": per,
                "curve": draw(curves()),
                "when_empty": empty if isinstance(per, str) else None,
            }
        )
    return card(*components, alive_measure=draw(st.sampled_from([None, ALIVE])))


FIGURES = st.one_of(st.integers(0, 12), st.integers(0, 2000), st.just(0), st.just(NAN))
TENANTS = st.lists(st.fixed_dictionaries(dict.fromkeys((*MEASURES, ALIVE), FIGURES)), min_size=1, max_size=6)


def exactly(number: float) -> Fraction:
    """The number as it was written, not as the float nearest to it."""
    return Fraction(repr(float(number)))


def half_up(number: Fraction) -> int:
    return math.floor(number + Fraction(1, 2))


def on_curve(curve: tuple[tuple[float, float], ...], value: Fraction) -> Fraction:
    points = [(exactly(at), exactly(points)) for at, points in curve]
    if value <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in itertools.pairwise(points):
        if value <= right:
            return low + (value - left) * (high - low) / (right - left)
    return points[-1][1]


@dataclass(frozen=True)
class Exact:
    """The same scoring once more: one tenant, one component at a time, in fractions."""

    scorecard: Scorecard
    tenant: dict[str, float]

    def component(self, part: Component) -> int | None:
        value = self.tenant[part.measure]
        per = self.tenant[part.per] if isinstance(part.per, str) else part.per or 1
        if math.isnan(value) or math.isnan(per):
            return None
        if per == 0:
            return self.empty(part)
        return half_up(on_curve(part.curve, exactly(value) / exactly(per)))

    def empty(self, part: Component) -> int | None:
        if part.when_empty == "exclude" or part.when_empty is None:
            return None
        silent = self.scorecard.alive_measure is not None and self.tenant[ALIVE] == 0
        return None if silent and part.when_empty > 0 else half_up(exactly(part.when_empty))

    def mean(self) -> Fraction | None:
        parts = [(exactly(part.weight), self.component(part)) for part in self.scorecard.components]
        in_force = [(weight, points) for weight, points in parts if points is not None]
        total = sum((weight for weight, _ in in_force), Fraction())
        return sum((weight * points for weight, points in in_force), Fraction()) / total if in_force else None


def numbers(column: np.ndarray) -> list[float | None]:
    return [None if np.isnan(number) else float(number) for number in column]


def assert_same(left: FleetScores, right: FleetScores, order: list[int]) -> None:
    """`right` scored the tenants of `left` in this order."""
    for name in ("overall", "confidence", "trends", "risk_levels", "risk_reasons"):
        np.testing.assert_array_equal(getattr(left, name)[order], getattr(right, name))
    np.testing.assert_array_equal(left.components.scores[:, order], right.components.scores)
    np.testing.assert_array_equal(left.components.states[:, order], right.components.states)


@QUICK
@given(scorecards(), TENANTS)
def test_component_scores_are_those_of_exact_arithmetic(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    scores = score(*tenants, scorecard=scorecard).components.scores
    for part, row in zip(scorecard.components, scores, strict=True):
        assert numbers(row) == [Exact(scorecard, tenant).component(part) for tenant in tenants]


@QUICK
@given(scorecards(), TENANTS)
def test_overall_scores_are_those_of_exact_arithmetic(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    means = [Exact(scorecard, tenant).mean() for tenant in tenants]
    expected = [None if mean is None else half_up(mean) for mean in means]
    assert numbers(score(*tenants, scorecard=scorecard).overall) == expected


@QUICK
@given(scorecards(), TENANTS)
def test_contributions_sum_to_the_unrounded_score(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    points = contributions(scorecard, score(*tenants, scorecard=scorecard).components)
    for tenant, column in zip(tenants, points.T, strict=True):
        mean = Exact(scorecard, tenant).mean()
        assert np.isnan(column).all() if mean is None else np.nansum(column) == pytest.approx(float(mean))


@QUICK
@given(scorecards(), TENANTS)
def test_scores_lie_between_0_and_100_and_confidence_between_0_and_1(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    scores = score(*tenants, scorecard=scorecard)
    for column in (scores.components.scores, scores.overall):
        known = column[~np.isnan(column)]
        assert ((known >= 0) & (known <= 100) & (known == np.floor(known))).all()
    assert ((scores.confidence >= 0) & (scores.confidence <= 1)).all()


@QUICK
@given(scorecards(), TENANTS, st.randoms())
def test_the_order_of_the_tenants_does_not_matter(
    scorecard: Scorecard, tenants: list[dict[str, float]], random: Any
) -> None:
    order = list(range(len(tenants)))
    random.shuffle(order)
    shuffled = score(*(tenants[place] for place in order), scorecard=scorecard)
    assert_same(score(*tenants, scorecard=scorecard), shuffled, order)


@QUICK
@given(scorecards(), TENANTS)
def test_a_tenant_scored_alone_scores_as_in_the_fleet(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    whole = score(*tenants, scorecard=scorecard)
    for place, tenant in enumerate(tenants):
        assert_same(whole, score(tenant, scorecard=scorecard), [place])


@QUICK
@given(scorecards(), TENANTS, st.sampled_from(MEASURES))
def test_more_missing_never_raises_confidence(
    scorecard: Scorecard, tenants: list[dict[str, float]], measure: str
) -> None:
    poorer = [{**tenant, measure: NAN} for tenant in tenants]
    before, after = (score(*fleet, scorecard=scorecard).confidence for fleet in (tenants, poorer))
    assert (after <= before).all()


@QUICK
@given(scorecards(), TENANTS, st.sampled_from(MEASURES), st.integers(0, 6))
def test_older_figures_never_raise_confidence(
    scorecard: Scorecard, tenants: list[dict[str, float]], measure: str, age: int
) -> None:
    stale = score(*tenants, scorecard=scorecard, stale={measure: [float(age)] * len(tenants)})
    assert (stale.confidence <= score(*tenants, scorecard=scorecard).confidence).all()


@QUICK
@given(scorecards(least=2), TENANTS)
def test_leaving_a_component_out_is_the_same_as_a_scorecard_without_it(
    scorecard: Scorecard, tenants: list[dict[str, float]]
) -> None:
    first, *others = scorecard.components
    rest = sum(part.weight for part in others)
    unseen = first.model_copy(update={"measure": "nowhere"})
    weighted = [part.model_copy(update={"weight": min(part.weight / rest, 1.0)}) for part in others]
    left_out, without_it = (
        score(*tenants, scorecard=scorecard.model_copy(update={"components": tuple(parts)}))
        for parts in ([unseen, *others], weighted)
    )
    assert left_out.components.missing[0].all()
    assert numbers(left_out.overall) == numbers(without_it.overall)
