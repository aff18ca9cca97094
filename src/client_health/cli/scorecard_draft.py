"""`client-health scorecard validate | preview | publish`: from a draft to a version in force."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from client_health.cli import preview_tables
from client_health.cli.context import CLEAN, FAILED, Context, errors, output, who
from client_health.cli.escaping import escape
from client_health.cli.performing import exit_code, perform_here
from client_health.cli.weights import normalise
from client_health.errors import ConfigError
from client_health.instants import utc_now
from client_health.jobs import requests
from client_health.replay.draft import DraftCheck, check_draft
from client_health.replay.preview import DEFAULT_DAYS, MOST_DAYS, preview
from client_health.scorecard.sets import ScorecardSet
from client_health.settings.load import load_scorecard_files, load_scorecards
from client_health.store.runs import Run

Files = Annotated[
    list[Path] | None, typer.Argument(help="Scorecard files in order; left out: the configured ones.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("validate")(validate)
    app.command("preview")(show_preview)
    app.command("publish")(publish)


def validate(
    ctx: typer.Context,
    files: Files = None,
    normalise_weights: Annotated[
        bool, typer.Option("--normalise", help="First write weights that sum to 1 into the files.")
    ] = False,
) -> None:
    """Check a draft: the files themselves, then against the measures, tenants and usage that are stored."""
    context: Context = ctx.obj
    if normalise_weights:
        for path in files or _configured_files(context):
            if normalise(path):
                output.print(f"{path}: the weights were normalised.")
    draft = _draft(context, files)
    with context.store() as store, store.read() as connection:
        found = check_draft(connection, draft)
    _print_findings(found)
    for name, count in found.scored.items():
        output.print(f"{name}: scores {count:,} active tenants")
    if found.errors:
        raise typer.Exit(FAILED)
    output.print("Nothing stands in the way of publishing it.")


def show_preview(
    ctx: typer.Context,
    files: Files = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days to replay.")] = DEFAULT_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, as the API answers.")] = False,
) -> None:
    """Replay stored usage under a draft: what it would change, without touching a published score."""
    context: Context = ctx.obj
    draft = _draft(context, files)
    with context.store() as store:
        published = requests.ensure_scorecards(store, context.settings, utc_now())
        with store.read() as connection, Progress(console=errors, transient=True) as bar:
            task = bar.add_task(f"Replaying {days:,} days")
            told = preview(
                connection,
                published.cards,
                draft,
                days,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
            _print_findings(check_draft(connection, draft))
    if as_json:
        from client_health.api.scorecards import preview_answer

        print(json.dumps(preview_answer(told).model_dump(mode="json", by_alias=True), indent=2))
    else:
        preview_tables.show(told, published.label)


def publish(
    ctx: typer.Context,
    note: Annotated[str | None, typer.Option(help="Why it changes; kept with the version.")] = None,
) -> None:
    """Publish the configured scorecards: score the last 400 days under them, then switch in one step.

    Scores stay as they were first told, beside the new ones.
    """
    context: Context = ctx.obj
    draft = load_scorecards(context.settings)
    with context.store() as store:
        published = requests.ensure_scorecards(store, context.settings, utc_now())
        if published.cards.digests == draft.digests:
            output.print(f"Nothing to publish: {published.label} is in force already.")
            return
        with store.read() as connection:
            found = check_draft(connection, draft)
        _print_findings(found)
        if found.errors:
            raise ConfigError(
                "the draft is not published; `client-health scorecard validate` checks it again"
            )
        for one in found.differences:
            output.print(f"  {escape(str(one))}", soft_wrap=True)

        def ask() -> Run | None:
            queued = requests.publish(store, draft, "command", who(), utc_now(), note)
            return None if queued is None else queued[1]

        done = perform_here(store, context.settings, ask, "Publishing")
        if done is None:
            output.print("Nothing to publish: somebody else has published the same in the meantime.")
            return
        if done.status != "completed":
            errors.print(f"[red]The publication {done.status}:[/red] {escape(done.failure or '')}")
            errors.print("What was in force stays in force.")
        else:
            after = requests.ensure_scorecards(store, context.settings, utc_now())
            output.print(
                f"Published {after.label}: {done.counts['days']:,} days scored anew; it is in force now."
            )
    raise typer.Exit(CLEAN if done.status == "completed" else exit_code(done))


def _draft(context: Context, files: list[Path] | None) -> ScorecardSet:
    return load_scorecard_files(files) if files else load_scorecards(context.settings)


def _configured_files(context: Context) -> list[Path]:
    names = context.settings.scorecard.names
    if not names:
        raise ConfigError("[scorecard] names no file; the built-in scorecard needs no normalising")
    return [context.settings.path.parent / name for name in names]


def _print_findings(found: DraftCheck) -> None:
    for one in found.findings:
        colour = "red" if one.severity == "error" else "yellow"
        errors.print(f"[{colour}]{one.severity}[/{colour}] {escape(one.message)}", soft_wrap=True)
