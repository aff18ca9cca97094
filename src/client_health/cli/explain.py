"""`client-health explain`: why a tenant's score moved."""

from typing import Annotated

import typer
from rich.table import Table

from client_health.cli.context import Context, output
from client_health.cli.escaping import escape
from client_health.explanations import sentences
from client_health.explanations.service import TenantExplanation, explain_tenant, to_low
from client_health.instants import parse_date
from client_health.scorecard.remedy import Remedy
from client_health.store.history import View


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    ctx: typer.Context,
    tenant: Annotated[str, typer.Argument(help="Id of the tenant.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Left out: seven days earlier.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Left out: the latest score.")
    ] = None,
    view: Annotated[
        View, typer.Option(help="comparable: under the scorecard now in force; reported: as first told.")
    ] = "comparable",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, as the API answers.")] = False,
) -> None:
    """Say why the score of a tenant moved, to the point, and what would take it to LOW."""
    context: Context = ctx.obj
    start = None if first is None else parse_date(first, "--from")
    end = None if last is None else parse_date(last, "--to")
    with context.store() as store, store.read() as connection:
        told = explain_tenant(connection, tenant, start, end, view)
        remedies = to_low(connection, told)
    if as_json:
        from client_health.api.explanations import answer

        print(answer(told, remedies).model_dump_json(by_alias=True, indent=2))
    else:
        _print(told, remedies)


def _print(told: TenantExplanation, remedies: list[Remedy]) -> None:
    found, before, after = told.explanation, told.before, told.after
    output.print(
        f"[bold]{escape(told.tenant.name)}[/bold]: {found.score_from} on {before.row.day} → "
        f"{found.score_to} on {after.row.day} ({sentences.signed_whole(found.change)})"
    )
    components = {part.key: part for part in before.published.scorecard.components}
    components |= {part.key: part for part in after.published.scorecard.components}
    table = Table("points", "why", box=None, pad_edge=False, show_header=False)
    table.columns[0].justify = "right"
    for part in sorted(found.parts, key=lambda one: one.points):
        sentence = sentences.movement(components[part.key], part, before.figures, after.figures)
        table.add_row(sentences.signed(part.points), escape(sentence))
    labels = before.published.label, after.published.label
    table.add_row(sentences.signed(found.scorecard), sentences.scorecard_changed(*labels, found.scorecard))
    table.add_row(sentences.signed(found.availability), sentences.availability(found.availability))
    table.add_row(sentences.signed(found.rounding), "Rounding to whole points.")
    output.print(table)
    output.print("[bold]To LOW by one component alone[/bold]")
    now = {part.key: part for part in after.published.scorecard.components}
    for one in remedies:
        output.print(f"  {escape(sentences.remedy(now[one.key], one))}")
