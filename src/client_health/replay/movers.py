"""A tenant under both sets of scorecards, and which components move it."""

from collections.abc import Sequence

import numpy as np

from client_health.replay.results import Moved
from client_health.replay.side import PartColumns, Side
from client_health.scorecard.risk import Level
from client_health.scorecard.rounding import Floats

_REASONS = 3


def moved(place: int, who: Sequence[tuple[str, str]], old: Side, new: Side) -> Moved:
    """The tenant at a place, named by id and name."""
    return Moved(
        *who[place],
        _score(old.overall, place),
        _score(new.overall, place),
        Level(int(old.levels[place])).name,
        Level(int(new.levels[place])).name,
        _reasons(place, old, new),
    )


def _score(column: Floats, place: int) -> int | None:
    return None if np.isnan(column[place]) else int(column[place])


def _reasons(place: int, old: Side, new: Side) -> tuple[str, ...]:
    """The components that move the score most, each with its share of the weight and its score."""
    found = []
    level = _level(place, old, new)
    for key in old.parts | new.parts:
        was, now = old.parts.get(key), new.parts.get(key)
        points = _above(now, place, level) - _above(was, place, level)
        if abs(points) >= 0.05:
            name = (now or was).name  # type: ignore[union-attr]  # one of them is there
            shares = [0.0 if side is None else side.share[place] for side in (was, now)]
            marks = [None if side is None else _score(side.score, place) for side in (was, now)]
            found.append((points, f"{name}{_shares(*shares)}{_marks(*marks)}: {_signed(points)} points"))
    return tuple(sentence for _, sentence in sorted(found, key=lambda one: -abs(one[0]))[:_REASONS])


def _level(place: int, old: Side, new: Side) -> float:
    """The tenant's unrounded score, the mean of both sides; 0 where one of them has none."""
    scores = [sum(part.points[place] for part in side.parts.values()) for side in (old, new)]
    return 0.0 if np.isnan([old.overall[place], new.overall[place]]).any() else float(np.mean(scores))


def _above(part: PartColumns | None, place: int, level: float) -> float:
    """Points that a component brings beyond what the same share would bring at the tenant's level.

    Shares sum to 1 on both sides, so these points sum to the same change as the plain ones. But a weak
    component that weighs more costs points here, where its own plain points would rise.
    """
    return 0.0 if part is None else float(part.points[place] - part.share[place] * level)


def _shares(old: float, new: float) -> str:
    if round(old, 3) == round(new, 3):
        return ""
    return f" weighs {old * 100:.0f}% → {new * 100:.0f}%"


def _marks(old: int | None, new: int | None) -> str:
    words = ["left out" if score is None else str(score) for score in (old, new)]
    return f", score {words[0]}" if old == new else f", score {words[0]} → {words[1]}"


def _signed(points: float) -> str:
    return f"{'+' if points > 0 else '−'}{abs(points):.1f}"
