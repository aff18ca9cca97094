"""`client-health keys`: make, list and revoke API keys."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from client_health.cli.context import Context, errors, output
from client_health.instants import iso, utc_now
from client_health.store import keys
from client_health.store.keys import Role

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command("create")
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="Who or what will use it.")],
    role: Annotated[
        Role, typer.Option(help="viewer reads; csm also recalculates one tenant; admin everything.")
    ],
) -> None:
    """Make a key. It is shown once, alone on standard output, and kept only as a hash."""
    context: Context = ctx.obj
    with context.store() as store, store.write() as connection:
        key, secret = keys.create(connection, name, role, utc_now())
    errors.print(f"Key {key.id} for {escape(name)!r}, role {role}. It is not shown again:")
    typer.echo(secret)


@app.command("list")
def show(ctx: typer.Context) -> None:
    """List the keys, without their secrets."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as connection:
        found = keys.all_keys(connection)
    table = Table("id", "name", "role", "created", "last used", "revoked", box=None, pad_edge=False)
    for key in found:
        times = (key.created_at, key.last_used_at, key.revoked_at)
        table.add_row(
            key.id, escape(key.name), key.role, *(iso(t.replace(microsecond=0)) if t else "–" for t in times)
        )
    output.print(table if found else "There is no key yet; `client-health keys create` makes one.")


@app.command("revoke")
def revoke(ctx: typer.Context, key: Annotated[str, typer.Argument(help="Id or name of the key.")]) -> None:
    """Revoke a key; it stops working at once."""
    context: Context = ctx.obj
    with context.store() as store, store.write() as connection:
        revoked = keys.revoke(connection, key, utc_now())
    output.print(f"Key {revoked.id} ({escape(revoked.name)}) is revoked.")
