"""`client-health run`: collect and score once, in this process."""

from typing import Annotated

import typer
from rich.markup import escape

from client_health.cli.context import Context, errors, who
from client_health.cli.performing import exit_code, perform_here, print_json, print_summary
from client_health.errors import UsageError
from client_health.instants import iso, parse_as_of, utc_now
from client_health.jobs import requests
from client_health.settings.load import load_scorecard
from client_health.settings.model import Settings
from client_health.store.engine import Store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    ctx: typer.Context,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE-OR-INSTANT", help="The end of this day, or this instant."),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="The present instant; provisional until tonight.")
    ] = False,
    tenant: Annotated[
        list[str] | None, typer.Option("--tenant", metavar="ID", help="Only this tenant; may be repeated.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish although many tenants are gone from the tenants query.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Collect, score and publish once: for the last closed day, unless told otherwise.

    Exit code 0: clean. 3: completed with errors. 1: failed, nothing published. 2: wrong options.
    """
    context: Context = ctx.obj
    settings = context.settings
    present = utc_now()
    if now and as_of is not None:
        raise UsageError("--now and --as-of exclude each other")
    instant = present if now else parse_as_of(as_of, settings.zone) if as_of is not None else None
    request = requests.by_command(settings, instant, tenant or (), accept, who(), present)
    if request.as_of > present:
        errors.print(
            f"[yellow]{iso(request.as_of)} lies in the future; no earlier score will replace it.[/yellow]"
        )
    with context.store() as store:
        warn_of_draft(store, settings)
        done = perform_here(store, settings, request, f"Scoring {request.score_date}")
        if as_json:
            print_json(store, done)
        else:
            print_summary(store, done)
    raise typer.Exit(exit_code(done))


def warn_of_draft(store: Store, settings: Settings) -> None:
    """Say that the scorecard file differs from the published version, which stays in force."""
    published = requests.ensure_scorecard(store, settings, utc_now())
    if settings.scorecard.file is None:
        return
    if load_scorecard(settings).digest() != published.digest:
        errors.print(
            f"[yellow]{escape(settings.scorecard.file)} differs from the published scorecard "
            f"{published.label}, which stays in force; `client-health scorecard publish` does it.[/yellow]"
        )
