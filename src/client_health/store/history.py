"""A tenant's scores and measures over time."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from client_health.store.schema import health_scores as table
from client_health.store.schema import tenants
from client_health.store.scores import days_scored_at_all


def of_tenant(
    connection: sa.Connection, tenant: int, scorecard: int, first: date, last: date
) -> Sequence[sa.Row[tuple[Any, ...]]]:
    """One tenant's scores by date, oldest first: under `scorecard`, else as each date was first told.

    Asked by the list of days: the table is clustered by day, and a range over it would read the fleet.
    """
    days = days_scored_at_all(connection, first, last)
    query = sa.select(table).where(table.c.tenant == tenant, table.c.day.in_(days))
    query = query.where(sa.or_(table.c.scorecard == scorecard, table.c.is_reported))
    chosen: dict[date, sa.Row[tuple[Any, ...]]] = {}
    for row in connection.execute(query):
        if row.day not in chosen or row.scorecard == scorecard:
            chosen[row.day] = row
    return [chosen[day] for day in sorted(chosen)]


def of_fleet(
    connection: sa.Connection, scorecard: int, first: date, last: date
) -> Iterator[sa.Row[tuple[Any, ...]]]:
    """Scores of all tenants by date and tenant id, chosen as `of_tenant` does."""
    for day in days_scored_at_all(connection, first, last):
        query = (
            sa.select(tenants.c.tenant_id, tenants.c.name, table)
            .join(tenants, tenants.c.id == table.c.tenant)
            .where(table.c.day == day, sa.or_(table.c.scorecard == scorecard, table.c.is_reported))
            .order_by(tenants.c.tenant_id, table.c.scorecard == scorecard)
        )
        chosen = {row.tenant_id: row for row in connection.execute(query)}
        yield from chosen.values()
