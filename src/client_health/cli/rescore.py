"""`client-health rescore`: score stored dates anew under the scorecards in force."""

from typing import Annotated

import typer

from client_health.cli.context import Context, errors, output, who
from client_health.cli.escaping import escape
from client_health.cli.performing import exit_code, perform_here
from client_health.errors import UsageError
from client_health.instants import parse_date, utc_now
from client_health.jobs import requests
from client_health.store.runs import Run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rescore")(rescore)


def rescore(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First date.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last date.")],
) -> None:
    """Score stored usage anew under the scorecards in force, oldest date first. No source is asked.

    For dates older than the 400 that a publication covers.
    """
    context: Context = ctx.obj
    start, end = parse_date(first, "--from"), parse_date(last, "--to")
    if end < start:
        raise UsageError("--to: lies before --from")
    settings = context.settings
    with context.store() as store:

        def ask() -> Run:
            """What is in force when it is this command's turn: it may have waited for a publication."""
            published = requests.ensure_scorecards(store, settings, utc_now())
            request = requests.rescore(published, start, end, who(), utc_now())
            return requests.ask(store, settings, request, utc_now())[0]

        done = perform_here(store, settings, ask, "Scoring anew")
        published = requests.ensure_scorecards(store, settings, utc_now())
    assert done is not None
    if done.status != "completed":
        errors.print(f"[red]The run {done.status}:[/red] {escape(done.failure or 'no reason is known')}")
    else:
        counts = done.counts
        output.print(
            f"{counts['days']:,} dates, {counts['scores_written']:,} scores under {published.label} "
            f"in {counts['seconds_working']:.1f} s"
        )
    raise typer.Exit(exit_code(done))
