"""The latest scores of the active tenants up to a date, as columns: what benchmarks compare."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.store.raw_rows import Rows, chunks
from client_health.store.schema import score_current
from client_health.store.scores import days_scored_at_all
from client_health.store.types import Floats

_COLUMNS = """
    select s.tenant, s.day, s.scorecard, s.overall, vector(s.component_scores),
           t.industry, t.segment, t.employee_count
    from tenants t
"""
_CURRENT = f"""{_COLUMNS} join score_current s on s.tenant = t.id
    where t.is_active and s.day between ? and ? order by s.tenant
"""
# Somebody asked for a newer score of these; the one of this date counts here.
_OLDER = f"""{_COLUMNS} join score_current c on c.tenant = t.id
    join health_scores s on s.tenant = c.tenant and s.scorecard = c.scorecard
    where t.is_active and c.day > ? and s.day = ?
"""


@dataclass(frozen=True)
class LatestScores:
    """One entry per tenant in every column; `tenants` holds surrogate keys in ascending order.

    `days` are ordinals, `components` vectors as the database sends them (see `unpack`), in the order of the
    components of the tenant's scorecard. `overall` and `employees` are NaN where there is none.
    """

    tenants: NDArray[np.int64]
    days: NDArray[np.int64]
    scorecards: NDArray[np.int64]
    overall: Floats
    components: Sequence[bytes]
    industries: Sequence[str | None]
    segments: Sequence[str | None]
    employees: Floats

    def at(self, places: NDArray[np.int64]) -> "LatestScores":
        """These entries, in this order."""
        listed = places.tolist()
        return LatestScores(
            self.tenants[places],
            self.days[places],
            self.scorecards[places],
            self.overall[places],
            [self.components[place] for place in listed],
            [self.industries[place] for place in listed],
            [self.segments[place] for place in listed],
            self.employees[places],
        )


def scorecards_in_use(connection: sa.Connection) -> list[int]:
    """Keys of the scorecard versions that current scores were made with."""
    column = score_current.c.scorecard
    return list(connection.scalars(sa.select(column).distinct().order_by(column)))


def read_latest(connection: sa.Connection, first: date, last: date) -> LatestScores:
    """The latest score of each active tenant from `first` to `last`, under its present scorecard."""
    older = _older(connection, first, last)
    found = _joined([_columns(rows) for rows in chunks(connection, _CURRENT, first, last)])
    if not older:
        return found
    every = _joined([found, _columns(older)])
    return every.at(np.argsort(every.tenants))


def _joined(parts: Sequence[LatestScores]) -> LatestScores:
    parts = parts or [_columns([])]
    return LatestScores(
        np.concatenate([part.tenants for part in parts]),
        np.concatenate([part.days for part in parts]),
        np.concatenate([part.scorecards for part in parts]),
        np.concatenate([part.overall for part in parts]),
        [one for part in parts for one in part.components],
        [one for part in parts for one in part.industries],
        [one for part in parts for one in part.segments],
        np.concatenate([part.employees for part in parts]),
    )


def _columns(rows: Rows) -> LatestScores:
    """Some rows: arrays where they can be, for a large fleet's are many; a text that many have once."""
    listed = list(zip(*rows, strict=True)) or [()] * 8
    return LatestScores(
        tenants=np.array(listed[0], dtype=np.int64),
        days=np.array([_ordinal(day) for day in listed[1]], dtype=np.int64),
        scorecards=np.array(listed[2], dtype=np.int64),
        overall=np.array(listed[3], dtype=np.float64),
        components=listed[4],
        industries=[text and sys.intern(text) for text in listed[5]],
        segments=[text and sys.intern(text) for text in listed[6]],
        employees=np.array(listed[7], dtype=np.float64),
    )


def _older(connection: sa.Connection, first: date, last: date) -> Rows:
    """Scores of the tenants whose current score is of a later date, the latest of each."""
    waiting = sa.select(score_current.c.tenant).where(score_current.c.day > last)
    found: dict[int, tuple[Any, ...]] = {}
    if connection.scalar(waiting.limit(1)) is not None:
        for day in reversed(days_scored_at_all(connection, first, last)):
            for rows in chunks(connection, _OLDER, last, day):
                for row in rows:
                    found.setdefault(row[0], row)
    return list(found.values())


@lru_cache(maxsize=10_000)
def _ordinal(day: date | str) -> int:
    """SQLite keeps dates as text; a night has few different ones."""
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()
