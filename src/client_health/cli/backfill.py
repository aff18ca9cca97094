"""`client-health backfill`: scores for dates past, where the queries can answer for them."""

from datetime import date, timedelta
from typing import Annotated

import typer

from client_health.cli.context import CLEAN, FAILED, SUSPICIOUS, WITH_ERRORS, Context, errors, output, who
from client_health.cli.performing import exit_code, perform_request, print_summary
from client_health.errors import UsageError
from client_health.instants import end_of_day, parse_date, utc_now
from client_health.jobs import requests
from client_health.jobs.old_months import is_rolled_up
from client_health.settings.model import Settings
from client_health.store import scores
from client_health.store.engine import Store

LONGEST = 1100


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backfill")(backfill)


def backfill(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First date.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last date.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Calculate dates anew that are scored already.")
    ] = False,
) -> None:
    """Score past dates, oldest first. Queries marked past = "missing" are left out: state is not history."""
    context: Context = ctx.obj
    settings = context.settings
    days = _days(settings, parse_date(first, "--from"), parse_date(last, "--to"))
    with context.store() as store:
        _warn_of_retention(store, settings, days)
        done = [] if replace else _scored(store, days)
        codes = [_one(store, settings, day) for day in days if day not in done]
    if done:
        dates = "1 date is" if len(done) == 1 else f"{len(done):,} dates are"
        output.print(f"{dates} scored already and skipped; --replace calculates anew.")
    raise typer.Exit(next((code for code in (FAILED, SUSPICIOUS, WITH_ERRORS) if code in codes), CLEAN))


def _days(settings: Settings, first: date, last: date) -> list[date]:
    if last < first:
        raise UsageError("--to: lies before --from")
    if (last - first).days >= LONGEST:
        raise UsageError(f"--from, --to: more than {LONGEST:,} days; backfill them in parts")
    if end_of_day(last, settings.zone) > utc_now():
        raise UsageError(f"--to: the day {last} is not over yet in {settings.timezone}")
    if all(query.past == "missing" for query in settings.usage.values()):
        raise UsageError('no usage query can answer for the past: all are marked past = "missing"')
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _scored(store: Store, days: list[date]) -> list[date]:
    with store.read() as connection:
        return scores.days_scored_at_all(connection, days[0], days[-1])


def _warn_of_retention(store: Store, settings: Settings, days: list[date]) -> None:
    with store.read() as connection:
        newest = scores.newest_day(connection) or days[-1]
    rules = settings.retention
    short = [] if rules is None else [day for day in days if is_rolled_up(day, newest, rules)]
    if short:
        errors.print(
            f"[yellow]{len(short):,} of these dates are older than retention.daily_days keeps;[/yellow] "
            "of their months only the last date stays, the others go the next time that the past is rolled up"
        )


def _one(store: Store, settings: Settings, day: date) -> int:
    request = requests.backfill(settings, day, who())
    run = perform_request(store, settings, request, f"Backfilling {day}")
    if run.status == "cancelled":
        errors.print("Stopped; the dates before it are published.")
        raise typer.Exit(FAILED)
    print_summary(store, run)
    return exit_code(run)
