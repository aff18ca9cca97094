"""Tenants close to a cliff: what one unit of one measure would do, against trying every one of them."""

from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from client_health.replay.cliffs import CLIFF_POINTS, Cliff, cliffs
from client_health.replay.walk import Walk
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import Attributes, ScorecardSet
from client_health.store.tenants import TenantColumns
from client_health.store.usage_days import UsageDay
from tests.scorecard.cast import BUILTIN, NAN, QUIET, THRIVING, card, component
from tests.scorecard.test_properties import ALIVE, MEASURES, TENANTS, scorecards

Measures = dict[str, float]


def found_for(
    cards: ScorecardSet,
    tenants: list[Measures],
    stale: dict[str, list[float]] | None = None,
    segments: list[str | None] | None = None,
) -> list[Cliff]:
    """The cliffs of a fleet on a day without a past."""
    count = len(tenants)
    values = {name: np.array([one[name] for one in tenants], dtype=float) for name in tenants[0]}
    ages = {name: np.array(column, dtype=float) for name, column in (stale or {}).items()}
    keys, nothing = np.arange(1, count + 1), np.full(count, NAN)
    about = Attributes(segments or [None] * count, [None] * count, nothing)
    names = [f"t{key}" for key in keys.tolist()]
    fleet = TenantColumns(keys, names, names, about, nothing, np.ones(count, dtype=bool))
    groups = Walk(cards, fleet).step(UsageDay(date(2026, 3, 2), keys, np.zeros(count), values, ages))
    return cliffs(cards.scorecards, groups, Columns(count, values, ages), nothing)


def alone(scorecard: Scorecard, tenant: Measures, ages: Measures) -> float:
    """The score of one tenant with these measures."""
    columns = Columns(
        1,
        {name: np.array([value]) for name, value in tenant.items()},
        {name: np.array([age]) for name, age in ages.items()},
    )
    return float(score_fleet(scorecard, columns, np.array([NAN])).overall[0])


def by_trying(scorecard: Scorecard, tenant: Measures, ages: Measures) -> list[tuple[Any, ...]]:
    """Every unit that moves the score of a tenant by a lot: measure, values and scores before and after."""
    before = alone(scorecard, tenant, ages)
    tried = []
    for measure, value in tenant.items():
        for other in (value - 1, value + 1):
            after = alone(scorecard, {**tenant, measure: other}, ages)
            if other >= 0 and abs(after - before) > CLIFF_POINTS:
                tried.append((measure, value, other, before, after))
    return tried


def assert_cliffs(
    found: list[Cliff], cards: list[Scorecard], tenants: list[Measures], ages: list[Measures]
) -> None:
    told = {one.place: one for one in found}
    assert len(told) == len(found), "one per tenant"
    depths = [abs(one.score_to - one.score_from) for one in found]
    assert depths == sorted(depths, reverse=True)
    for place, (scorecard, tenant, age) in enumerate(zip(cards, tenants, ages, strict=True)):
        tried = by_trying(scorecard, tenant, age)
        assert (place in told) == bool(tried)
        if tried:
            one = told[place]
            said = (one.measure, one.value_from, one.value_to, one.score_from, one.score_to)
            assert said in tried
            assert abs(one.score_to - one.score_from) == max(
                abs(after - before) for *_, before, after in tried
            )


@settings(max_examples=100, deadline=None)
@given(scorecards(), TENANTS)
def test_nobody_who_is_close_to_a_cliff_is_left_out_and_what_is_said_happens(
    scorecard: Scorecard, tenants: list[Measures]
) -> None:
    found = found_for(ScorecardSet((scorecard,)), tenants)
    assert_cliffs(found, [scorecard] * len(tenants), tenants, [{}] * len(tenants))


@settings(max_examples=40, deadline=None)
@given(
    scorecards(),
    TENANTS,
    st.sampled_from([*MEASURES, ALIVE]),
    st.lists(st.integers(0, 5), min_size=6, max_size=6),
)
def test_figures_that_stand_in_count_as_long_as_they_are_used(
    scorecard: Scorecard, tenants: list[Measures], measure: str, days: list[int]
) -> None:
    ages = [float(age) or NAN for age in days[: len(tenants)]]
    found = found_for(ScorecardSet((scorecard,)), tenants, {measure: ages})
    assert_cliffs(found, [scorecard] * len(tenants), tenants, [{measure: age} for age in ages])


@settings(max_examples=40, deadline=None)
@given(scorecards(), scorecards(), TENANTS)
def test_each_tenant_is_tried_under_its_own_scorecard(
    first: Scorecard, second: Scorecard, tenants: list[Measures]
) -> None:
    of_keys = Scorecard.model_validate(
        {**first.content(), "name": "keys", "applies_to": {"segment": ["Key"]}}
    )
    segments = ["Key" if number % 2 else None for number in range(len(tenants))]
    found = found_for(ScorecardSet((of_keys, second)), tenants, segments=segments)
    cards = [of_keys if segment else second for segment in segments]
    assert_cliffs(found, cards, tenants, [{}] * len(tenants))


def test_the_last_user_who_leaves_takes_the_empty_components_along() -> None:
    parts = component("active_users", 0.5), component("due", 0.5, measure="done", per="due", when_empty=100)
    lively = card(*parts, alive_measure="active_users")
    tenant = {"active_users": 1, "done": 0, "due": 0}
    assert found_for(ScorecardSet((lively,)), [tenant]) == [Cliff(0, "active_users", 1, 0, 51, 0)]


def test_under_the_builtin_scorecard_the_first_assignment_that_is_due_is_a_cliff() -> None:
    found = found_for(ScorecardSet((BUILTIN,)), [dict(THRIVING), dict(QUIET)])
    assert found == [Cliff(1, "assignments_due", 0, 1, 100, 75)]


def test_exactly_ten_points_are_no_cliff() -> None:
    ten = card(component("only", curve=[[0, 0], [10, 100]]))
    assert found_for(ScorecardSet((ten,)), [{"only": 5}]) == []
    steeper = card(component("only", curve=[[0, 0], [9, 99]]))
    assert found_for(ScorecardSet((steeper,)), [{"only": 5}]) == [Cliff(0, "only", 5, 4, 55, 44)]


def test_nothing_falls_below_zero() -> None:
    falling = card(component("only", curve=[[0, 100], [5, 0]]))
    assert found_for(ScorecardSet((falling,)), [{"only": 0}]) == [Cliff(0, "only", 0, 1, 100, 80)]
    rising = card(component("only", curve=[[-1, 0], [0, 100]]))
    assert found_for(ScorecardSet((rising,)), [{"only": 0}, {"only": 0.5}]) == []


def test_a_tenant_without_a_score_is_close_to_nothing() -> None:
    assert found_for(ScorecardSet((card(component("only")),)), [{"only": NAN}]) == []
