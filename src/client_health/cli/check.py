"""`client-health check`: ask every query and say what a run would make of it, without storing anything."""

from collections.abc import Iterable
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from client_health.cli.context import FAILED, Context, errors, output
from client_health.cli.escaping import escape
from client_health.cli.performing import here_in_turn
from client_health.errors import ClientHealthError, StoreError
from client_health.instants import closed_day, last_midnight, utc_now
from client_health.jobs.calculation import open_readers, refuse_lost_tenants
from client_health.scorecard.columns import Columns
from client_health.scorecard.components import State, score_components
from client_health.scorecard.model import Scorecard
from client_health.scorecard.sets import ScorecardSet, coverage
from client_health.settings.load import load_scorecards
from client_health.settings.model import Settings
from client_health.sources.pace import Pace
from client_health.sources.reader import Patience
from client_health.store import migrate
from client_health.store.engine import open_store
from client_health.usage.answers import Floats
from client_health.usage.collect import Assignment, Readers, collect
from client_health.usage.metrics import Collection
from client_health.usage.problems import Problem

if TYPE_CHECKING:
    from client_health.usage.inspect import Finding

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    ctx: typer.Context,
    plans: Annotated[
        bool, typer.Option("--plans/--no-plans", help="Show the database's plan of each query.")
    ] = True,
) -> None:
    """Connect, run every query for 5 tenants and once for all, and show what a run would see.

    Exit code 1 where a run would fail. Nothing is stored.
    """
    # Loads an SQL parser, which only this command needs.
    from client_health.usage.inspect import inspect, inspect_users

    context: Context = ctx.obj
    settings, cards = context.settings, load_scorecards(context.settings)
    as_of = last_midnight(utc_now(), settings.zone)
    assignment = Assignment(as_of, closed_day(as_of, settings.zone))
    with ExitStack() as stack:
        _wait_for_runs(context, stack)
        readers = open_readers(settings, stack, Pace(), Patience(attempts=1))
        try:
            collection = collect(assignment, settings, readers, lambda *_: None)
        except ClientHealthError as fault:
            _print_lint(settings, readers)
            errors.print(f"[red]A run would fail:[/red] {escape(str(fault))}")
            raise typer.Exit(FAILED) from None
        findings = inspect(assignment, settings, readers, collection)
        problems = inspect_users(readers)
    _require_store(context, collection)
    _print_queries(collection, findings, plans)
    _print_scorecards(cards, collection)
    compared = {one.measure for one in settings.benchmarks.measures}
    _print_unknown_measures("benchmarks.measures", compared, "it is not compared", collection)
    problems += collection.problems + [problem for finding in findings for problem in finding.problems]
    _print_problems(problems)
    output.print("[green]A run would publish scores.[/green]")


def _wait_for_runs(context: Context, stack: ExitStack) -> None:
    """Until the end of `stack` no run is performed: the sources are never asked two things at once.

    A store that does not answer, or that is not there yet, has no runs; what is wrong with it is told later.
    """
    store = stack.enter_context(closing(open_store(context.settings)))
    with suppress(StoreError):
        if migrate.is_current(store):
            stack.enter_context(here_in_turn(store))


def _require_store(context: Context, collection: Collection) -> None:
    """End with 1 where the store is away, or where the fleet has shrunk so much that a run would refuse."""
    store = open_store(context.settings)
    try:
        if migrate.is_current(store):
            refuse_lost_tenants(store, context.settings.runs, collection)
    except ClientHealthError as fault:
        errors.print(f"[red]A run would fail:[/red] {escape(str(fault))}")
        raise typer.Exit(FAILED) from None
    finally:
        store.close()


def _print_lint(settings: Settings, readers: Readers) -> None:
    from client_health.sources.lint import lint

    for name, query in settings.usage.items():
        for sentence in lint(query.sql, readers[query.source].session.backend):
            errors.print(f"[red]error[/red] usage.{name}: {escape(sentence)}")


