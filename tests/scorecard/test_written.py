"""Scorecards as the text of scorecard files."""

import tomllib

import pytest
from hypothesis import given

from client_health.scorecard.model import Scorecard
from client_health.scorecard.written import toml_text
from client_health.settings.load import builtin_scorecard, load_scorecard_file
from tests.scorecard.cast import card, component
from tests.scorecard.test_properties import QUICK, scorecards


@QUICK
@given(scorecards())
def test_reading_what_was_written_gives_the_same_scorecard(given_card):
    assert Scorecard.model_validate(tomllib.loads(toml_text(given_card))) == given_card


def test_the_builtin_scorecard_comes_back_from_a_file_with_the_same_digest(tmp_path):
    path = tmp_path / "scorecard.toml"
    path.write_text(toml_text(builtin_scorecard()), "utf-8")
    assert load_scorecard_file(path).digest() == builtin_scorecard().digest()


def test_who_it_is_for_and_every_threshold_are_written():
    whole = card(
        component(),
        applies_to={"segment": ["SMB", "a, b"], "employees_from": 10},
        trend={"lookback_days": 3, "improving_above": 2.5, "declining_below": -0.5},
        risk={"high_below": 30, "high_when_not_alive": True},
    )
    assert Scorecard.model_validate(tomllib.loads(toml_text(whole))) == whole


@pytest.mark.parametrize("name", ['say "hi"', "back\\slash", "line\nbreak", "del\x7f", "ümläut → ok", "\t"])
def test_odd_names_survive(name):
    odd = card(component(name=name))
    assert Scorecard.model_validate(tomllib.loads(toml_text(odd))) == odd


@pytest.mark.parametrize("value", [1e-7, 1e22, 0.1 + 0.2, 123456789012345678.0, 5e-324])
def test_odd_numbers_survive(value):
    odd = card(component(curve=[[0, 0], [value, 100]]))
    assert Scorecard.model_validate(tomllib.loads(toml_text(odd))) == odd
