"""Why a score moved: the change between two dates, split into parts that sum to it exactly.

The change of the unrounded score is split by Shapley's rule, the mean over both orders in which two causes
can take effect, so that no cause is favoured for being looked at first:

1. What the scorecard changed (weights, curves) against what the figures changed.
2. Of the latter, for each component, its own movement (change of score × mean share of the weight) against
   the shares that moved because components became missing, came back, or were left out (renormalisation).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.components import ComponentScores, score_components
from client_health.scorecard.composite import overall
from client_health.scorecard.model import Scorecard
from client_health.scorecard.movements import movements, shares

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Side:
    """One date of a comparison: the scorecard in force and the measures of the one tenant."""

    scorecard: Scorecard
    columns: Columns


@dataclass(frozen=True)
class Part:
    """Points that one component's own movement brought or cost. Scores are None where it is left out."""

    key: str
    points: Decimal
    score_from: int | None
    score_to: int | None


@dataclass(frozen=True)
class Explanation:
    """A change in hundredths of a point: `parts`, `scorecard`, `availability`, `rounding` sum to `change`."""

    score_from: int
    score_to: int
    parts: tuple[Part, ...]
    scorecard: Decimal
    availability: Decimal
    rounding: Decimal

    @property
    def change(self) -> int:
        """Difference of the two displayed scores."""
        return self.score_to - self.score_from


def explain(before: Side, after: Side) -> Explanation | None:
    """Explain the change from one date to another; None where one of them has no score.

    Shapley values of two causes: L. S. Shapley, A value for n-person games (1953).
    """
    old, new = before.scorecard, after.scorecard
    states = {
        (figures, card): score_components(card_of, side.columns)
        for figures, side in (("old", before), ("new", after))
        for card, card_of in (("old", old), ("new", new))
    }
    first, last = states["old", "old"], states["new", "new"]
    displayed = float(overall(old, first)[0]), float(overall(new, last)[0])
    if np.isnan(displayed).any():
        return None
    under_old = _same_scorecard(old, first, states["new", "old"])
    under_new = _same_scorecard(new, states["old", "new"], last)
    moved, availability = _mean_of(under_old, under_new)
    raw = _unrounded(new, last) - _unrounded(old, first)
    scorecard = raw - sum(moved.values()) - availability
    parts = tuple(
        Part(key, _points(points), *(_shown(card, state, key) for card, state in ((old, first), (new, last))))
        for key, points in moved.items()
    )
    change = Decimal(int(displayed[1] - displayed[0]))
    told = sum((part.points for part in parts), _points(scorecard) + _points(availability))
    return Explanation(
        int(displayed[0]), int(displayed[1]), parts, _points(scorecard), _points(availability), change - told
    )


def _mean_of(
    *effects: tuple[dict[str, float], float] | None,
) -> tuple[dict[str, float], float]:
    """The mean of what the figures did under each scorecard; nothing where a date has no score under it."""
    known = [effect for effect in effects if effect is not None]
    keys = dict.fromkeys(key for moved, _ in known for key in moved)
    moved = {key: sum(effect.get(key, 0.0) for effect, _ in known) / len(effects) for key in keys}
    return moved, sum(availability for _, availability in known) / len(effects)


def _same_scorecard(
    card: Scorecard, before: ComponentScores, after: ComponentScores
) -> tuple[dict[str, float], float] | None:
    """Points by component, and points by components that came or went; None where one date has no score."""
    moved = movements(card, before, after)
    availability = float(moved.availability[0])
    if np.isnan(availability):
        return None
    keys = [component.key for component in card.components]
    return dict(zip(keys, moved.own[:, 0].tolist(), strict=True)), availability


def _unrounded(card: Scorecard, scores: ComponentScores) -> float:
    return float((shares(card, scores)[:, 0] * np.nan_to_num(scores.scores[:, 0])).sum())


def _shown(card: Scorecard, scores: ComponentScores, key: str) -> int | None:
    for place, component in enumerate(card.components):
        if component.key == key and not np.isnan(scores.scores[place, 0]):
            return int(scores.scores[place, 0])
    return None


def _points(value: float) -> Decimal:
    """Points to a hundredth; what is cut off lands in the part called rounding."""
    return Decimal(repr(value)).quantize(_CENT, ROUND_HALF_EVEN) + 0
