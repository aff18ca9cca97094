"""`client-health db`: the store's schema."""

import typer

from client_health.cli.context import Context, output
from client_health.store import migrate
from client_health.store.engine import open_store

app = typer.Typer(help="The store's schema.", no_args_is_help=True)


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
