"""`client-health scorecard`: show the published scorecard, publish the configured one."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from client_health.cli.context import Context, output, who
from client_health.instants import iso, utc_now
from client_health.jobs import requests
from client_health.settings.load import load_scorecard
from client_health.store import scorecards
from client_health.store.scorecards import PublishedScorecard

app = typer.Typer(help="The scorecard and its versions.", no_args_is_help=True)


@app.command("show")
def show(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="The whole content as JSON.")] = False,
) -> None:
    """Show the scorecard in force."""
    context: Context = ctx.obj
    with context.store() as store:
        published = requests.ensure_scorecard(store, context.settings, utc_now())
    if as_json:
        print(json.dumps({"version": published.version, **published.scorecard.content()}, indent=2))
        return
    output.print(
        f"[bold]{published.label}[/bold], published {iso(published.published_at.replace(microsecond=0))} "
        f"by {escape(published.published_by)}" + (f": {escape(published.note)}" if published.note else "")
    )
    output.print(_components(published))
    if load_scorecard(context.settings).digest() != published.digest:
        output.print(
            "[yellow]The configured scorecard differs; `client-health scorecard publish` does it.[/yellow]"
        )


def _components(published: PublishedScorecard) -> Table:
    table = Table("component", "weight", "value", "curve", "when empty", box=None, pad_edge=False)
    for part in published.scorecard.components:
        value = part.measure if part.per is None else f"{part.measure} / {part.per}"
        curve = "  ".join(f"{x:g} → {y:g}" for x, y in part.curve)
        table.add_row(
            part.key,
            f"{part.weight:.0%}",
            value,
            curve,
            "–" if part.when_empty is None else str(part.when_empty),
        )
    return table


@app.command("publish")
def publish(
    ctx: typer.Context,
    note: Annotated[str | None, typer.Option(help="Why it changes; kept with the version.")] = None,
) -> None:
    """Publish the configured scorecard as the next version. Scores of earlier versions stay as they are."""
    context: Context = ctx.obj
    draft = load_scorecard(context.settings)
    with context.store() as store, store.write() as connection:
        before = scorecards.current(connection)
        after = scorecards.publish(connection, draft, who(), utc_now(), note)
    if before is not None and before.id == after.id:
        output.print(f"Nothing to publish: the configured scorecard is {after.label} already.")
    else:
        output.print(f"Published {after.label}; it is in force from the next run on.")
