"""Usage metrics of whole days as columns: what replays and benchmarks read, without an object per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.store.types import Floats, unpack
from client_health.store.usage import measure_names

_SQLITE = (
    "select tenant, measure_set, measures, stale_days, as_of from usage_metrics where day = ? order by tenant"
)
# The binary form of the arrays, as one string of bytes each: psycopg would make a list of every one.
_POSTGRESQL = """
    select tenant, measure_set, array_send(measures), array_send(stale_days),
           extract(epoch from as_of)::float8
    from usage_metrics where day = %s order by tenant
"""
Raw = Sequence[tuple[Any, ...]]


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


def read_day(connection: sa.Connection, day: date) -> UsageDay:
    """Everything that was measured for a date, of all tenants."""
    rows = _fetch(connection, day)
    count = len(rows)
    found = UsageDay(day, _column(rows, 0, np.int64), _instants(connection, rows), {}, {})
    sets = measure_names(connection)
    kinds = _column(rows, 1, np.int64)
    for kind in np.unique(kinds).tolist():
        places = np.flatnonzero(kinds == kind)
        _fill(found.values, sets[kind], places, count, _matrix(connection, rows, places, 2, sets[kind]))
        aged = places[[rows[place][3] is not None for place in places.tolist()]]
        if len(aged):
            ages = _matrix(connection, rows, aged, 3, sets[kind])
            _fill(found.stale_days, sets[kind], aged, count, ages)
    return found


def _fetch(connection: sa.Connection, day: date) -> Raw:
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor(binary=True) as cursor:
            return list(cursor.execute(_POSTGRESQL, (day,)))
    return list(driver.execute(_SQLITE, (day.isoformat(),)))


def _column(rows: Raw, place: int, kind: type[np.int64]) -> NDArray[np.int64]:
    return np.fromiter((row[place] for row in rows), dtype=kind, count=len(rows))


def _instants(connection: sa.Connection, rows: Raw) -> Floats:
    read = float if connection.dialect.name == "postgresql" else _seconds
    return np.fromiter((read(row[4]) for row in rows), dtype=np.float64, count=len(rows))


@lru_cache(maxsize=10_000)
def _seconds(text: str) -> float:
    """An instant as SQLite keeps it; a night has few different ones."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _matrix(
    connection: sa.Connection, rows: Raw, places: NDArray[np.int64], column: int, names: Sequence[str]
) -> Floats:
    packed = [rows[place][column] for place in places.tolist()]
    return unpack(packed, len(names), connection.dialect.name)


def _fill(
    columns: dict[str, Floats], names: Sequence[str], places: NDArray[np.int64], count: int, matrix: Floats
) -> None:
    """Put a (places × names) matrix into columns over all tenants of the day; all-NaN ones stay out."""
    for name, figures in zip(names, matrix.T, strict=True):
        if not np.isnan(figures).all():
            columns.setdefault(name, np.full(count, np.nan))[places] = figures
