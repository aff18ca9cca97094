"""Figures about runs for whoever watches the service: few rows, read by an index."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from client_health.store.schema import runs as table

LONGEST_LIFE = timedelta(days=1)  # from asking for a run to its end; `created_at` has the index


@dataclass(frozen=True)
class FinishedRun:
    """How a run ended. `seconds` is None where it never began; `cause` is kept where it failed."""

    id: str
    kind: str
    outcome: str
    seconds: float | None
    scored: int
    cause: str | None


def finished(connection: sa.Connection, since: datetime | None) -> Iterator[FinishedRun]:
    """Runs that ended at `since` or later, of all that are kept where it is None."""
    columns = table.c
    query = sa.select(
        columns.id,
        columns.kind,
        columns.status,
        columns.outcome,
        columns.started_at,
        columns.finished_at,
        columns.counts["scored"].as_integer().label("scored"),
        columns.counts["cause"].as_string().label("cause"),
    ).where(columns.finished_at.is_not(None))
    if since is not None:
        query = query.where(columns.created_at >= since - LONGEST_LIFE, columns.finished_at >= since)
    for row in connection.execute(query):
        outcome = row.outcome if row.status == "completed" else row.status
        seconds = None if row.started_at is None else (row.finished_at - row.started_at).total_seconds()
        published = outcome in {"clean", "with_errors"}
        yield FinishedRun(
            row.id, row.kind, outcome, seconds, (row.scored or 0) if published else 0, row.cause
        )


def open_runs(connection: sa.Connection) -> dict[str, int]:
    """How many runs are queued and active. Written out, so that the index of open runs answers it."""
    query = sa.select(table.c.status, sa.func.count()).where(sa.text("status IN ('queued', 'active')"))
    found = {row.status: int(row[1]) for row in connection.execute(query.group_by(table.c.status))}
    return {status: found.get(status, 0) for status in ("queued", "active")}
