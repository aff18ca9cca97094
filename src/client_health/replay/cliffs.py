"""Tenants close to a cliff: one unit more or less of one measure moves their score by a lot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from client_health.replay.walk import ReplayedGroup
from client_health.scorecard.columns import Columns
from client_health.scorecard.fleet import score_fleet
from client_health.scorecard.model import Scorecard
from client_health.scorecard.rounding import Floats

CLIFF_POINTS = 10


@dataclass(frozen=True)
class Cliff:
    """The worst single unit for one tenant, by its place in the day."""

    place: int
    measure: str
    value_from: float
    value_to: float
    score_from: int
    score_to: int


def cliffs(
    cards: Sequence[Scorecard], groups: Sequence[ReplayedGroup], columns: Columns, ages: Floats
) -> list[Cliff]:
    """Cliffs of more than CLIFF_POINTS, the deepest first, one per tenant."""
    found: dict[int, Cliff] = {}
    for group in groups:
        for cliff in _of_group(cards[group.scorecard], group, columns.at(group.places), ages[group.places]):
            worst = found.get(cliff.place)
            if worst is None or _depth(cliff) > _depth(worst):
                found[cliff.place] = cliff
    return sorted(found.values(), key=lambda cliff: (-_depth(cliff), cliff.place))


def _of_group(card: Scorecard, group: ReplayedGroup, columns: Columns, ages: Floats) -> Iterator[Cliff]:
    for measure in sorted(card.measures & set(columns.values)):
        now = columns.value(measure, card.max_age_days)
        for step in (-1.0, 1.0):
            moved = np.where(now + step < 0, now, now + step)
            tried = replace(columns, values={**columns.values, measure: moved})
            scores = score_fleet(card, tried, ages, group.baseline).overall
            for at in np.flatnonzero(np.abs(scores - group.fleet.overall) > CLIFF_POINTS).tolist():
                yield Cliff(
                    int(group.places[at]),
                    measure,
                    float(now[at]),
                    float(moved[at]),
                    int(group.fleet.overall[at]),
                    int(scores[at]),
                )


def _depth(cliff: Cliff) -> int:
    return abs(cliff.score_to - cliff.score_from)
