"""`client-health status`: how old the scores are, how fresh each source is, when the next run is."""

from datetime import datetime, timedelta

import typer
from rich.table import Table

from client_health.cli.context import Context, output
from client_health.cli.escaping import escape
from client_health.dashboard.words import ahead
from client_health.instants import iso, utc_now
from client_health.jobs.nights import next_fire
from client_health.store import freshness, keys, published_runs, runs, scorecard_sets, tenants
from client_health.store.freshness import QueryFreshness, SourceFreshness
from client_health.store.runs import Run

SHOWN_RUNS = 5
WARN_OF_KEYS = timedelta(days=14)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(ctx: typer.Context) -> None:
    """Show the state of the service: the latest scores, runs, sources and their queries, the next night."""
    context: Context = ctx.obj
    settings, now = context.settings, utc_now()
    with context.store() as store, store.read() as connection:
        published, last = scorecard_sets.in_force(connection), published_runs.last(connection)
        active = tenants.count_active(connection)
        newest, sources = runs.newest(connection, SHOWN_RUNS), freshness.of_sources(connection, settings)
        ending = keys.expiring(connection, now, WARN_OF_KEYS)
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
    output.print(_freshness(sources, now))
    for key in ending:
        assert key.expires_at is not None
        output.print(
            f"[yellow]The API key {escape(key.name)!r} ({key.id}) expires {ahead(key.expires_at, now)}; "
            f"`client-health keys rotate {key.id}` replaces it.[/yellow]"
        )


def _runs(newest: list[Run], now: datetime) -> Table:
    table = Table("run", "score date", "by", "status", "progress", "asked for", "", box=None, pad_edge=False)
    for run in newest:
        word = (
            run.status if run.outcome in {None, "clean"} else f"{run.status}, {run.outcome}".replace("_", " ")
        )
        word += next((f", {key[:-3]}" for key in ("accepted_by", "superseded_by") if key in run.counts), "")
        percent = f"{run.progress}%"
        table.add_row(
            run.id[:8],
            str(run.score_date),
            _why(run),
            word,
            percent,
            _ago(run.created_at, now),
            escape(run.failure or ""),
        )
    return table


def _freshness(sources: list[SourceFreshness], now: datetime) -> Table:
    """A line per source, and under it one per query."""
    columns = ("source and query", "last success", "score date", "rows", "seconds", "last failure")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[3:5]:
        column.justify = "right"
    for source in sources:
        table.add_row(source.name, _ago(source.last_success_at, now), style="bold")
        for query in source.queries:
            table.add_row(f"  {query.name}", *_answers(query, now))
    return table


def _answers(query: QueryFreshness, now: datetime) -> tuple[str, ...]:
    state, last = query.state, query.last_success_at
    if state is None:
        return (_ago(None, now),)
    figures = (str(state.succeeded_day), f"{state.rows:,}", f"{state.seconds:.2f}") if last else ("", "", "")
    failure = f"{_ago(state.failed_at, now)}: {escape(state.failure)}" if state.failure else ""
    return (_ago(last, now), *figures, failure)


def _why(run: Run) -> str:
    """What asked for a run, or what it does where it asks no source."""
    if run.kind == "rescore":
        return "publication" if run.options["publishes"] else "rescore"
    return run.trigger


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
