"""What moved the scores of a list of tenants most since the dates that their trends are told from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import sqlalchemy as sa

from client_health.scorecard.components import ComponentScores
from client_health.scorecard.model import Scorecard
from client_health.scorecard.movements import movements
from client_health.store import recent_scores
from client_health.store.scorecards import PublishedScorecard
from client_health.store.types import stack

Row = sa.Row[tuple[Any, ...]]
SMALLEST = 0.05  # points: what is less shows as nothing with one decimal


@dataclass(frozen=True)
class Driver:
    """The component whose own movement brought or cost most points; None where none moved.

    `gone`: names of components that counted then and have no figures now.
    """

    component: str | None
    points: float
    gone: tuple[str, ...] = ()


def main_drivers(
    connection: sa.Connection, rows: Iterable[Row], versions: Mapping[int, PublishedScorecard]
) -> dict[int, Driver]:
    """Drivers by tenant, of those that have a score to compare with; `rows` are of the portfolio."""
    told = [row for row in rows if row.baseline_day is not None and row.overall is not None]
    wanted = {row.id: (row.baseline_day, row.id, row.scorecard) for row in told}
    before = recent_scores.components(connection, wanted.values()) if wanted else {}
    kept = sorted((row for row in told if wanted[row.id] in before), key=lambda row: int(row.scorecard))
    found: dict[int, Driver] = {}
    for scorecard, grouped in groupby(kept, key=lambda row: int(row.scorecard)):
        group = list(grouped)
        then = [before[wanted[row.id]] for row in group]
        drivers = _of_group(versions[scorecard].scorecard, then, group)
        found |= {row.id: driver for row, driver in zip(group, drivers, strict=True)}
    return found


def _of_group(card: Scorecard, then: Sequence[Row], now: Sequence[Row]) -> list[Driver]:
    """The drivers of aligned rows under one scorecard."""
    before, after = _components(card, then), _components(card, now)
    own = movements(card, before, after).own
    size = np.round(np.nan_to_num(np.abs(own)), 6)  # of equal ones the first, whatever their last bits
    places, most = size.argmax(axis=0), size.max(axis=0)
    gone = before.in_force & after.missing
    names = [component.name for component in card.components]
    return [
        Driver(
            names[place] if most[tenant] >= SMALLEST else None,
            float(own[place, tenant]) if most[tenant] >= SMALLEST else 0.0,
            tuple(name for name, went in zip(names, gone[:, tenant], strict=True) if went),
        )
        for tenant, place in enumerate(places.tolist())
    ]


def _components(card: Scorecard, rows: Sequence[Row]) -> ComponentScores:
    width = len(card.components)
    scores = np.ascontiguousarray(stack([row.component_scores for row in rows], width).T)
    return ComponentScores(
        scores, ComponentScores.states_from_letters([row.component_states for row in rows], width)
    )
