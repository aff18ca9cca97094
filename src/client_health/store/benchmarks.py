"""Benchmarks per date: the figures of each cohort, and who was compared on the latest date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from client_health.store.bulk import CHUNK, merge
from client_health.store.schema import benchmark_members, benchmarks
from client_health.store.types import Floats, pack

_KEY = ("industry", "size", "segment")
_FIGURES = ("tenants", "p25", "median", "p75", "mean")
CohortKey = tuple[str, str, str]


@dataclass(frozen=True)
class CohortRow:
    """The figures of one measure in one cohort; `key` is industry, size and segment, "" for any."""

    key: CohortKey
    measure: str
    label: str
    tenants: int
    p25: int
    median: int
    p75: int
    mean: int
    histogram: Floats


@dataclass(frozen=True)
class Member:
    """A tenant as it was compared: its cohorts, and its values in order of the measures' names."""

    key: CohortKey
    values: Floats


def write(connection: sa.Connection, day: date, rows: Iterable[CohortRow]) -> None:
    """Store the benchmarks of a date in place of what it had."""
    connection.execute(sa.delete(benchmarks).where(benchmarks.c.day == day))
    dialect = connection.dialect.name
    values = (
        (
            day,
            *row.key,
            row.measure,
            row.label,
            *(getattr(row, name) for name in _FIGURES),
            pack(row.histogram[None, :], dialect)[0],
        )
        for row in rows
    )
    merge(connection, benchmarks, ("day", *_KEY, "measure", "label", *_FIGURES, "histogram"), values)


def write_members(
    connection: sa.Connection, tenants: NDArray[np.int64], keys: Iterable[CohortKey], values: Floats
) -> None:
    """Store who was compared, in place of all who were; `values` has a row per tenant."""
    ids = tenants.tolist()
    known = connection.scalars(sa.select(benchmark_members.c.tenant))
    if gone := set(known) - set(ids):
        where = benchmark_members.c.tenant == sa.bindparam("gone")
        connection.execute(sa.delete(benchmark_members).where(where), [{"gone": key} for key in gone])
    dialect, starts = connection.dialect.name, range(0, len(ids), CHUNK)
    packed = chain.from_iterable(pack(values[start : start + CHUNK], dialect) for start in starts)
    rows = ((id_, *key, figures) for id_, key, figures in zip(ids, keys, packed, strict=True))
    merge(connection, benchmark_members, ("tenant", *_KEY, "figures"), rows)


def latest_day(connection: sa.Connection) -> date | None:
    """The latest date that has benchmarks."""
    day: date | None = connection.scalar(sa.select(sa.func.max(benchmarks.c.day)))
    return day


def of_day(
    connection: sa.Connection, day: date, keys: Sequence[CohortKey] | None = None, histograms: bool = True
) -> dict[CohortKey, dict[str, CohortRow]]:
    """The rows of these cohorts (None: of all) by cohort and measure; cohorts without tenants are left out.

    Without `histograms` each is empty: of all cohorts they are long.
    """
    names = [*_KEY, "measure", "label", *_FIGURES]
    query = sa.select(*(benchmarks.c[name] for name in names)).where(benchmarks.c.day == day)
    if histograms:
        query = query.add_columns(benchmarks.c.histogram)
    if keys is not None:
        query = query.where(sa.tuple_(*(benchmarks.c[name] for name in _KEY)).in_(keys))
    found: dict[CohortKey, dict[str, CohortRow]] = {}
    for row in connection.execute(query):
        key = (row.industry, row.size, row.segment)
        histogram = row.histogram if histograms else np.empty(0)
        figures = (row.tenants, row.p25, row.median, row.p75, row.mean)
        found.setdefault(key, {})[row.measure] = CohortRow(key, row.measure, row.label, *figures, histogram)
    return found


def cohorts(connection: sa.Connection, day: date) -> list[tuple[CohortKey, str, int]]:
    """Every cohort of a date that has tenants: its key, its label, and how many there are."""
    key = [benchmarks.c[name] for name in _KEY]
    label, count = sa.func.max(benchmarks.c.label), sa.func.max(benchmarks.c.tenants)
    query = sa.select(*key, label, count).where(benchmarks.c.day == day).group_by(*key).order_by(*key)
    return [((row[0], row[1], row[2]), row[3], row[4]) for row in connection.execute(query)]


def member(connection: sa.Connection, tenant: int) -> Member | None:
    """A tenant as it was compared on the latest date; None where it was not."""
    query = sa.select(benchmark_members).where(benchmark_members.c.tenant == tenant)
    row = connection.execute(query).one_or_none()
    return None if row is None else Member((row.industry, row.size, row.segment), row.figures)
