"""`client-health run`: collect and score once, in this process."""

from typing import Annotated

import typer

from client_health.cli.context import Context, errors, who
from client_health.cli.escaping import escape
from client_health.cli.performing import exit_code, perform_request, print_json, print_summary
from client_health.errors import UsageError
from client_health.instants import iso, parse_as_of, utc_now
from client_health.jobs import requests
from client_health.scorecard.differences import differences
from client_health.settings.load import load_scorecards
from client_health.settings.model import Settings
from client_health.store import runs, suspicious_runs
from client_health.store.engine import Store
from client_health.store.run_requests import RunRequest

ANYTHING = "anything"  # what --accept without a run means


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
        str | None,
        typer.Option(
            "--accept",
            metavar="[RUN]",
            help="Publish what this suspicious run held back; without RUN: whatever the new run finds, "
            "although many tenants are gone or have moved.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Collect, score and publish once: for the last closed day, unless told otherwise.

    Exit code 0: clean. 3: completed with errors. 1: failed, nothing published. 2: wrong options.
    4: suspicious, held back until it is accepted.
    """
    context: Context = ctx.obj
    settings = context.settings
    present = utc_now()
    if now and as_of is not None:
        raise UsageError("--now and --as-of exclude each other")
    instant = present if now else parse_as_of(as_of, settings.zone) if as_of is not None else None
    with context.store() as store:
        warn_of_draft(store, settings)
        if accept in {None, ANYTHING}:
            request = requests.by_command(settings, instant, tenant or (), accept is not None, who(), present)
        else:
            _nothing_else(now, as_of, tenant)
            request = _held(store, accept or "")
        if request.as_of > present:
            errors.print(
                f"[yellow]{iso(request.as_of)} lies in the future; no earlier score will replace it.[/yellow]"
            )
        done = perform_request(store, settings, request, f"Scoring {request.score_date}")
        if as_json:
            print_json(store, done)
        else:
            print_summary(store, done)
    raise typer.Exit(exit_code(done))


def _nothing_else(now: bool, as_of: str | None, tenant: list[str] | None) -> None:
    if now or as_of is not None or tenant:
        raise UsageError("--accept RUN publishes what the run held back; it goes with no other choice")


def _held(store: Store, run_id: str) -> RunRequest:
    """The request that publishes a held run; the first characters of its id do, if they are enough."""
    if not run_id:
        raise UsageError("--accept: give the id of a run or its first characters, or no value at all")
    with store.read() as connection:
        found = [one for one in suspicious_runs.ever(connection) if one.id.startswith(run_id)]
        run = found[0] if len(found) == 1 else runs.find(connection, run_id)
    return requests.accept(run, "command", who())


def warn_of_draft(store: Store, settings: Settings) -> None:
    """Say in what the configured scorecards differ from those in force, which stay in force."""
    published = requests.ensure_scorecards(store, settings, utc_now())
    if not settings.scorecard.names:
        return
    draft = load_scorecards(settings)
    if draft.digests == published.cards.digests:
        return
    errors.print(
        f"[yellow]{escape(', '.join(settings.scorecard.names))}: differs from {published.label}, which stays "
        "in force:[/yellow]"
    )
    for one in differences(published.cards, draft):
        errors.print(f"  {escape(str(one))}", soft_wrap=True)
    errors.print(
        "`client-health scorecard preview` tries it, `client-health scorecard publish` publishes it."
    )
