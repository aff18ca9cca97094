"""`client-health audit`: who did what."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from client_health.cli.context import Context, output
from client_health.cli.escaping import escape
from client_health.dashboard.words import listed
from client_health.errors import UsageError
from client_health.instants import iso, parse_date
from client_health.store import audit_pages
from client_health.store.audit import ACTIONS
from client_health.store.audit_pages import Entry, Filters


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    ctx: typer.Context,
    actor: Annotated[
        str | None, typer.Option(help="Name of a key, a user, or who ran a command.", metavar="NAME")
    ] = None,
    action: Annotated[str | None, typer.Option(help="What was done, such as key.created.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many entries at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the audit log, the newest entry first."""
    context: Context = ctx.obj
    known = next((one for one in ACTIONS if one == action), None)
    if action is not None and known is None:
        raise UsageError(f"--action: {action!r} is none of {', '.join(ACTIONS)}")
    days = (
        None if first is None else parse_date(first, "--from"),
        None if last is None else parse_date(last, "--to"),
    )
    wanted = Filters.of_days(actor, known, *days, context.settings.zone)
    with context.store() as store, store.read() as connection:
        found = audit_pages.page(connection, wanted, limit).entries
    if as_json:
        for entry in found:
            typer.echo(json.dumps(asdict(entry) | {"at": iso(entry.at)}, ensure_ascii=False))
    else:
        output.print(_table(found) if found else "There is no such entry.")


def _table(entries: Sequence[Entry]) -> Table:
    table = Table("at", "by", "action", "to", "details", "from", box=None, pad_edge=False)
    for entry in entries:
        table.add_row(
            iso(entry.at.replace(microsecond=0)),
            escape(f"{entry.actor} ({entry.actor_kind})"),
            entry.action,
            escape(entry.target or "–"),
            escape(", ".join(f"{name}={listed(value)}" for name, value in entry.details.items())),
            escape(entry.address or "–"),
        )
    return table
