"""What a tenant is like: one level per component, in points of that component's score.

A level of 100 meets the built-in scorecard's target; up to 115 exceeds it.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]
Knots = tuple[tuple[float, float], ...]


class Trait(IntEnum):
    """The rows of a tenant's levels."""

    LOGIN = 0
    CASES = 1
    CAMPAIGNS = 2
    FEATURES = 3
    TICKETS = 4


WEIGHTS = np.array([0.20, 0.25, 0.25, 0.15, 0.15])
CEILING = 115.0
WALK_SPREAD = 5.0  # points that a trait strays from its home, as a standard deviation
WALK_DAYS = 80.0  # how long it stays astray
TURNING_SHARE = 0.4  # of the tenants change for good once, within so many days
TURNING_DAYS = 16
TURN_SPREAD = 14.0


def active_share(level: float) -> float:
    """Share of the enabled users that log in."""
    return min(1.0, 0.70 * level / 100)


def on_time_share(level: float) -> float:
    """Share of the cases that are closed on time."""
    return min(1.0, 0.90 * level / 100)


def completed_share(level: float) -> float:
    """Share of the assignments that are completed."""
    return min(1.0, 0.85 * level / 100)


def features_used(level: float) -> int:
    """How many of the 14 tracked features are in use."""
    return min(14, round(14 * 0.60 * level / 100))


def tickets_per_month(level: float) -> float:
    """Tickets opened in 30 days: 100 is none, 0 is ten, -300 is forty."""
    return max(0.0, (100 - level) / 10)


def character(rng: np.random.Generator, score: float, given: dict[Trait, float]) -> Levels:
    """Five levels whose weighted mean scores `score`; those given stay as they are."""
    levels = np.clip(score + rng.normal(0, 11, len(Trait)), 3, CEILING)
    free = np.array([trait not in given for trait in Trait])
    for trait, level in given.items():
        levels[trait] = level
    for _ in range(6):
        gap = score - WEIGHTS @ np.minimum(levels, 100)
        levels[free] = np.clip(levels[free] + gap / WEIGHTS[free].sum(), 3, CEILING)
    return levels


def neighbourly(rng: np.random.Generator, home: Levels, days: int) -> Levels:
    """Levels by trait and day of a tenant without a story: it strays, and some turn to better or worse."""
    course = home[:, None] + wander(rng, days, WALK_SPREAD)
    if rng.random() < TURNING_SHARE:
        begins = rng.integers(0, days)
        progress = np.clip((np.arange(days) - begins) / TURNING_DAYS, 0, 1)
        course += np.outer(rng.normal(0, TURN_SPREAD) * rng.uniform(0.4, 1.6, len(home)), progress)
    return np.clip(course, 0, CEILING)


def wander(rng: np.random.Generator, days: int, spread: float) -> Levels:
    """A slow random walk by trait and day that is drawn back to zero."""
    walk = np.empty((len(Trait), days))
    pull = 1 / WALK_DAYS
    offset = rng.normal(0, spread, len(Trait))
    steps = rng.normal(0, spread * np.sqrt(2 * pull), (days, len(Trait)))
    for day in range(days):
        walk[:, day] = offset
        offset = offset * (1 - pull) + steps[day]
    return walk


def follow(knots: Knots, days_left: NDArray[np.float64]) -> Levels:
    """Levels by day along straight lines between (days before the end, level) points."""
    ordered = sorted(knots)
    return np.interp(days_left, [left for left, _ in ordered], [level for _, level in ordered])
