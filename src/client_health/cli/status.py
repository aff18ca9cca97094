"""`client-health status`: how old the scores are, what the queries said, when the next run is."""

from datetime import datetime

import typer
from rich.markup import escape
from rich.table import Table

from client_health.cli.context import Context, output
from client_health.instants import iso, utc_now
from client_health.jobs.nights import next_fire
from client_health.store import queries, runs, scorecards, tenants
from client_health.store.queries import QueryState
from client_health.store.runs import Run

SHOWN_RUNS = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(ctx: typer.Context) -> None:
    """Show the state of the service: the latest scores, runs, queries, the next night."""
    context: Context = ctx.obj
    settings, now = context.settings, utc_now()
    with context.store() as store, store.read() as connection:
        published, last = scorecards.current(connection), runs.last_published(connection)
        active = len(tenants.active_keys(connection))
        newest, asked = runs.newest(connection, SHOWN_RUNS), list(queries.states(connection).values())
    if last is None:
        output.print("Nothing is published yet; `client-health run` makes the first scores.")
    else:
        output.print(
            f"[bold]Latest scores: {last.score_date}[/bold], published {_ago(last.finished_at, now)}"
        )
    output.print(f"Active tenants: {active:,}. Scorecard: {published.label if published else 'none yet'}.")
    fire = next_fire(settings.schedule.cron, settings.zone, now)
    output.print(f"Next nightly run: {_local(fire, context) if fire else 'off'}")
    if newest:
        output.print(_runs(newest, now))
    if asked:
        output.print(_queries(asked, now))


def _runs(newest: list[Run], now: datetime) -> Table:
    table = Table("run", "score date", "by", "status", "progress", "asked for", "", box=None, pad_edge=False)
    for run in newest:
        word = (
            run.status if run.outcome in {None, "clean"} else f"{run.status}, {run.outcome}".replace("_", " ")
        )
        percent = f"{run.progress} %"
        table.add_row(
            run.id[:8],
            str(run.score_date),
            run.trigger,
            word,
            percent,
            _ago(run.created_at, now),
            escape(run.failure or ""),
        )
    return table


def _queries(asked: list[QueryState], now: datetime) -> Table:
    table = Table(
        "query", "source", "last success", "rows", "seconds", "last failure", box=None, pad_edge=False
    )
    for column in table.columns[3:5]:
        column.justify = "right"
    for one in asked:
        failure = f"{_ago(one.failed_at, now)}: {escape(one.failure)}" if one.failure else ""
        table.add_row(
            one.name, one.source, _ago(one.succeeded_at, now), f"{one.rows:,}", f"{one.seconds:.2f}", failure
        )
    return table


def _local(instant: datetime, context: Context) -> str:
    zone = context.settings.zone
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M} {context.settings.timezone} ({iso(instant)})"


def _ago(instant: datetime | None, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    if instant is None:
        return "never"
    seconds = max(0, int((now - instant).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'s' if count != 1 else ''} ago"
    return "just now"
