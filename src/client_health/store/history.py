"""A tenant's scores and measures over time."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from client_health.store.schema import health_scores as table
from client_health.store.schema import score_current, tenants
from client_health.store.scores import days_scored_at_all

View = Literal["comparable", "reported"]
Row = sa.Row[tuple[Any, ...]]


_ROWS = (
    sa.select(table)
    .where(table.c.tenant == sa.bindparam("wanted"))
    .where(sa.or_(table.c.scorecard == sa.bindparam("in_force"), table.c.is_reported))
    .order_by(table.c.day)
)
_OF_TENANT = _ROWS.where(table.c.day.in_(sa.bindparam("days", expanding=True)))
# PostgreSQL takes a list as one value, which hundreds of values are not; the range tells it the partitions.
_OF_TENANT_AT_ONCE = _ROWS.where(
    table.c.day == sa.any_(sa.bindparam("days", type_=postgresql.ARRAY(sa.Date))),
    table.c.day.between(sa.bindparam("first"), sa.bindparam("last")),
)


@dataclass(frozen=True)
class TenantHistory:
    """One tenant's scores by date, oldest first.

    `comparable`: under the scorecard now in force for the tenant; a date that it has not scored is told as
    it was reported. `reported`: each date as it was first told.
    """

    comparable: Sequence[Row]
    reported: Sequence[Row]

    def view(self, view: View) -> Sequence[Row]:
        """The points of one view."""
        return self.comparable if view == "comparable" else self.reported

    @property
    def changes(self) -> list[tuple[date, int, int]]:
        """Dates on which the version that scores were reported under changed: date, before, after."""
        pairs = itertools.pairwise(self.reported)
        return [
            (new.day, old.scorecard, new.scorecard) for old, new in pairs if old.scorecard != new.scorecard
        ]


def of_tenant(
    connection: sa.Connection, tenant: int, scorecard: int, first: date, last: date
) -> TenantHistory:
    """A tenant's scores between two dates; `scorecard` is the version now in force for it.

    Asked by the list of days: the table is clustered by day, and a range over it would read the fleet.
    """
    days = days_scored_at_all(connection, first, last)
    asked = {"wanted": tenant, "days": days, "in_force": scorecard}
    if connection.dialect.name == "postgresql":
        rows = connection.execute(_OF_TENANT_AT_ONCE, {**asked, "first": first, "last": last}).all()
    else:
        rows = connection.execute(_OF_TENANT, asked).all()
    reported = {row.day: row for row in rows if row.is_reported}
    comparable = reported | {row.day: row for row in rows if row.scorecard == scorecard}
    return TenantHistory([comparable[day] for day in sorted(comparable)], list(reported.values()))


def of_fleet(connection: sa.Connection, first: date, last: date, view: View) -> Iterator[Row]:
    """Scores of all tenants by date and tenant id, chosen as `TenantHistory` says."""
    joined = tenants.join(table, tenants.c.id == table.c.tenant).outerjoin(
        score_current, score_current.c.tenant == table.c.tenant
    )
    in_force = table.c.scorecard == score_current.c.scorecard
    wanted = table.c.is_reported if view == "reported" else sa.or_(table.c.is_reported, in_force)
    for day in days_scored_at_all(connection, first, last):
        query = (
            sa.select(tenants.c.tenant_id, tenants.c.name, table)
            .select_from(joined)
            .where(table.c.day == day, wanted)
            .order_by(tenants.c.tenant_id, sa.case((in_force, 1), else_=0))
        )
        chosen = {row.tenant_id: row for row in connection.execute(query)}
        yield from chosen.values()
