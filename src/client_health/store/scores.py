"""Health scores: one row per date, tenant and scorecard version."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.scorecard.components import Codes, ComponentScores
from client_health.scorecard.fleet import FleetScores
from client_health.scorecard.risk import Level, Reason
from client_health.scorecard.trend import Direction
from client_health.store import partitions
from client_health.store.bulk import CHUNK, LATER_WINS, ONLY_LATER_WINS, merge
from client_health.store.schema import health_scores as table
from client_health.store.schema import score_days
from client_health.store.types import Floats, pack, stack

COLUMNS = (
    "tenant",
    "scorecard",
    "day",
    "component_scores",
    "component_states",
    "overall",
    "previous_score",
    "baseline_score",
    "baseline_day",
    "trend",
    "risk_level",
    "risk_reason",
    "confidence",
    "as_of",
    "calculated_at",
)
QUIET = ("calculated_at",)
PART = 100_000  # tenants whose scores are told anew at once
_DAYS = (
    sa.select(score_days.c.day)
    .where(score_days.c.day.between(sa.bindparam("first"), sa.bindparam("last")))
    .distinct()
    .order_by(score_days.c.day)
)
_TRENDS = {code.value: code.name for code in Direction}
_LEVELS = {code.value: code.name for code in Level}
_REASONS = {code.value: code.name.lower() for code in Reason}


@dataclass(frozen=True)
class ScoreRows:
    """Scores of many tenants on one date under one scorecard version, as aligned columns.

    Read from the store, `tenants` (surrogate keys) ascend.
    """

    day: date
    scorecard: int
    tenants: NDArray[np.int64]
    components: ComponentScores
    overall: Floats
    previous: Floats
    baseline: Floats
    baseline_days: Sequence[date | None]
    trends: Codes
    risk_levels: Codes
    risk_reasons: Codes
    confidence: Floats
    as_of: Sequence[datetime]
    calculated_at: Sequence[datetime]
    reported: Sequence[bool]

    def tuples(self, dialect: str) -> Iterator[tuple[object, ...]]:
        """Rows in the order of COLUMNS, ready to be written."""
        for start in range(0, len(self.tenants), CHUNK):
            yield from self._some_tuples(slice(start, start + CHUNK), dialect)

    def _some_tuples(self, some: slice, dialect: str) -> Iterator[tuple[object, ...]]:
        tenants = self.tenants[some].tolist()
        parts = ComponentScores(self.components.scores[:, some], self.components.states[:, some])
        return zip(
            tenants,
            [self.scorecard] * len(tenants),
            [self.day] * len(tenants),
            pack(np.ascontiguousarray(parts.scores.T), dialect),
            parts.letters(),
            _whole(self.overall[some]),
            _whole(self.previous[some]),
            _whole(self.baseline[some]),
            self.baseline_days[some],
            [_TRENDS[code] for code in self.trends[some].tolist()],
            [_LEVELS[code] for code in self.risk_levels[some].tolist()],
            [_REASONS[code] for code in self.risk_reasons[some].tolist()],
            self.confidence[some].tolist(),
            self.as_of[some],
            self.calculated_at[some],
            strict=True,
        )


def score_rows(
    day: date,
    scorecard: int,
    tenants: NDArray[np.int64],
    fleet: FleetScores,
    earlier: tuple[Floats, Floats, Sequence[date | None]],
    as_of: Sequence[datetime],
    now: datetime,
    reported: bool = True,
) -> ScoreRows:
    """Rows of what was scored; `earlier` holds previous scores, baseline scores and baseline dates."""
    previous, baseline, baseline_days = earlier
    count = len(tenants)
    return ScoreRows(
        day=day,
        scorecard=scorecard,
        tenants=tenants,
        components=fleet.components,
        overall=fleet.overall,
        previous=previous,
        baseline=baseline,
        baseline_days=baseline_days,
        trends=fleet.trends,
        risk_levels=fleet.risk_levels,
        risk_reasons=fleet.risk_reasons,
        confidence=fleet.confidence,
        as_of=as_of,
        calculated_at=[now] * count,
        reported=[reported] * count,
    )


def _whole(scores: Floats) -> list[int | None]:
    return [None if math.isnan(score) else int(score) for score in scores.tolist()]


def write(connection: sa.Connection, rows: ScoreRows, fill: bool = False) -> None:
    """Write the scores of a date; a row of a later `as_of` stays, and with `fill` one of the same, too."""
    partitions.ensure(connection, rows.day, rows.day)
    values = (
        (*row, reported)
        for row, reported in zip(rows.tuples(connection.dialect.name), rows.reported, strict=True)
    )
    columns = (*COLUMNS, "is_reported")
    guard = ONLY_LATER_WINS if fill else LATER_WINS
    merge(connection, table, columns, values, guard=guard, quiet=QUIET, keep=("is_reported",))
    merge(connection, score_days, ("scorecard", "day"), [(rows.scorecard, rows.day)])


def read_day(connection: sa.Connection, day: date, scorecard: int, components: int) -> ScoreRows:
    """The scores of a date."""
    query = sa.select(table).where(table.c.day == day, table.c.scorecard == scorecard)
    found = connection.execute(query.order_by(table.c.tenant)).all()
    return _from_rows(day, scorecard, components, found)


def read_parts(connection: sa.Connection, day: date, scorecard: int, components: int) -> Iterator[ScoreRows]:
    """The same in parts, which may be written before the next one is read."""
    query = sa.select(table).where(table.c.day == day, table.c.scorecard == scorecard)
    query, last = query.order_by(table.c.tenant).limit(PART), -1
    while found := connection.execute(query.where(table.c.tenant > last)).all():
        yield _from_rows(day, scorecard, components, found)
        last = found[-1].tenant


def _from_rows(
    day: date, scorecard: int, width: int, found: Sequence[sa.Row[tuple[object, ...]]]
) -> ScoreRows:
    scores = np.ascontiguousarray(stack([row.component_scores for row in found], width).T)
    states = ComponentScores.states_from_letters([row.component_states for row in found], width)
    return ScoreRows(
        day=day,
        scorecard=scorecard,
        tenants=np.array([row.tenant for row in found], dtype=np.int64),
        components=ComponentScores(scores, states),
        overall=_floats([row.overall for row in found]),
        previous=_floats([row.previous_score for row in found]),
        baseline=_floats([row.baseline_score for row in found]),
        baseline_days=[row.baseline_day for row in found],
        trends=_codes(Direction, [row.trend for row in found]),
        risk_levels=_codes(Level, [row.risk_level for row in found]),
        risk_reasons=_codes(Reason, [row.risk_reason.upper() for row in found]),
        confidence=_floats([row.confidence for row in found]),
        as_of=[row.as_of for row in found],
        calculated_at=[row.calculated_at for row in found],
        reported=[row.is_reported for row in found],
    )


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _codes(words: type[Direction] | type[Level] | type[Reason], names: Sequence[str]) -> Codes:
    return np.array([words[name] for name in names], dtype=np.uint8)


def days_scored(connection: sa.Connection, scorecard: int, first: date, last: date) -> list[date]:
    """Dates that hold scores under a scorecard version, oldest first."""
    query = sa.select(score_days.c.day).where(
        score_days.c.scorecard == scorecard, score_days.c.day.between(first, last)
    )
    return list(connection.scalars(query.order_by(score_days.c.day)))


def days_scored_at_all(connection: sa.Connection, first: date, last: date) -> list[date]:
    """Dates that hold scores under any scorecard version, oldest first."""
    return list(connection.scalars(_DAYS, {"first": first, "last": last}))


def reported_elsewhere(connection: sa.Connection, day: date, scorecard: int) -> set[int]:
    """Tenants whose score of a date was first told under another scorecard version."""
    others = sa.select(score_days.c.scorecard).where(
        score_days.c.day == day, score_days.c.scorecard != scorecard
    )
    if connection.scalar(others.limit(1)) is None:
        return set()
    query = sa.select(table.c.tenant).where(table.c.day == day, table.c.scorecard != scorecard)
    return set(connection.scalars(query.where(table.c.is_reported)))


def newest_day(connection: sa.Connection, last: date = date.max) -> date | None:
    """The latest date up to `last` that holds scores under any scorecard version."""
    query = sa.select(sa.func.max(score_days.c.day)).where(score_days.c.day <= last)
    day: date | None = connection.scalar(query)
    return day


def instants(connection: sa.Connection, day: date, scorecard: int) -> dict[int, datetime]:
    """The `as_of` of each tenant's score of a date under a scorecard version."""
    query = sa.select(table.c.tenant, table.c.as_of)
    rows = connection.execute(query.where(table.c.day == day, table.c.scorecard == scorecard))
    return {row.tenant: row.as_of for row in rows}
