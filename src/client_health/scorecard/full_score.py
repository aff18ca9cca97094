"""What would give a component its full score: the smallest change of its measure alone."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from client_health.scorecard.columns import Columns
from client_health.scorecard.model import Component, Scorecard
from client_health.scorecard.remedy import Remedy
from client_health.scorecard.rounding import TOLERANCE, round_half_up

FULL = 100
FROM = FULL - 0.5 - TOLERANCE  # what is rounded up to FULL


def full_scores(scorecard: Scorecard, columns: Columns) -> list[Remedy]:
    """One per component for the one tenant in `columns`, `value_to` None where its measure alone cannot.

    Whole figures of a measure are looked for, and the present one, if that scores 100 already.
    """
    return [_of_component(component, columns, scorecard.max_age_days) for component in scorecard.components]


def _of_component(component: Component, columns: Columns, max_age: int) -> Remedy:
    now = float(columns.value(component.measure, max_age)[0])
    if math.isnan(now):
        return Remedy(component.key, component.measure, None, None)
    per = component.per if not isinstance(component.per, str) else columns.value(component.per, max_age)[0]
    best = value_for_full(component, now, 1.0 if per is None else float(per))
    return Remedy(component.key, component.measure, now, best)


def value_for_full(component: Component, now: float, per: float) -> float | None:
    """The figure nearest to `now` that scores 100, per a figure that stays; None where there is none."""
    if per == 0:
        return now if component.when_empty == FULL else None
    if math.isnan(per):
        return None
    good = [value for value in {now, *_candidates(component, per)} if _is_full(component, value / per)]
    return min(good, key=lambda value: (abs(value - now), value), default=None)


def _is_full(component: Component, ratio: float) -> bool:
    points = np.asarray(component.curve)
    return bool(round_half_up(np.interp(np.array([ratio]), points[:, 0], points[:, 1]))[0] == FULL)


def _candidates(component: Component, per: float) -> Iterator[float]:
    """Whole figures at the ends of each stretch of the curve that scores 100.

    If `now` lies in none of them, the nearest figure is an end. One more to either side, for the ends are
    found with floats.
    """
    for end in _ends(component):
        whole = math.floor(end * per)
        yield from (float(max(near, 0)) for near in range(whole - 1, whole + 3))


def _ends(component: Component) -> Iterator[float]:
    """Where the curve crosses FROM, and the points at which it is above."""
    curve = component.curve
    for (left, low), (right, high) in itertools.pairwise(curve):
        if (low < FROM) != (high < FROM):
            yield left + (FROM - low) * (right - left) / (high - low)
    yield from (value for value, points in curve if points >= FROM)
