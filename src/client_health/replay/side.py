"""One date as one set of scorecards tells it, over all tenants of the date."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client_health.replay.walk import ReplayedGroup
from client_health.scorecard.components import Codes
from client_health.scorecard.composite import contributions, weights
from client_health.scorecard.model import Scorecard
from client_health.scorecard.risk import Level
from client_health.scorecard.rounding import Floats


@dataclass(frozen=True)
class PartColumns:
    """One component over all tenants: its name, share of the weight in force, score and points."""

    name: str
    share: Floats
    score: Floats
    points: Floats


@dataclass(frozen=True)
class Side:
    """Scores (NaN: none), risk levels, and components by key, aligned with the tenants of the date."""

    overall: Floats
    levels: Codes
    parts: dict[str, PartColumns]


def side_of(cards: Sequence[Scorecard], groups: Sequence[ReplayedGroup], count: int) -> Side:
    """Put the groups of a date together."""
    overall, levels = np.full(count, np.nan), np.full(count, Level.UNKNOWN, dtype=np.uint8)
    parts: dict[str, PartColumns] = {}
    for group in groups:
        card, fleet = cards[group.scorecard], group.fleet
        overall[group.places], levels[group.places] = fleet.overall, fleet.risk_levels
        points = contributions(card, fleet.components)
        in_force = weights(card) * fleet.components.in_force
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = in_force / in_force.sum(axis=0)
        for row, component in enumerate(card.components):
            columns = parts.setdefault(component.key, _blank(component.name, count))
            columns.share[group.places] = np.nan_to_num(shares[row])
            columns.score[group.places] = fleet.components.scores[row]
            columns.points[group.places] = np.nan_to_num(points[row])
    return Side(overall, levels, parts)


def _blank(name: str, count: int) -> PartColumns:
    return PartColumns(name, np.zeros(count), np.full(count, np.nan), np.zeros(count))


def high(groups: Sequence[ReplayedGroup]) -> NDArray[np.int64]:
    """Surrogate keys of the tenants at HIGH."""
    found = [group.tenants[group.fleet.risk_levels == Level.HIGH] for group in groups]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
