"""Risk levels: by score and trend, and the exceptions that come first."""

import numpy as np
import pytest

from client_health.scorecard.risk import Level, risk
from client_health.scorecard.trend import Direction
from tests.scorecard.cast import (
    ABANDONED,
    BUILTIN,
    FORGOTTEN,
    MIDDLING,
    NAN,
    THRIVING,
    card,
    component,
    level,
    reason,
    score,
    without,
)

QUARTERS = card(*(component(key, 0.25) for key in ("north", "east", "south", "west")))


def level_of(value: float, direction: Direction) -> str:
    nothing = np.zeros(1)
    levels, _ = risk(
        BUILTIN, np.array([value]), np.array([direction], np.uint8), nothing, nothing > 0, np.full(1, NAN)
    )
    return Level(levels[0]).name


@pytest.mark.parametrize(
    ("value", "stable", "improving", "declining"),
    [
        (0, "HIGH", "HIGH", "HIGH"),
        (39, "HIGH", "HIGH", "HIGH"),
        (40, "MEDIUM", "MEDIUM", "HIGH"),
        (59, "MEDIUM", "MEDIUM", "HIGH"),
        (60, "MEDIUM", "MEDIUM", "MEDIUM"),
        (69, "MEDIUM", "MEDIUM", "MEDIUM"),
        (70, "LOW", "LOW", "MEDIUM"),
        (100, "LOW", "LOW", "MEDIUM"),
    ],
)
def test_risk_follows_from_score_and_trend(value: float, stable: str, improving: str, declining: str) -> None:
    assert level_of(value, Direction.STABLE) == stable
    assert level_of(value, Direction.IMPROVING) == improving
    assert level_of(value, Direction.DECLINING) == declining


def test_thresholds_belong_to_the_scorecard() -> None:
    rules = {"high_below": 10, "high_below_when_declining": 20, "low_from": 30}
    scores = score({"only": 9}, {"only": 10}, {"only": 30}, scorecard=card(component(), risk=rules))
    assert [level(scores, tenant).name for tenant in range(3)] == ["HIGH", "MEDIUM", "LOW"]


def night_without(*missing: str) -> dict[str, float]:
    return dict(without(dict.fromkeys(("north", "east", "south", "west"), 90.0), *missing))


def test_risk_is_unknown_only_where_more_than_half_of_the_weight_is_missing() -> None:
    scores = score(night_without("north"), night_without("north", "east"), scorecard=QUARTERS)
    assert [level(scores, tenant).name for tenant in (0, 1)] == ["LOW", "LOW"]
    scores = score(night_without("north", "east", "south"), scorecard=QUARTERS)
    assert (level(scores).name, reason(scores).name) == ("UNKNOWN", "MISSING_DATA")
    assert scores.overall[0] == 90


@pytest.mark.parametrize(("missing", "expected"), [(3, "LOW"), (4, "UNKNOWN")])
def test_missing_weight_equal_to_the_limit_is_tolerated_though_floats_do_not_add_up(
    missing: int, expected: str
) -> None:
    names = [f"part{number}" for number in range(10)]
    tenths = card(*(component(name, 0.1) for name in names), min_confidence=0.7)
    scores = score(without(dict.fromkeys(names, 90.0), *names[:missing]), scorecard=tenths)
    assert level(scores).name == expected


def test_with_full_min_confidence_any_missing_component_is_too_much() -> None:
    strict = card(component("left", 0.99), component("right", 0.01), min_confidence=1)
    scores = score({"left": 90, "right": NAN}, {"left": 90, "right": 90}, scorecard=strict)
    assert [level(scores, tenant).name for tenant in (0, 1)] == ["UNKNOWN", "LOW"]


def test_stale_figures_never_make_the_risk_unknown() -> None:
    scores = score(THRIVING, stale={name: [3] for name in THRIVING})
    assert level(scores).name == "LOW"
    assert scores.confidence[0] == 0


def test_figures_that_are_too_old_do() -> None:
    assert level(score(THRIVING, stale={name: [4] for name in THRIVING})).name == "UNKNOWN"


def test_a_tenant_that_nobody_uses_is_high_whatever_its_score() -> None:
    healthy_but_deserted = {**THRIVING, "active_users": 0}
    scores = score(healthy_but_deserted)
    assert scores.overall[0] == 80
    assert (level(scores).name, reason(scores).name) == ("HIGH", "NOT_ALIVE")


def test_a_scorecard_may_leave_that_rule_out() -> None:
    lenient = card(component("only", 1.0), alive_measure="only")
    assert level(score({"only": 0}, scorecard=lenient)).name == "HIGH"
    upside_down = card(component(curve=[[0, 100], [10, 0]]), alive_measure="only")
    assert level(score({"only": 0}, scorecard=upside_down)).name == "LOW"


def test_nobody_is_called_dead_while_the_alive_measure_is_missing() -> None:
    scores = score(without(ABANDONED, "active_users"))
    assert (level(scores).name, reason(scores).name) == ("LOW", "SCORE")


@pytest.mark.parametrize(
    ("age", "expected"), [(0, "NEW"), (29.99, "NEW"), (30, "NOT_ALIVE"), (NAN, "NOT_ALIVE")]
)
def test_a_new_tenant_is_unknown_before_it_can_be_not_alive(age: float, expected: str) -> None:
    scores = score(FORGOTTEN, age_days=age)
    assert reason(scores).name == expected
    assert level(scores).name == ("UNKNOWN" if expected == "NEW" else "HIGH")


def test_a_new_tenant_still_has_a_score() -> None:
    assert score(MIDDLING, age_days=3).overall[0] == 63


def test_without_grace_days_nobody_is_new() -> None:
    assert reason(score({"only": 90}, scorecard=card(component()), age_days=0)).name == "SCORE"
