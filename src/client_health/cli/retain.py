"""`client-health db retain`: drop what `[retention]` lets go of the past."""

from typing import Annotated

import typer
from rich.table import Table

from client_health.cli.context import Context, output, who
from client_health.cli.performing import here_in_turn
from client_health.instants import utc_now
from client_health.jobs.old_months import OldMonth
from client_health.jobs.retention import carry_out, plan
from client_health.settings.retention import RetentionSettings
from client_health.store import retention
from client_health.store.engine import Store
from client_health.store.retention import Rows


def retain(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; also without a section [retention].")
    ] = False,
) -> None:
    """Roll up old months: of each only its last date stays. A worker does it every night by itself."""
    context: Context = ctx.obj
    rules = context.settings.retention
    with context.store() as store:
        if dry_run:
            _tell_plan(store, context, rules)
        elif rules is None:
            output.print(
                "Nothing is dropped: the configuration has no section \\[retention]. "
                "--dry-run says what its defaults would drop."
            )
        else:
            _carry_out(store, context, rules)


def _tell_plan(store: Store, context: Context, rules: RetentionSettings | None) -> None:
    with store.read() as connection:
        found = plan(connection, context.settings, rules or RetentionSettings())
        told = [(month, retention.count(connection, month.first, month.kept)) for month in found.months]
        before = found.problems_before
        problems = 0 if before is None else retention.old_problems(connection, before)
    _print(told, "would go")
    if problems:
        output.print(f"{problems:,} problems of runs before {before:%Y-%m-%d} would go; the runs stay.")
    if rules is None:
        output.print(
            "This is what the defaults of a section \\[retention] would do. "
            "There is none, so everything stays."
        )


def _carry_out(store: Store, context: Context, rules: RetentionSettings) -> None:
    told = []
    with here_in_turn(store) as (turn, stop):
        for month, rows in carry_out(store, context.settings, rules, turn, who(), utc_now()):
            told.append((month, rows))
            if stop.is_set():
                output.print("Stopped; the months that are left go the next time.")
                break
    _print(told, "gone")


def _print(told: list[tuple[OldMonth, Rows]], word: str) -> None:
    if not told:
        output.print("No month is old enough: nothing to roll up.")
        return
    table = Table("month", "date that stays", "dates", "usage rows", "score rows", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for month, rows in told:
        figures = (len(month.dropped), rows["usage_metrics"], rows["health_scores"])
        table.add_row(f"{month.first:%Y-%m}", str(month.kept or "none"), *(f"{one:,}" for one in figures))
    output.print(table)
    dates = sum(len(month.dropped) for month, _ in told)
    total = sum((rows.total() for _, rows in told), 0)
    output.print(f"{dates:,} dates, {total:,} rows {word}.")
