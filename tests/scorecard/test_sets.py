"""Which scorecard scores which tenant."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import NONE, Attributes, ScorecardSet, coverage, matches
from tests.scorecard.cast import BUILTIN, NAN, card, component

# Segment, industry and employees of a tenant.
Tenant = tuple[str | None, str | None, float]
QUICK = settings(max_examples=120, deadline=None)


def for_(name: str, **rule: Any) -> Scorecard:
    """A scorecard for some tenants."""
    return card(component(), name=name, applies_to=rule)


def for_all(name: str = "rest") -> Scorecard:
    return card(component(), name=name)


def attributes(*tenants: Tenant) -> Attributes:
    segments, industries, employees = zip(*tenants, strict=True) if tenants else ((), (), ())
    return Attributes(segments, industries, np.array(employees, dtype=np.float64))


def assigned(*cards: Scorecard, tenants: list[Tenant]) -> list[str | None]:
    """The name of each tenant's scorecard."""
    places = ScorecardSet(cards).assign(attributes(*tenants)).tolist()
    return [None if place == NONE else cards[place].name for place in places]


def test_the_first_that_matches_wins() -> None:
    keys, mines, rest = for_("keys", segment=["Key"]), for_("mines", industry=["Mining"]), for_all()
    tenants: list[Tenant] = [("Key", "Mining", NAN), (None, "Mining", NAN), ("Key", None, 5), (None, None, 5)]
    assert assigned(keys, mines, rest, tenants=tenants) == ["keys", "mines", "keys", "rest"]
    assert assigned(mines, keys, rest, tenants=tenants) == ["mines", "mines", "keys", "rest"]


@pytest.mark.parametrize(
    ("wanted", "had"),
    [
        ("Enterprise", "enterprise"),
        ("ENTERPRISE", "Enterprise"),
        ("STRASSE", "Straße"),
        ("straße", "STRASSE"),
    ],
)
def test_segments_and_industries_fit_whatever_their_case(wanted: str, had: str) -> None:
    by_segment, by_industry = for_("one", segment=[wanted]), for_("one", industry=[wanted])
    assert assigned(by_segment, tenants=[(had, None, NAN), (None, had, NAN)]) == ["one", None]
    assert assigned(by_industry, tenants=[(had, None, NAN), (None, had, NAN)]) == [None, "one"]


def test_any_of_several_words_fits_but_no_part_of_one() -> None:
    some = for_("some", industry=["Mining", "Farming"])
    tenants: list[Tenant] = [(None, word, NAN) for word in ("Farming", "mining", "Min", "Mining ", "")]
    assert assigned(some, tenants=tenants) == ["some", "some", None, None, None]


def test_everything_that_is_named_must_fit() -> None:
    narrow = for_("narrow", segment=["Key"], industry=["Mining"], employees_from=100)
    tenants: list[Tenant] = [
        ("Key", "Mining", 100),
        ("Key", "Mining", 99),
        ("Key", None, 100),
        (None, "Mining", 100),
    ]
    assert assigned(narrow, tenants=tenants) == ["narrow", None, None, None]


def test_a_range_of_sizes_holds_both_its_ends() -> None:
    sizes: list[Tenant] = [(None, None, size) for size in (99, 100, 500, 501)]
    assert assigned(for_("mid", employees_from=100, employees_to=500), tenants=sizes) == [
        None,
        "mid",
        "mid",
        None,
    ]
    assert assigned(for_("small", employees_to=100), tenants=sizes) == ["small", "small", None, None]
    assert assigned(for_("large", employees_from=500), tenants=sizes) == [None, None, "large", "large"]
    assert assigned(for_("none", employees_from=0, employees_to=0), tenants=[(None, None, 0)]) == ["none"]


@pytest.mark.parametrize(
    "rule", [{"segment": ["Key"]}, {"industry": ["Key"]}, {"employees_from": 0}, {"employees_to": 10**9}]
)
def test_what_is_not_known_of_a_tenant_fits_no_condition_on_it(rule: dict[str, Any]) -> None:
    assert assigned(for_("some", **rule), for_all(), tenants=[(None, None, NAN)]) == ["rest"]
    assert assigned(for_("some", **rule), tenants=[(None, None, NAN)]) == [None]


def test_no_tenants_are_assigned_to_nothing() -> None:
    assert assigned(for_("some", segment=["Key"], employees_from=3), tenants=[]) == []


def test_a_name_that_is_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two scorecards are called same; every name must be used once"):
        ScorecardSet((for_("same", segment=["Key"]), for_all("same")))


def test_a_scorecard_for_all_before_another_is_refused() -> None:
    with pytest.raises(ValueError, match="rest applies to all tenants and stands before keys"):
        ScorecardSet((for_all(), for_("keys", segment=["Key"])))
    assert len(ScorecardSet((for_("keys", segment=["Key"]), for_all())).scorecards) == 2


