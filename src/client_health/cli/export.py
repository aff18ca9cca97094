"""`client-health export`: scores, usage metrics, tenants and runs as files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import sqlalchemy as sa
import typer

from client_health.cli.context import Context, who
from client_health.cli.tables import Format, write_rows
from client_health.errors import UsageError
from client_health.instants import parse_date, utc_now
from client_health.store import audit, history, portfolio, runs, scorecards, tenants, usage
from client_health.store.engine import Store
from client_health.store.history import View
from client_health.store.portfolio import Filters
from client_health.store.scorecards import PublishedScorecard
from client_health.store.usage import DailyMeasures

What = Literal["scores", "usage", "tenants", "runs"]
Range = tuple[date, date] | None
Table = tuple[list[str], Iterator[dict[str, Any]]]
_SCORE_COLUMNS = (
    "tenant_id",
    "name",
    "score_date",
    "overall_score",
    "previous_score",
    "baseline_score",
    "baseline_date",
    "trend",
    "risk_level",
    "risk_reason",
    "confidence",
    "scorecard",
    "scorecard_version",
    "as_of",
    "calculated_at",
)
_PAGE = 10_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    ctx: typer.Context,
    what: Annotated[What, typer.Argument(help="scores, usage, tenants or runs.")],
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Only this date.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date.")] = None,
    view: Annotated[
        View,
        typer.Option(help="Of scores by date: comparable, under the scorecard now in force; or as reported."),
    ] = "comparable",
    form: Annotated[Format, typer.Option("--format", help="csv, jsonl or parquet.")] = "csv",
    file: Annotated[Path | None, typer.Option("--output", help="A file; left out: standard output.")] = None,
) -> None:
    """Export as CSV, JSON lines or Parquet. Without a date: the latest of each active tenant."""
    context: Context = ctx.obj
    dates = _range(day, first, last)
    with context.store() as store:
        _note(store, what, dates, view, form)
        with store.read() as connection:
            columns, rows = _TABLES[what](connection, dates, view)
            write_rows(columns, rows, form, file)


def _note(store: Store, what: What, dates: Range, view: View, form: Format) -> None:
    """Who takes figures out of the store is in the audit log before the first row is."""
    told: dict[str, str] = {"format": form, "view": view}
    if dates is not None:
        told |= {"from": dates[0].isoformat(), "to": dates[1].isoformat()}
    with store.write() as connection:
        audit.write(connection, who(), "export.read", what, utc_now(), **told)


def _range(day: str | None, first: str | None, last: str | None) -> Range:
    if day is not None:
        if first is not None or last is not None:
            raise UsageError("--date excludes --from and --to")
        one = parse_date(day, "--date")
        return one, one
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise UsageError("--from and --to belong together")
    start, end = parse_date(first, "--from"), parse_date(last, "--to")
    if end < start:
        raise UsageError("--to: lies before --from")
    return start, end


def _scores(connection: sa.Connection, dates: Range, view: View) -> Table:
    versions = {one.id: one for one in scorecards.all_versions(connection)}
    keys = [part.key for key in sorted(versions, reverse=True) for part in versions[key].scorecard.components]
    columns = [*_SCORE_COLUMNS, *(f"{key}_score" for key in dict.fromkeys(keys))]
    found = _latest_scores(connection) if dates is None else history.of_fleet(connection, *dates, view)
    return columns, (_score_row(row, versions[row.scorecard]) for row in found)


def _latest_scores(connection: sa.Connection) -> Iterator[sa.Row[tuple[Any, ...]]]:
    cursor: str | None = None
    while True:
        page = portfolio.page(connection, Filters(), "name", _PAGE, cursor)
        yield from (row for row in page.rows if row.day is not None)
        cursor = page.next_cursor
        if cursor is None:
            return


def _score_row(row: sa.Row[tuple[Any, ...]], published: PublishedScorecard) -> dict[str, Any]:
    parts = zip(published.scorecard.components, row.component_scores, strict=True)
    return {
        "tenant_id": row.tenant_id,
        "name": row.name,
        "score_date": row.day,
        "overall_score": row.overall,
        "previous_score": row.previous_score,
        "baseline_score": row.baseline_score,
        "baseline_date": row.baseline_day,
        "trend": row.trend,
        "risk_level": row.risk_level,
        "risk_reason": row.risk_reason,
        "confidence": row.confidence,
        "scorecard": published.scorecard.name,
        "scorecard_version": published.version,
        "as_of": row.as_of,
        "calculated_at": row.calculated_at,
        **{f"{part.key}_score": None if np.isnan(score) else int(score) for part, score in parts},
    }


def _usage(connection: sa.Connection, dates: Range, _: View) -> Table:
    names = sorted({name for measures in usage.measure_names(connection).values() for name in measures})
    found = usage.latest(connection) if dates is None else usage.between(connection, *dates)
    return ["tenant_id", "metric_date", *names], (_usage_row(daily) for daily in found)


def _usage_row(daily: DailyMeasures) -> dict[str, Any]:
    return {"tenant_id": daily.tenant_id, "metric_date": daily.day, **daily.measures}


def _tenants(connection: sa.Connection, dates: Range, _: View) -> Table:
    _no_dates("tenants", dates)
    columns = [
        "tenant_id",
        "name",
        "slug",
        "since",
        "segment",
        "industry",
        "employee_count",
        "owner",
        "arr",
        "renewal_date",
        "is_active",
    ]
    return columns, (
        {name: getattr(one, name) for name in columns} for one in tenants.all_tenants(connection)
    )


def _runs(connection: sa.Connection, dates: Range, _: View) -> Table:
    columns = [
        "id",
        "kind",
        "trigger",
        "requested_by",
        "score_date",
        "as_of",
        "status",
        "outcome",
        "failure",
        "progress",
        "attempt",
        "created_at",
        "started_at",
        "finished_at",
        "counts",
    ]
    found = runs.between(connection, *(dates or (date.min, date.max)))
    return columns, ({name: getattr(one, name) for name in columns} for one in found)


def _no_dates(what: str, dates: Range) -> None:
    if dates is not None:
        raise UsageError(f"export {what}: takes no dates")


_TABLES = {"scores": _scores, "usage": _usage, "tenants": _tenants, "runs": _runs}
