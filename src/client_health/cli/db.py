"""`client-health db`: the store's schema, and what of the past stays."""

from pathlib import Path
from typing import Annotated

import typer

from client_health.cli import retain
from client_health.cli.context import Context, output
from client_health.cli.escaping import escape
from client_health.store import migrate
from client_health.store.backup import back_up
from client_health.store.engine import open_store

app = typer.Typer(help="The store: its schema, and how much of the past it keeps.", no_args_is_help=True)
app.command("retain")(retain.retain)


@app.command("upgrade")
def upgrade(ctx: typer.Context) -> None:
    """Bring the store's schema up to date. Other commands do it by themselves."""
    context: Context = ctx.obj
    store = open_store(context.settings)
    changed = migrate.upgrade(store)
    store.close()
    output.print(
        "The store's schema was brought up to date." if changed else "The store's schema is up to date."
    )


@app.command("backup")
def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(help="New file that becomes the copy.")]
) -> None:
    """Copy a SQLite store while it is in use. PostgreSQL has pg_dump for it."""
    context: Context = ctx.obj
    store = open_store(context.settings)
    back_up(store, file)
    store.close()
    output.print(f"The store was copied to {escape(str(file))}.", soft_wrap=True)
