"""Rules of scorecards in sentences."""

from client_health.dashboard.scorecard_words import (
    applies_to,
    empty_words,
    risk_rules,
    trend_rules,
    value_words,
)
from client_health.scorecard.model import AppliesTo, Component
from client_health.settings.load import builtin_scorecard
from tests.scorecard.cast import card, component


def part(**other) -> Component:
    return Component.model_validate(component(**other))


def test_the_rules_of_the_builtin_scorecard_name_its_thresholds():
    told = " ".join([*trend_rules(builtin_scorecard()), *risk_rules(builtin_scorecard())])
    assert "the last 7 days" in told
    assert "Improving above +5 points, declining below −5; stable between." in told
    assert "Critical below 40, and below 60 while declining. Healthy from 70 on unless declining" in told
    assert "Critical whatever the score where active users is 0." in told
    assert "younger than 30 days" in told
    assert "less than 50% of the weight" in told
    assert "up to 3 days" in told


def test_rules_that_are_off_are_not_told():
    plain = card(component(), max_age_days=0, trend={"improving_above": 2.5, "lookback_days": 1})
    told = " ".join([*trend_rules(plain), *risk_rules(plain)])
    assert "whatever the score" not in told
    assert "earns nothing" not in told
    assert "younger" not in told
    assert "never stand in" in told
    assert "above +2.5 points" in told
    assert "the last 1 day," in told


def test_who_a_scorecard_is_for():
    assert applies_to(None) == "all tenants"
    assert applies_to(AppliesTo(segment=("SMB", "Mid"))) == "segment SMB or Mid"
    both = AppliesTo(industry=("Mining",), employees_from=1000, employees_to=5000)
    assert applies_to(both) == "industry Mining, 1,000 to 5,000 employees"
    assert applies_to(AppliesTo(employees_from=10)) == "10 employees or more"
    assert applies_to(AppliesTo(employees_to=10)) == "up to 10 employees"


def test_what_a_component_scores():
    assert (
        value_words(part(measure="active_users", per="total_users", when_empty=0))
        == "active users / total users"
    )
    assert value_words(part(measure="tickets", per=2.5)) == "tickets / 2.5"
    assert value_words(part(measure="support_tickets")) == "support tickets"
    assert empty_words(part(per="total", when_empty="exclude")) == "left out"
    assert empty_words(part(per="total", when_empty=62.5)) == "scores 62.5"
    assert empty_words(part()) is None
