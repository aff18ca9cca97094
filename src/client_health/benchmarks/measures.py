"""What is compared: the score, its components, the ratios behind them, and measures of the settings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.rounding import Floats, round_half_up
from client_health.settings.model import BenchmarkMeasure

Unit = Literal["points", "percent", "number"]
OVERALL = "overall"
MOST = 2.0**50  # above it, floats lose the halves and quarters that rounding looks at


@dataclass(frozen=True)
class Compared:
    """One thing that is compared. `key` is what the store calls it, `name` what people do."""

    key: str
    name: str
    unit: Unit
    high_is_good: bool


def compared(scorecards: Iterable[Scorecard], extra: Sequence[BenchmarkMeasure]) -> dict[str, Compared]:
    """Everything that is compared under these scorecards, by key, in the order in which it is shown."""
    components = list({part.key: part for card in scorecards for part in card.components}.values())
    found = [
        Compared(OVERALL, "Overall score", "points", True),
        *(Compared(_score(part), part.name, "points", True) for part in components),
        *(_described_ratio(part) for part in components if isinstance(part.per, str)),
        *(Compared(_measure(one), one.name, "number", one.high_is_good) for one in extra),
    ]
    return {one.key: one for one in found}


def values_of(
    scorecard: Scorecard,
    overall: Floats,
    component_scores: Floats,
    columns: Columns,
    extra: Sequence[BenchmarkMeasure],
) -> dict[str, Floats]:
    """Whole numbers to compare, one column per key, NaN where a tenant has none.

    `component_scores` has a row per component of the scorecard, all columns are of the same tenants.
    """
    age = scorecard.max_age_days
    found = {OVERALL: overall}
    for part, scores in zip(scorecard.components, component_scores, strict=True):
        found[_score(part)] = scores
        if isinstance(part.per, str):
            found[_ratio(part)] = _percent(columns.value(part.measure, age), columns.value(part.per, age))
    for one in extra:
        found[_measure(one)] = _whole(columns.value(one.measure, age))
    return found


def _percent(value: Floats, per: Floats) -> Floats:
    return _whole(100 * value / np.where(per == 0, np.nan, per))


def _whole(values: Floats) -> Floats:
    rounded = round_half_up(values)
    return np.where(rounded > MOST, np.nan, rounded)


def _described_ratio(part: Component) -> Compared:
    rises = part.curve[-1][1] >= part.curve[0][1]
    measures = f"{part.measure} of {part.per}".replace("_", " ")
    return Compared(_ratio(part), f"{part.name}: {measures}", "percent", rises)


def _score(part: Component) -> str:
    return f"score:{part.key}"


def _ratio(part: Component) -> str:
    return f"ratio:{part.key}"


def _measure(one: BenchmarkMeasure) -> str:
    return f"measure:{one.measure}"
