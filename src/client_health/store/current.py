"""The latest score of each tenant: one row each, what lists and the portfolio read."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from client_health.store.bulk import merge
from client_health.store.schema import score_current as table
from client_health.store.scores import COLUMNS, QUIET, ScoreRows

# The current score never goes back to an earlier date, nor to an earlier calculation of the same date.
NOT_EARLIER = (
    "(excluded.day > {table}.day or (excluded.day = {table}.day and excluded.as_of >= {table}.as_of))"
)


def write(connection: sa.Connection, rows: ScoreRows) -> None:
    """Make these scores the current ones, except where a later one stands."""
    last_known = _last_known(connection)
    values = (
        (*row, *_known(row[COLUMNS.index("risk_level")], rows.day, last_known.get(int(key))))
        for key, row in zip(rows.tenants.tolist(), rows.tuples(connection.dialect.name), strict=True)
    )
    columns = (*COLUMNS, "last_known_risk", "last_known_day")
    merge(connection, table, columns, values, guard=NOT_EARLIER, quiet=QUIET)


Known = tuple[str | None, date | None]


def _known(level: object, day: date, before: Known | None) -> Known:
    """An UNKNOWN level leaves the last known one standing."""
    return (str(level), day) if level != "UNKNOWN" else (before or (None, None))


def _last_known(connection: sa.Connection) -> dict[int, Known]:
    query = sa.select(table.c.tenant, table.c.last_known_risk, table.c.last_known_day)
    return {row.tenant: (row.last_known_risk, row.last_known_day) for row in connection.execute(query)}


def latest_day(connection: sa.Connection) -> date | None:
    """The latest date of any current score."""
    day: date | None = connection.scalar(sa.select(sa.func.max(table.c.day)))
    return day


def days_of(connection: sa.Connection, tenants: Sequence[int]) -> dict[int, date]:
    """The date of each tenant's current score."""
    wanted = set(tenants)
    query = sa.select(table.c.tenant, table.c.day)
    return {row.tenant: row.day for row in connection.execute(query) if row.tenant in wanted}
