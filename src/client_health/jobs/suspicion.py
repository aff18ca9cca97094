"""A run whose figures cannot be right although every query answered: too many tenants move in one night."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from client_health.jobs.scored import ScoredGroup
from client_health.scorecard.components import ComponentScores
from client_health.scorecard.composite import weights
from client_health.scorecard.rounding import Floats
from client_health.scorecard.trend import comparable_change
from client_health.settings.model import RunSettings
from client_health.store import past_scores, published_runs, suspicious_runs, usage_days
from client_health.store.engine import Store
from client_health.usage.metrics import Collection


@dataclass(frozen=True)
class Jump:
    """How many of the compared tenants moved by more than `points`, and the measure that moved them most."""

    moved: int
    compared: int
    points: float
    since: date
    measure: str
    query: str
    median_before: float
    median_after: float

    def __str__(self) -> str:
        return (
            f"{self.moved:,} of {self.compared:,} tenants would move by more than {self.points:g} points "
            f"since {self.since}, most of it through {self.measure} ({self.query}), whose median went from "
            f"{self.median_before:,.6g} to {self.median_after:,.6g} among them"
        )

    def counts(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "since": self.since.isoformat()}


@dataclass(frozen=True)
class _Compared:
    """A group beside its scores of the day before: changes in points, NaN where there is none."""

    group: ScoredGroup
    before: ComponentScores
    change: Floats


def find_jump(
    store: Store, settings: RunSettings, groups: Sequence[ScoredGroup], collection: Collection
) -> Jump | None:
    """The jump that makes a run suspicious; None where it is not.

    Only the day before is compared, under the same scorecard version: after weeks of downtime many tenants
    have moved, and rightly. Components missing on either day are left out, as in the trend.
    """
    if not groups:
        return None
    since = _compared_with(store, groups[0].rows.day)
    compared = [_compare(store, group, since) for group in groups]
    moved = [np.abs(one.change) > settings.suspicious_points for one in compared]
    count = sum(int(some.sum()) for some in moved)
    total = sum(int((~np.isnan(one.change)).sum()) for one in compared)
    if count <= settings.suspicious_tenants or count <= settings.suspicious_share * total:
        return None
    measure, before, after = _mover(store, since, compared, moved, collection)
    owner = next(
        (report.name for report in collection.reports if measure in report.measures), "stale figures"
    )
    return Jump(count, total, settings.suspicious_points, since, measure, owner, before, after)


def _compared_with(store: Store, day: date) -> date:
    """The day before; where it was held back, the one before: what is broken would else pass tomorrow.

    Scores of single tenants do not make a held day one to compare with.
    """
    before = day - timedelta(days=1)
    with store.read() as connection:
        held_back = {run.score_date for run in suspicious_runs.waiting(connection)}
        while before in held_back and not published_runs.is_published(connection, before):
            before -= timedelta(days=1)
    return before


def _compare(store: Store, group: ScoredGroup, since: date) -> _Compared:
    rows, card = group.rows, group.published.scorecard
    with store.read() as connection:
        then = past_scores.read_aligned(
            connection, since, group.published.id, len(card.components), rows.tenants
        )
    change = comparable_change(card, rows.components, rows.overall, then)
    return _Compared(group, then.components, change)


def _mover(
    store: Store,
    since: date,
    compared: Sequence[_Compared],
    moved: Sequence[np.ndarray],
    collection: Collection,
) -> tuple[str, float, float]:
    """The measure behind the most points, and its medians among the moved tenants before and after."""
    points: dict[tuple[str, ...], float] = {}
    for one, some in zip(compared, moved, strict=True):
        card = one.group.published.scorecard
        shift = np.abs(one.group.rows.components.scores - one.before.scores) * weights(card)
        for part, total in zip(card.components, np.nansum(shift[:, some], axis=1).tolist(), strict=True):
            points[part.measures] = points.get(part.measures, 0.0) + total
    measures = max(points, key=lambda names: points[names])
    keys = np.concatenate([one.group.rows.tenants[some] for one, some in zip(compared, moved, strict=True)])
    places = np.concatenate([one.group.places[some] for one, some in zip(compared, moved, strict=True)])
    with store.read() as connection:
        then = usage_days.read_day(connection, since)
    had = np.isin(then.tenants, keys)
    medians = [
        (name, _median(then.values.get(name), had), _median(collection.metrics.values.get(name), places))
        for name in measures
    ]
    return max(medians, key=lambda one: abs(one[2] - one[1]) / max(one[1], one[2], 1e-9))


def _median(column: Floats | None, which: np.ndarray) -> float:
    known = np.zeros(0) if column is None else column[which]
    known = known[~np.isnan(known)]
    return float(np.median(known)) if len(known) else 0.0