def _print_queries(collection: Collection, findings: "list[Finding]", plans: bool) -> None:
    fleet = len(collection.metrics.tenants)
    output.print(f"[bold]{fleet:,} active tenants[/bold]")
    table = Table("query", "rows", "5 tenants", "all", "measure", "min", "median", "max", "missing", box=None)
    for column in (*table.columns[1:4], *table.columns[5:]):
        column.justify = "right"
    for finding in findings:
        report = finding.report
        times = (_seconds(finding.seconds_for_few), _seconds(report.seconds))
        head = (report.name, "failed" if report.failure else f"{report.rows:,}", *times)
        for place, measure in enumerate(report.measures or ("",)):
            figures = _figures(collection.metrics.values.get(measure))
            table.add_row(*(head if place == 0 else ("", "", "", "")), escape(measure), *figures)
    output.print(table)
    for finding in findings if plans else ():
        output.print(f"[bold]{finding.report.name}[/bold]")
        output.print(escape("\n".join(finding.plan) or "no plan could be had"), style="dim")


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:,.0f} ms"


def _figures(column: Floats | None) -> tuple[str, ...]:
    if column is None:
        return ("", "", "", "")
    known = column[~np.isnan(column)]
    if not len(known):
        return ("–", "–", "–", f"{len(column):,}")
    figures = (known.min(), np.median(known), known.max())
    return (*(f"{figure:,.6g}" for figure in figures), f"{len(column) - len(known):,}")


def _print_scorecards(cards: ScorecardSet, collection: Collection) -> None:
    """What each scorecard makes of its tenants, and whom none or two of them claim."""
    metrics = collection.metrics
    attributes = metrics.attributes()
    assigned, covered = cards.assign(attributes), coverage(cards, attributes)
    everything = Columns(len(metrics.tenants), metrics.values)
    for place, scorecard in enumerate(cards.scorecards):
        if len(cards.scorecards) > 1:
            output.print(f"[bold]{scorecard.name}[/bold]: {covered.scored[place]:,} tenants")
        _print_scorecard(scorecard, collection, everything.at(np.flatnonzero(assigned == place)))
    for one, other, count in covered.overlaps:
        errors.print(
            f"[yellow]notice[/yellow] {count:,} tenants match both {one} and {other}; {one} scores them"
        )
    if len(covered.uncovered):
        errors.print(
            f"[yellow]notice[/yellow] no scorecard applies to {len(covered.uncovered):,} tenants, "
            f"{escape(metrics.tenants[int(covered.uncovered[0])].tenant_id)} among them; they are not scored"
        )


def _print_scorecard(scorecard: Scorecard, collection: Collection, columns: Columns) -> None:
    scored = score_components(scorecard, columns)
    table = Table("component", "weight", "scored", "empty", "left out", "missing", "median score", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for place, part in enumerate(scorecard.components):
        states, scores = scored.states[place], scored.scores[place]
        known = scores[~np.isnan(scores)]
        left_out = (states == State.EXCLUDED) | (states == State.SILENT)
        counts = (states == State.MEASURED, states == State.EMPTY, left_out, states == State.MISSING)
        median = f"{np.median(known):.0f}" if len(known) else "–"
        table.add_row(part.key, f"{part.weight:.0%}", *(f"{int(c.sum()):,}" for c in counts), median)
    output.print(table)
    where, so = f"scorecard {scorecard.name}", "its components are missing"
    _print_unknown_measures(where, scorecard.measures, so, collection)


def _print_unknown_measures(where: str, measures: Iterable[str], so: str, collection: Collection) -> None:
    """Name the measures that no query returns, and what comes of it."""
    values = collection.metrics.values
    known_names = escape(", ".join(sorted(values))) or "none"
    for measure in sorted(set(measures) - set(values)):
        errors.print(
            f"[yellow]notice[/yellow] {where}: no query returns the measure {measure}; {so}. "
            f"There are: {known_names}"
        )


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems[:SHOWN]:
        colour = "red" if problem.severity == "error" else "yellow"
        errors.print(f"[{colour}]{problem.severity}[/{colour}] {escape(str(problem))}", soft_wrap=True)
    if len(problems) > SHOWN:
        errors.print(f"… and {len(problems) - SHOWN:,} more")
