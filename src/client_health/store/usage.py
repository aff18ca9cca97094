"""Usage metrics per date: packed measures, and how old each stand-in is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.store.bulk import LATER_WINS, merge
from client_health.store.schema import measure_sets, tenants
from client_health.store.schema import usage_metrics as table
from client_health.store.types import Floats, pack
from client_health.usage.metrics import UsageMetrics

IN_LIST = 500  # up to this many tenants are named in a statement; more are read as whole days


@dataclass(frozen=True)
class DailyMeasures:
    """The measures of one tenant on one date; missing ones are left out."""

    tenant_id: str
    day: date
    measures: dict[str, float]
    stale_days: dict[str, float]
    as_of: datetime


def write(
    connection: sa.Connection, day: date, as_of: datetime, ids: Sequence[int], metrics: UsageMetrics
) -> None:
    """Write the measures of a date; a row of a later `as_of` stays."""
    names = sorted(metrics.values)
    matrix = np.column_stack([metrics.values[name] for name in names])
    dialect, measure_set = connection.dialect.name, _measure_set(connection, names)
    stale: Sequence[object] = [None] * len(ids)
    if metrics.stale_days:
        nothing = np.full(len(ids), np.nan)
        ages = np.column_stack([metrics.stale_days.get(name, nothing) for name in names])
        some = ~np.isnan(ages).all(axis=1)
        stale = [packed if keep else None for packed, keep in zip(pack(ages, dialect), some, strict=True)]
    rows = (
        (day, key, measure_set, measures, ages, as_of)
        for key, measures, ages in zip(ids, pack(matrix, dialect), stale, strict=True)
    )
    columns = ("day", "tenant", "measure_set", "measures", "stale_days", "as_of")
    merge(connection, table, columns, rows, guard=LATER_WINS)


def stand_in(
    connection: sa.Connection,
    metrics: UsageMetrics,
    ids: Sequence[int | None],
    day: date,
    wanted: Sequence[str],
    max_age: int,
) -> None:
    """Let the last known figures of the `wanted` measures stand in, up to `max_age` days old.

    `ids` are the tenants' surrogate keys, None for new ones. Fills `values` and `stale_days` in place;
    age counts from the date on which a figure was measured.
    """
    places = {key: place for place, key in enumerate(ids) if key is not None}
    values = {name: np.full(len(ids), np.nan) for name in wanted}
    ages = {name: np.full(len(ids), np.nan) for name in wanted}
    for back in range(max_age + 1):
        for row in _rows_of_day(connection, day - timedelta(days=back), places):
            place = places[row.tenant]
            for name, value, stale in zip(row.names, row.measures, row.stale_days, strict=True):
                age = back + (0 if np.isnan(stale) else stale)
                if (
                    name in values
                    and np.isnan(values[name][place])
                    and not np.isnan(value)
                    and age <= max_age
                ):
                    values[name][place], ages[name][place] = value, age
    metrics.values.update(values)
    metrics.stale_days.update(ages)


@dataclass(frozen=True)
class _Row:
    tenant: int
    names: Sequence[str]
    measures: Floats
    stale_days: Floats


def _rows_of_day(connection: sa.Connection, day: date, keys: dict[int, int]) -> Iterator[_Row]:
    query = sa.select(table.c.tenant, table.c.measure_set, table.c.measures, table.c.stale_days).where(
        table.c.day == day
    )
    if len(keys) <= IN_LIST:
        query = query.where(table.c.tenant.in_(keys))
    sets = measure_names(connection)
    for row in connection.execute(query):
        if row.tenant in keys:
            names = sets[row.measure_set]
            stale = row.stale_days if row.stale_days is not None else np.full(len(names), np.nan)
            yield _Row(row.tenant, names, row.measures, stale)


def measure_names(connection: sa.Connection) -> dict[int, list[str]]:
    """The names behind each measure set, in order of its vectors."""
    return {row.id: row.names.split(",") for row in connection.execute(sa.select(measure_sets))}


def _measure_set(connection: sa.Connection, names: Sequence[str]) -> int:
    joined = ",".join(names)
    found = connection.scalar(sa.select(measure_sets.c.id).where(measure_sets.c.names == joined))
    if found is None:
        found = connection.scalar(sa.insert(measure_sets).values(names=joined).returning(measure_sets.c.id))
    return int(found)


def of_tenant(
    connection: sa.Connection, tenant: int, tenant_id: str, first: date, last: date
) -> Iterator[DailyMeasures]:
    """One tenant's measures by date, oldest first, asked date by date as the table is clustered."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    query = sa.select(table).where(table.c.tenant == tenant, table.c.day.in_(days)).order_by(table.c.day)
    sets = measure_names(connection)
    for row in connection.execute(query):
        yield _daily(tenant_id, row, sets[row.measure_set])


def between(connection: sa.Connection, first: date, last: date) -> Iterator[DailyMeasures]:
    """Measures of all tenants by date and tenant id, oldest first."""
    query = (
        sa.select(tenants.c.tenant_id, table)
        .join(tenants, tenants.c.id == table.c.tenant)
        .where(table.c.day.between(first, last))
        .order_by(table.c.day, tenants.c.tenant_id)
    )
    sets = measure_names(connection)
    for row in connection.execute(query):
        yield _daily(row.tenant_id, row, sets[row.measure_set])


def latest(connection: sa.Connection) -> Iterator[DailyMeasures]:
    """The latest measures of each active tenant, by tenant id."""
    newest = (
        sa.select(table.c.tenant, sa.func.max(table.c.day).label("day")).group_by(table.c.tenant).subquery()
    )
    query = (
        sa.select(tenants.c.tenant_id, table)
        .join(tenants, tenants.c.id == table.c.tenant)
        .join(newest, sa.and_(newest.c.tenant == table.c.tenant, newest.c.day == table.c.day))
        .where(tenants.c.is_active)
        .order_by(tenants.c.tenant_id)
    )
    sets = measure_names(connection)
    for row in connection.execute(query):
        yield _daily(row.tenant_id, row, sets[row.measure_set])


def _daily(tenant_id: str, row: sa.Row[tuple[object, ...]], names: Sequence[str]) -> DailyMeasures:
    known = {
        name: float(value) for name, value in zip(names, row.measures, strict=True) if not np.isnan(value)
    }
    stale = {} if row.stale_days is None else dict(zip(names, row.stale_days, strict=True))
    ages = {name: float(age) for name, age in stale.items() if not np.isnan(age)}
    return DailyMeasures(tenant_id, row.day, known, ages, row.as_of)
