"""What the examples of docs/scoring.md call: the product's scoring of one tenant, shown as a table."""

from collections.abc import Mapping

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.components import State
from client_health.scorecard.composite import contributions
from client_health.scorecard.explanation import Side, explain
from client_health.scorecard.fleet import FleetScores, score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.risk import Level, Reason, risk
from client_health.scorecard.trend import Baseline, Direction
from client_health.settings.load import builtin_scorecard

SCORECARD = builtin_scorecard()
WORDS = {
    State.MEASURED: "measured",
    State.EMPTY: "empty",
    State.EXCLUDED: "empty, left out",
    State.SILENT: "silent, left out",
}


class Health:
    """One tenant's health under a scorecard."""

    def __init__(self, scores: FleetScores, card: Scorecard) -> None:
        self.scores, self.card = scores, card
        self.points = contributions(card, scores.components)[:, 0]

    def __repr__(self) -> str:
        rows = [
            f"{part.key:<20}{_whole(score):>6}{part.weight:>8.2f}{_points(points):>8}  {_state(int(state))}"
            for part, score, points, state in zip(
                self.card.components,
                self.scores.components.scores[:, 0],
                self.points,
                self.scores.components.states[:, 0],
                strict=True,
            )
        ]
        return "\n".join(
            [f"{'component':<20}{'score':>6}{'weight':>8}{'points':>8}  from", *rows, self.summary]
        )

    @property
    def summary(self) -> str:
        """The line under the table."""
        level = Level(self.scores.risk_levels[0]).name
        reason = Reason(self.scores.risk_reasons[0])
        why = "" if reason == Reason.SCORE else f" ({reason.name.lower()})"
        trend = Direction(self.scores.trends[0]).name
        score, confidence = _whole(self.scores.overall[0]), self.scores.confidence[0]
        return f"score {score}, confidence {confidence:.2f}, {trend}, risk {level}{why}"


def _columns(measures: Mapping[str, float]) -> Columns:
    return Columns(1, {name: np.array([float(value)]) for name, value in measures.items()})


def reweighted(**weights: float) -> Scorecard:
    """The built-in scorecard with other weights."""
    parts = [part.model_dump() | {"weight": weights[part.key]} for part in SCORECARD.components]
    return Scorecard.model_validate(SCORECARD.model_dump() | {"components": parts})


def explained(
    before: Mapping[str, float],
    after: Mapping[str, float],
    now_under: Scorecard = SCORECARD,
    then_under: Scorecard = SCORECARD,
) -> None:
    """Print the parts of the change between two dates; components that did not move are left out."""
    found = explain(Side(then_under, _columns(before)), Side(now_under, _columns(after)))
    assert found is not None
    for part in found.parts:
        if part.points:
            print(f"{part.key:<20}{part.points:>6.2f}")
    for cause in ("scorecard", "availability", "rounding"):
        print(f"{cause:<20}{getattr(found, cause):>6.2f}")
    print(f"{'change':<20}{found.change:>6}")


def score(
    *,
    stale_days: Mapping[str, float] | None = None,
    age_days: float = 1000,
    before: Health | None = None,
    under: Scorecard = SCORECARD,
    **measures: float,
) -> Health:
    """The health of a tenant with these measures; the others are missing. `before`: the baseline."""
    columns = Columns(
        1,
        {name: np.array([float(value)]) for name, value in measures.items()},
        {name: np.array([float(days)]) for name, days in (stale_days or {}).items()},
    )
    baseline = None if before is None else Baseline(before.scores.components, before.scores.overall)
    return Health(score_fleet(under, columns, np.array([float(age_days)]), baseline), under)


def risk_of(overall: float, direction: str = "STABLE") -> str:
    """The risk level of a score, where no exception applies."""
    codes, zero = np.array([Direction[direction]], dtype=np.uint8), np.zeros(1)
    levels, _ = risk(SCORECARD, np.array([float(overall)]), codes, zero, zero > 0, zero + 1000)
    return Level(levels[0]).name


def components() -> None:
    """Print the built-in scorecard's components."""
    print(f"{'component':<20}{'weight':>6}  {'value':<39}  {'curve':<20}  when empty")
    for part in SCORECARD.components:
        value = part.measure if part.per is None else f"{part.measure} / {part.per}"
        curve = ", ".join(f"{x:g} → {y:g}" for x, y in part.curve)
        empty = "–" if part.when_empty is None else f"{part.when_empty:g}"
        print(f"{part.key:<20}{part.weight:>6.2f}  {value:<39}  {curve:<20}  {empty}".rstrip())


def _whole(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.0f}"


def _points(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _state(code: int) -> str:
    if code == State.MISSING:
        return "missing"
    stale = ", stale" if code >= State.STALE else ""
    return WORDS[State(code % State.STALE)] + stale
