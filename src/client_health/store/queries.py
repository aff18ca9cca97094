"""How each query went the last time: rows and measures of its last success, and its last failure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from client_health.store.schema import queries as table
from client_health.usage.metrics import QueryReport


@dataclass(frozen=True)
class QueryState:
    """The last success and the last failure of one query."""

    name: str
    source: str
    measures: tuple[str, ...]
    rows: int
    seconds: float
    succeeded_at: datetime | None
    succeeded_day: date | None
    succeeded_as_of: datetime | None
    failed_at: datetime | None
    failure: str | None


def states(connection: sa.Connection) -> dict[str, QueryState]:
    """Every query that was ever asked, by name."""
    found = {}
    for row in connection.execute(sa.select(table).order_by(table.c.name)):
        measures = tuple(row.measures.split(",")) if row.measures else ()
        found[row.name] = QueryState(**{**row._mapping, "measures": measures})
    return found


def write(
    connection: sa.Connection, reports: Sequence[QueryReport], day: date, as_of: datetime, at: datetime
) -> None:
    """Note how the queries of a whole-fleet run went; a success of an older date changes nothing."""
    known = states(connection)
    for report in reports:
        if report.left_out or (not report.failure and _is_older(day, known.get(report.name))):
            continue
        values = _failed(report, at) if report.failure else _succeeded(report, day, as_of, at)
        if report.name in known:
            connection.execute(sa.update(table).where(table.c.name == report.name).values(**values))
        else:
            blank = {"measures": "", "rows": 0, "seconds": 0.0}
            connection.execute(sa.insert(table).values(name=report.name, **{**blank, **values}))


def remember_measures(connection: sa.Connection, reports: Sequence[QueryReport]) -> None:
    """Note which measures a query returns where only runs of named tenants have asked it so far."""
    known = states(connection)
    for report in reports:
        if not report.measures or (report.name in known and known[report.name].measures):
            continue
        values = {"source": report.source, "measures": ",".join(report.measures)}
        if report.name in known:
            connection.execute(sa.update(table).where(table.c.name == report.name).values(**values))
        else:
            connection.execute(sa.insert(table).values(name=report.name, rows=0, seconds=0.0, **values))


def _is_older(day: date, known: QueryState | None) -> bool:
    return known is not None and known.succeeded_day is not None and day < known.succeeded_day


def _failed(report: QueryReport, at: datetime) -> dict[str, object]:
    return {"source": report.source, "failed_at": at, "failure": report.failure}


def _succeeded(report: QueryReport, day: date, as_of: datetime, at: datetime) -> dict[str, object]:
    return {
        "source": report.source,
        "measures": ",".join(report.measures),
        "rows": report.rows,
        "seconds": report.seconds,
        "succeeded_at": at,
        "succeeded_day": day,
        "succeeded_as_of": as_of,
        "failed_at": None,
        "failure": None,
    }
