"""Usage metrics of whole days as columns: what replays and benchmarks read, without an object per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
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
    tenants, kinds, packed, ages, instants = (list(map(itemgetter(place), rows)) for place in range(5))
    dialect, count, sets = connection.dialect.name, len(tenants), measure_names(connection)
    seconds = instants if dialect == "postgresql" else [_seconds(text) for text in instants]
    found = UsageDay(day, np.array(tenants, np.int64), np.array(seconds, np.float64), {}, {})
    of_kind = np.array(kinds, np.int64)
    is_aged = np.array([one is not None for one in ages], dtype=bool)
    for kind in np.unique(of_kind).tolist():
        places = np.flatnonzero(of_kind == kind)
        _fill(found.values, sets[kind], places, count, _matrix(packed, places, sets[kind], dialect))
        aged = places[is_aged[places]]
        if len(aged):
            _fill(found.stale_days, sets[kind], aged, count, _matrix(ages, aged, sets[kind], dialect))
    return found


def _fetch(connection: sa.Connection, day: date) -> list[tuple[Any, ...]]:
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor(binary=True) as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(_POSTGRESQL, (day,)).fetchall()
            return found
    return list(driver.execute(_SQLITE, (day.isoformat(),)))


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
