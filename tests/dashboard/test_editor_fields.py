"""Reading drafts from fields: exactly, and with a fault beside every field that cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_health.dashboard.editor import numbers
from client_health.dashboard.editor.changes import change
from client_health.dashboard.editor.checking import check, weights_sum
from client_health.dashboard.editor.fields import DraftFields, PartFields, fields_of, percent_text
from client_health.dashboard.editor.numbers import Unreadable
from client_health.errors import UsageError
from client_health.scorecard.model import Scorecard
from client_health.settings.load import builtin_scorecard
from tests.scorecard.cast import card, component
from tests.scorecard.test_properties import QUICK, scorecards


def draft_of(*cards: Scorecard, place: int = 0) -> DraftFields:
    return DraftFields(cards=tuple(fields_of(one) for one in cards), place=place, expected=1)


def with_part(draft: DraftFields, number: int = 0, **values: str) -> DraftFields:
    """The draft with other texts in the fields of a component."""
    parts = list(draft.card.parts)
    parts[number] = parts[number].model_copy(update=values)
    return with_card(draft, parts=tuple(parts))


def with_card(draft: DraftFields, **values) -> DraftFields:
    cards = list(draft.cards)
    cards[draft.place] = draft.card.model_copy(update=values)
    return draft.model_copy(update={"cards": tuple(cards)})


BUILTIN = draft_of(builtin_scorecard())


@QUICK
@given(scorecards())
def test_a_scorecard_comes_back_from_its_fields_as_it_was(given_card):
    checked = check(draft_of(given_card))
    assert checked.faults == ()
    assert checked.cards is not None
    assert checked.cards.scorecards == (given_card,)


def test_conditions_and_rules_come_back_too():
    whole = card(
        component(),
        applies_to={"segment": ["a, b", "SMB"], "industry": ["x"], "employees_from": 10, "employees_to": 20},
        trend={"lookback_days": 3, "improving_above": 2.5, "declining_below": -0.5},
        risk={"high_below": 33.3, "high_when_not_alive": True, "grace_days": 1.5},
        min_confidence=0.07,
    )
    assert check(draft_of(whole, builtin_scorecard())).cards is None  # two are called default
    assert check(draft_of(whole.model_copy(update={"name": "special"}), builtin_scorecard())).faults == ()
    read = check(draft_of(whole)).cards
    assert read is not None
    assert read.scorecards == (whole,)


@given(st.floats(1e-9, 1))
def test_a_share_comes_back_from_its_percent(share):
    assert numbers.share(percent_text(share)) == share


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e999", "0x10", "1_000", "٣", "1,5", "one", "1 2", "--1"]
)
def test_what_is_no_number_is_said_to_be_none(text):
    with pytest.raises(Unreadable, match="is not a number"):
        numbers.exact(text)


@pytest.mark.parametrize(
    ("text", "value"), [("−5", -5), (" 1.50 ", 1.5), (".5", 0.5), ("2.", 2), ("1e3", 1000)]
)
def test_numbers_as_people_write_them_are_read(text, value):
    assert numbers.number(text) == value


@pytest.mark.parametrize("between", [" → ", "->", " => ", ":", ";", "\t", " ", ", "])
def test_points_of_a_curve_may_be_written_in_many_ways(between):
    assert numbers.curve(f"0{between}100\n\n10{between}0\n") == [(0, 100), (10, 0)]


@pytest.mark.parametrize("text", ["5", "a → b", "1 → 2 → 3", "0,7 → 100", "1e999 → 5", "nan → 5"])
def test_a_line_that_is_no_point_is_named(text):
    with pytest.raises(Unreadable, match="line 2"):
        numbers.curve("0 → 0\n" + text)


def test_a_curve_of_very_many_points_is_refused():
    with pytest.raises(Unreadable, match="too many"):
        numbers.curve("\n".join(f"{n} → 0" for n in range(10_000)))


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("weight", "abc", "“abc” is not a number"),
        ("weight", "0", "above 0"),
        ("weight", "-5", "from 0 to 100%"),
        ("weight", "", "above 0"),
        ("weight", "1e300", "from 0 to 100%"),
        ("name", " ", "write the name"),
        ("name", "x" * 101, "at most 100 characters"),
        ("key", "Has Space", "lower-case letters"),
        ("measure", "", "name of a measure"),
        ("per", "-1", "a number above 0"),
        ("per", "Total Users", "a measure or a number"),
        ("per", "", None),
        ("curve", "0 → 0", "at least 2"),
        ("curve", "1 → 0\n1 → 5", "must increase"),
        ("curve", "0 → 0\n1 → 101", "less than or equal to 100"),
        ("when_empty", "", "when_empty is required"),
        ("when_empty", "all", "a score from 0 to 100, or exclude"),
        ("when_empty", "101", "a score from 0 to 100, or exclude"),
    ],
)
def test_a_fault_stands_beside_the_field_of_a_component(field, text, said):
    checked = check(with_part(BUILTIN, **{field: text}))
    beside = checked.beside(0)
    if said is None:
        assert not beside
    else:
        place = next(name for name in beside if name.startswith("part.0.") and name.endswith(field))
        assert said in beside[place]
        assert checked.cards is None
        label = {"name": "name", "when_empty": "when empty", "per": "divided by"}.get(field, field)
        assert checked.faults[0].label.endswith(label)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", "Not A Name", "lower-case"),
        ("min_confidence", "150", "from 0 to 100%"),
        ("lookback_days", "2.5", "integer"),
        ("lookback_days", "1e12", "less than or equal to 365"),
        ("declining_below", "5", "less than or equal to 0"),
        ("high_below", "NaN", "not a number"),
        ("alive_measure", "No Such", "name of a measure"),
        ("employees_from", "-1", "greater than or equal to 0"),
    ],
)
def test_a_fault_stands_beside_the_field_of_a_scorecard(field, text, said):
    assert said in check(with_card(BUILTIN, **{field: text})).beside(0)[field]


def test_faults_of_several_fields_together_stand_beside_the_group():
    assert "out of order" in check(with_card(BUILTIN, high_below="80")).beside(0)["risk"]
    turned = with_card(BUILTIN, employees_from="10", employees_to="5")
    assert "is required" in check(turned).beside(0)["applies_to"]
    heavy = check(with_part(BUILTIN, weight="50")).beside(0)["parts"]
    assert heavy == "the weights sum to 130%; they must sum to 100%"
    copies = [
        BUILTIN.card.parts[0].model_copy(update={"key": f"k{number}", "weight": "1.96078431"})
        for number in range(51)
    ]
    assert "at most 50" in check(with_card(BUILTIN, parts=tuple(copies))).beside(0)["parts"]


def test_faults_of_another_scorecard_name_it():
    special = card(component(), name="special", applies_to={"segment": ["SMB"]})
    draft = with_part(draft_of(special, builtin_scorecard()), weight="x").model_copy(update={"place": 1})
    checked = check(draft)
    assert not checked.beside(1)
    assert checked.faults[0].label == "special: Only, weight"


def test_an_order_in_which_one_is_never_used_is_a_fault_of_the_draft():
    special = card(component(), name="special", applies_to={"segment": ["SMB"]})
    faults = check(draft_of(builtin_scorecard(), special)).faults
    assert [(one.place, one.label) for one in faults] == [(None, "Scorecards")]
    assert "put it last" in faults[0].message


def test_what_is_left_empty_takes_its_default():
    bare = with_card(BUILTIN, lookback_days="", high_below="", max_age_days="", min_confidence="")
    read = check(bare).cards
    assert read is not None
    assert read.scorecards[0].risk.high_below == 40
    assert read.scorecards[0].trend.lookback_days == 7


def test_the_sum_of_weights_is_exact():
    assert weights_sum(BUILTIN.card) == "100"
    tenths = with_part(with_part(BUILTIN, 0, weight="20.1"), 1, weight="24.9")
    assert weights_sum(tenths.card) == "100"
    assert weights_sum(with_part(BUILTIN, weight="x").card) is None


def test_adding_and_removing_components():
    more = change(BUILTIN, "add")
    assert len(more.card.parts) == 6
    less = change(more, "remove.0")
    assert less.card.parts[0].key == "case_resolution"
    for number in ("6", "-1", "x", "", "99999"):
        with pytest.raises(UsageError, match="another state"):
            change(more, f"remove.{number}")
    alone = draft_of(card(component()))
    with pytest.raises(UsageError, match="at least one component"):
        change(alone, "remove.0")
    with pytest.raises(UsageError, match="at most 50"):
        change(with_card(BUILTIN, parts=(PartFields(),) * 50), "add")


def test_normalising_keeps_the_proportions():
    heavy = with_part(BUILTIN, 4, weight="95")
    light = change(heavy, "normalise")
    assert [part.weight for part in light.card.parts] == ["11.11", "13.89", "13.89", "8.33", "52.78"]
    assert check(light).faults == ()


@pytest.mark.parametrize("weight", ["x", "0", "", "-3", "1e300"])
def test_weights_that_cannot_be_normalised_are_refused_in_a_sentence(weight):
    with pytest.raises(UsageError, match="cannot be normalised"):
        change(with_part(BUILTIN, weight=weight), "normalise")


def test_scorecards_are_added_moved_chosen_and_removed():
    two = change(BUILTIN, "add_card")
    assert [(card.name, number) for number, card in enumerate(two.cards)] == [
        ("default-2", 0),
        ("default", 1),
    ]
    assert two.card.name == "default-2"
    other = change(two, "card.1")
    assert other.card.name == "default"
    assert [card.name for card in change(other, "earlier").cards] == ["default", "default-2"]
    assert change(two, "earlier") == two
    assert [card.name for card in change(other, "remove_card").cards] == ["default-2"]
    assert change(other, "remove_card").place == 0
    with pytest.raises(UsageError, match="at least one scorecard"):
        change(BUILTIN, "remove_card")