@pytest.mark.parametrize(
    "rule", [{}, {"segment": []}, {"segment": [], "industry": [], "employees_from": None}]
)
def test_conditions_that_name_nothing_are_no_conditions(rule: dict[str, Any]) -> None:
    empty = for_("default", **rule)
    assert (empty.applies_to, empty.digest()) == (None, for_all("default").digest())
    with pytest.raises(ValueError, match="default applies to all tenants"):
        ScorecardSet((empty, for_("keys", segment=["Key"])))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            {"employees_from": 10, "employees_to": 9},
            "employees_from ≤ employees_to is required, got 10 and 9",
        ),
        ({"employees_from": -1}, "greater than or equal to 0"),
        ({"segment": "Key"}, "valid tuple"),
        ({"colour": ["red"]}, "Extra inputs"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        for_("some", **rule)


def test_a_scorecard_without_conditions_says_nothing_of_them() -> None:
    """Versions that were stored before there were conditions keep their digests."""
    assert "applies_to" not in BUILTIN.content()
    assert BUILTIN.digest() == "ac8a74fa3450f8f0dc41f69e6423826ca6ca0899fe491fcac769b48ab1d7fa7c"
    assert for_("some", segment=["Key"]).content()["applies_to"]["segment"] == ["Key"]


def test_other_conditions_make_another_digest() -> None:
    rules: list[dict[str, Any]] = [
        {"segment": ["a"]},
        {"segment": ["b"]},
        {"industry": ["a"]},
        {"employees_to": 1},
    ]
    digests = [for_("default", **rule).digest() for rule in rules] + [for_all("default").digest()]
    assert len(set(digests)) == len(digests)


def test_the_longest_stand_in_of_a_set_is_that_of_its_most_patient_scorecard() -> None:
    first = card(component(), name="first", max_age_days=9, applies_to={"segment": ["Key"]})
    assert ScorecardSet((first, for_all())).max_age_days == 9


def test_coverage_counts_who_is_scored_by_which_and_who_by_none() -> None:
    cards = ScorecardSet((for_("keys", segment=["Key"]), for_("mines", industry=["Mining"])))
    found = coverage(
        cards, attributes(("Key", None, 1), (None, "Mining", 1), ("Key", "Mining", 1), (None, None, 1))
    )
    assert (found.scored, found.overlaps, found.uncovered.tolist()) == ((2, 1), (("keys", "mines", 1),), [3])


def test_a_scorecard_for_the_rest_overlaps_with_nobody() -> None:
    cards = ScorecardSet((for_("keys", segment=["Key"]), for_("mines", industry=["Mining"]), for_all()))
    found = coverage(cards, attributes(("Key", None, 1), (None, "Mining", 1), (None, None, 1)))
    assert (found.scored, found.overlaps, len(found.uncovered)) == ((1, 1, 1), (), 0)


def test_every_pair_that_claims_a_tenant_is_an_overlap() -> None:
    words = ("a", "b", "c")
    cards = ScorecardSet(
        tuple(for_(word, segment=["x"], employees_from=size) for size, word in enumerate(words))
    )
    found = coverage(cards, attributes(("x", None, 1), ("x", None, 2)))
    assert found.overlaps == (("a", "b", 2), ("a", "c", 1), ("b", "c", 1))


WORDS = st.sampled_from([None, "Key", "KEY", "other", "straße", "STRASSE"])
SIZES = st.one_of(st.just(NAN), st.integers(0, 4).map(float))
TENANTS = st.lists(st.tuples(WORDS, WORDS, SIZES), max_size=12)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    some = st.lists(WORDS.filter(bool), max_size=2)
    rule: dict[str, Any] = {"segment": draw(some), "industry": draw(some)}
    low, high = draw(st.one_of(st.none(), st.integers(0, 4))), draw(st.one_of(st.none(), st.integers(0, 4)))
    in_order = low is None or high is None or low <= high
    rule |= {"employees_from": low if in_order else high, "employees_to": high if in_order else low}
    assert isinstance(rule, dict)
    return rule


@st.composite
def sets(draw: st.DrawFn) -> ScorecardSet:
    wanted = [
        rule
        for rule in draw(st.lists(rules(), max_size=4))
        if any(one not in (None, []) for one in rule.values())
    ]
    cards = [for_(f"c{number}", **rule) for number, rule in enumerate(wanted)]
    return (
        ScorecardSet((*cards, for_all())) if draw(st.booleans()) or not cards else ScorecardSet(tuple(cards))
    )


def fits(scorecard: Scorecard, tenant: Tenant) -> bool:
    """The same rule once more, one tenant and one condition at a time."""
    rule, (segment, industry, employees) = scorecard.applies_to, tenant
    if rule is None:
        return True
    for wanted, had in ((rule.segment, segment), (rule.industry, industry)):
        if wanted and (had is None or had.casefold() not in [word.casefold() for word in wanted]):
            return False
    if rule.employees_from is not None and (math.isnan(employees) or employees < rule.employees_from):
        return False
    return rule.employees_to is None or (not math.isnan(employees) and employees <= rule.employees_to)


@QUICK
@given(sets(), TENANTS)
def test_every_tenant_gets_the_first_scorecard_that_fits_it_or_none(
    cards: ScorecardSet, tenants: list[Tenant]
) -> None:
    expected = [
        next((place for place, one in enumerate(cards.scorecards) if fits(one, tenant)), NONE)
        for tenant in tenants
    ]
    assert cards.assign(attributes(*tenants)).tolist() == expected


@QUICK
@given(sets(), TENANTS)
def test_coverage_divides_the_tenants(cards: ScorecardSet, tenants: list[Tenant]) -> None:
    found = coverage(cards, attributes(*tenants))
    assert sum(found.scored) + len(found.uncovered) == len(tenants)
    for one, other, count in found.overlaps:
        both = [card for card in cards.scorecards if card.name in (one, other)]
        assert all(each.applies_to is not None for each in both)
        assert count == sum(fits(both[0], tenant) and fits(both[1], tenant) for tenant in tenants) > 0
    if cards.scorecards[-1].applies_to is None:
        assert not len(found.uncovered)


@QUICK
@given(sets(), TENANTS)
def test_the_order_of_the_tenants_does_not_matter(cards: ScorecardSet, tenants: list[Tenant]) -> None:
    for one in cards.scorecards:
        forwards = matches(one, attributes(*tenants))
        assert forwards.tolist() == matches(one, attributes(*reversed(tenants))).tolist()[::-1]
