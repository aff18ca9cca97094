"""Runs that were held back, because too many scores would have jumped."""

import sqlalchemy as sa

from client_health.store.runs import Run, from_row
from client_health.store.schema import runs as table


def ever(connection: sa.Connection) -> list[Run]:
    """Runs that were held back, whatever came of it, the newest first."""
    query = sa.select(table).where(table.c.outcome == "suspicious").order_by(table.c.created_at.desc())
    return [from_row(row) for row in connection.execute(query)]


def waiting(connection: sa.Connection) -> list[Run]:
    """Runs that are held back still: neither accepted nor superseded, the newest first."""
    found = ever(connection)
    return [run for run in found if "accepted_by" not in run.counts and "superseded_by" not in run.counts]


def settle(connection: sa.Connection, published: Run) -> None:
    """Suspicious runs of a date that is published now are accepted, or superseded by other figures."""
    for run in waiting(connection):
        if run.score_date == published.score_date:
            word = "accepted_by" if run.id == published.options.get("held") else "superseded_by"
            counts = run.counts | {word: published.id}
            connection.execute(sa.update(table).where(table.c.id == run.id).values(counts=counts))
