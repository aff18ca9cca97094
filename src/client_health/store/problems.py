"""What went wrong in a run, kept with it."""

from collections.abc import Sequence

import sqlalchemy as sa

from client_health.store.bulk import merge
from client_health.store.schema import run_problems as table
from client_health.usage.problems import Problem

KEPT = 10_000  # problems of one run that are kept; all are counted


def write(connection: sa.Connection, run_id: str, problems: Sequence[Problem]) -> None:
    """Replace a run's problems by these: errors first, at most KEPT of them."""
    connection.execute(sa.delete(table).where(table.c.run_id == run_id))
    ordered = sorted(problems, key=lambda problem: problem.severity)[:KEPT]
    rows = (
        (run_id, number, p.severity, p.query, p.tenant_id, p.column, p.message)
        for number, p in enumerate(ordered)
    )
    merge(connection, table, [column.name for column in table.c], rows)


def of_run(connection: sa.Connection, run_id: str, limit: int = KEPT) -> list[Problem]:
    """A run's problems in order, errors first."""
    query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.number).limit(limit)
    return [
        Problem(row.severity, row.message, row.query, row.tenant_id, row.column)
        for row in connection.execute(query)
    ]
