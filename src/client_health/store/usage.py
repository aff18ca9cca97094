"""Usage metrics per date: packed measures, and how old each stand-in is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from client_health.store import partitions
from client_health.store.bulk import CHUNK, LATER_WINS, merge
from client_health.store.schema import measure_sets, score_days, tenants
from client_health.store.schema import usage_metrics as table
from client_health.store.types import pack
from client_health.usage.metrics import UsageMetrics

_of_fleet = sa.select(tenants.c.tenant_id, table).join(tenants, tenants.c.id == table.c.tenant)
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
    partitions.ensure(connection, day, day)
    columns = ("day", "tenant", "measure_set", "measures", "stale_days", "as_of")
    measure_set = _measure_set(connection, sorted(metrics.values))
    rows = (
        (day, key, measure_set, measures, ages, as_of)
        for key, (measures, ages) in zip(
            ids, _packed(metrics, len(ids), connection.dialect.name), strict=True
        )
    )
    merge(connection, table, columns, rows, guard=LATER_WINS)


def _packed(metrics: UsageMetrics, count: int, dialect: str) -> Iterator[tuple[bytes, bytes | None]]:
    """Measures and ages of each tenant, packed part by part: of a large fleet they are many bytes."""
    names = sorted(metrics.values)
    nothing = np.full(count, np.nan)
    for start in range(0, count, CHUNK):
        some = slice(start, start + CHUNK)
        measures = pack(np.column_stack([metrics.values[name][some] for name in names]), dialect)
        ages: Sequence[bytes | None] = [None] * len(measures)
        if metrics.stale_days:
            matrix = np.column_stack([metrics.stale_days.get(name, nothing)[some] for name in names])
            is_aged = ~np.isnan(matrix).all(axis=1)
            ages = [one if aged else None for one, aged in zip(pack(matrix, dialect), is_aged, strict=True)]
        yield from zip(measures, ages, strict=True)


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
    """Measures of all tenants by date and tenant id, oldest first; date by date as the table is clustered."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    sets = measure_names(connection)
    for day in days:
        query = _of_fleet.where(table.c.day == day).order_by(tenants.c.tenant_id)
        for row in connection.execute(query):
            yield _daily(row.tenant_id, row, sets[row.measure_set])


def latest(connection: sa.Connection) -> Iterator[DailyMeasures]:
    """The latest measures of each active tenant, by tenant id."""
    pending = set(connection.scalars(sa.select(tenants.c.id).where(tenants.c.is_active)))
    days = connection.scalars(sa.select(score_days.c.day).distinct().order_by(score_days.c.day.desc()))
    sets, found = measure_names(connection), []
    for day in days.all():
        if not pending:
            break
        query = _of_fleet.where(table.c.day == day, tenants.c.is_active)
        if len(pending) <= IN_LIST:
            query = query.where(table.c.tenant.in_(pending))
        rows = [row for row in connection.execute(query) if row.tenant in pending]
        pending -= {row.tenant for row in rows}
        found += [_daily(row.tenant_id, row, sets[row.measure_set]) for row in rows]
    yield from sorted(found, key=lambda daily: daily.tenant_id)


def _daily(tenant_id: str, row: sa.Row[tuple[object, ...]], names: Sequence[str]) -> DailyMeasures:
    known = {
        name: float(value) for name, value in zip(names, row.measures, strict=True) if not np.isnan(value)
    }
    stale = {} if row.stale_days is None else dict(zip(names, row.stale_days, strict=True))
    ages = {name: float(age) for name, age in stale.items() if not np.isnan(age)}
    return DailyMeasures(tenant_id, row.day, known, ages, row.as_of)
