"""Usage metrics of whole days as columns: what replays and benchmarks read, without an object per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.store.past_scores import Keys, narrowed
from client_health.store.raw_rows import Rows, chunks
from client_health.store.types import Floats, unpack
from client_health.store.usage import measure_names

# As of in seconds since 1970; on SQLite it is text, and made a number below.
_EPOCH = {"postgresql": "extract(epoch from as_of)::float8", "sqlite": "as_of"}


@dataclass(frozen=True)
class UsageDay:
    """Usage metrics of one date. `tenants` holds surrogate keys in ascending order.

    `values` has a column per measure, NaN where missing; `stale_days` one per measure that stands in from
    an earlier date for somebody (days, NaN where fresh); `as_of` is in seconds since 1970.
    """

    day: date
    tenants: NDArray[np.int64]
    as_of: Floats
    values: dict[str, Floats]
    stale_days: dict[str, Floats]


def read_day(connection: sa.Connection, day: date, tenants: Keys | None = None) -> UsageDay:
    """Everything that was measured for a date, of all tenants, or at least of those named."""
    among, values = ("true", ()) if tenants is None else narrowed(tenants)
    dialect, sets = connection.dialect.name, measure_names(connection)
    statement = f"""
        select tenant, measure_set, vector(measures), vector(stale_days), {_EPOCH[dialect]}
        from usage_metrics where day = ? and {among} order by tenant
    """  # noqa: S608 - one of the conditions of `narrowed`
    return _joined(
        day, [_part(rows, day, sets, dialect) for rows in chunks(connection, statement, day, *values)]
    )


def _part(rows: Rows, day: date, sets: dict[int, list[str]], dialect: str) -> UsageDay:
    tenants, kinds, packed, ages, instants = zip(*rows, strict=True)
    seconds = instants if dialect == "postgresql" else [_seconds(text) for text in instants]
    found = UsageDay(day, np.array(tenants, np.int64), np.array(seconds, np.float64), {}, {})
    of_kind, count = np.array(kinds, np.int64), len(tenants)
    is_aged = np.array([one is not None for one in ages], dtype=bool)
    for kind in np.unique(of_kind).tolist():
        places = np.flatnonzero(of_kind == kind)
        _fill(found.values, sets[kind], places, count, _matrix(packed, places, sets[kind], dialect))
        aged = places[is_aged[places]]
        if len(aged):
            _fill(found.stale_days, sets[kind], aged, count, _matrix(ages, aged, sets[kind], dialect))
    return found


def _joined(day: date, parts: Sequence[UsageDay]) -> UsageDay:
    if not parts:
        return UsageDay(day, np.empty(0, np.int64), np.empty(0), {}, {})
    return UsageDay(
        day,
        np.concatenate([part.tenants for part in parts]),
        np.concatenate([part.as_of for part in parts]),
        _columns([part.values for part in parts], parts),
        _columns([part.stale_days for part in parts], parts),
    )


def _columns(columns: Sequence[dict[str, Floats]], parts: Sequence[UsageDay]) -> dict[str, Floats]:
    """Columns of parts, one after the other; what a part lacks is missing there."""
    names = dict.fromkeys(name for of_part in columns for name in of_part)
    lacking = [np.full(len(part.tenants), np.nan) for part in parts]
    return {
        name: np.concatenate([own.get(name, none) for own, none in zip(columns, lacking, strict=True)])
        for name in names
    }


@lru_cache(maxsize=10_000)
def _seconds(text: str) -> float:
    """An instant as SQLite keeps it; a night has few different ones."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _matrix(packed: Sequence[bytes], places: NDArray[np.int64], names: Sequence[str], dialect: str) -> Floats:
    return unpack([packed[place] for place in places.tolist()], len(names), dialect)


def _fill(
    columns: dict[str, Floats], names: Sequence[str], places: NDArray[np.int64], count: int, matrix: Floats
) -> None:
    """Put a (places × names) matrix into columns over all tenants of the day; all-NaN ones stay out."""
    for name, figures in zip(names, matrix.T, strict=True):
        if not np.isnan(figures).all():
            columns.setdefault(name, np.full(count, np.nan))[places] = figures
